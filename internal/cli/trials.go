package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/internal/files"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/terminal"
	"descent/internal/trials"
	"descent/internal/usage"
)

// trialMaker is a comparison or a sweep.
type trialMaker interface {
	StartText() string
	Folder() string
	Ended() int
	Job() *settings.Job
	Close() error
}

// host is what trials know of the command.
func (a *app) host(ui *terminal.Progress) trials.Host {
	h := trials.Host{Call: a.alone, Again: a.call, Show: ui.Moment}
	if a.crew != nil {
		h.Ranks = trials.Ranks{N: a.crew.Size(), Give: a.crew.Give}
	}
	return h
}

// perform runs the trials of the command of that name, and tells how to go on
// if a signal ends them.
func (a *app) perform(ctx context.Context, ui *terminal.Progress, name string, t trialMaker, run func() error) error {
	if err := a.work.begin(); err != nil {
		return errors.Join(err, t.Close())
	}
	if err := a.share(ctx, t.Job()); err != nil {
		return errors.Join(err, t.Close())
	}
	ui.Printf("%s", t.StartText())
	err := run()
	ui.Finish()
	err = errors.Join(err, t.Close())
	goOn := a.call(name, "--resume", t.Folder())
	if ctx.Err() == nil {
		if err != nil && !errors.Is(err, files.ErrGone) {
			err = fmt.Errorf("%w; %s are kept, and the %s goes on with %s", err, human.Plural(t.Ended(), "run"), name, goOn)
		}
		return err
	}
	a.say("interrupted; %s are in %s", human.Plural(t.Ended(), "run"), t.Folder())
	a.next(a.stderr, goOn)
	return errInterrupted
}

// trialOptions are the flags of commands that make trials.
type trialOptions struct {
	settings.Sources
	out     string
	resume  string
	ui      string
	json    bool
	given   bool            // flags beside resume are those that the trials were begun with
	changed map[string]bool // flags that were given
	others  []string        // those of them that change results
}

// register adds the flags to a command that makes what is called so.
func (o *trialOptions) register(cmd *cobra.Command, what string) {
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "folder for the trials and the page, new or empty (default runs/DATE-NAME)")
	f.StringVar(&o.resume, "resume", "", "folder of "+what+" to go on with; what was done is not repeated; auto: that of --out where there is one, else begin it")
	f.StringVar(&o.ui, "ui", terminal.Auto, "progress on stderr: auto, live on a terminal and plain elsewhere; plain, a line a run; none")
	f.BoolVar(&o.json, "json", false, "print one JSON object on stdout instead of text")
	o.Sources.Register(f)
	settings.Mark(f, settings.Harmless, "resume", "ui", "json")
}

// note takes note of the flags that were given, and decides what --resume auto means.
func (o *trialOptions) note(flags *pflag.FlagSet) error {
	o.changed = map[string]bool{}
	flags.Visit(func(f *pflag.Flag) {
		o.changed[f.Name] = true
		if !settings.Marked(f, settings.Harmless) {
			o.others = append(o.others, "--"+f.Name)
		}
	})
	if o.resume != resumeAuto {
		return nil
	}
	if o.out == "" {
		return errNoOut
	}
	o.resume = ""
	if _, err := os.Stat(filepath.Join(o.out, runs.SettingsFile)); err == nil {
		o.resume, o.others, o.given = o.out, nil, true
	}
	return nil
}

// over gives the kept settings of trials what the flags say.
func (o *trialOptions) over(s *settings.Settings) error {
	if !o.given {
		return o.ApplyTo(s)
	}
	given, err := o.Settings()
	if err != nil {
		return err
	}
	s.GoOn(&given)
	return s.Check()
}

// goesOn refuses flags beside --resume that change results.
func (o *trialOptions) goesOn() error {
	if len(o.others) == 0 {
		return nil
	}
	return usage.Errorf("--resume goes on with the settings of its folder; leave out %s", human.And(o.others))
}
