package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/data"
)

// sweepOptions are the flags beside the settings.
type sweepOptions struct {
	sources
	out     string
	resume  string
	ui      string
	json    bool
	changed map[string]bool // flags that were given
}

func (a *app) sweepCommand() *cobra.Command {
	var opt sweepOptions
	cmd := &cobra.Command{
		Use:   "sweep FILE.yaml",
		Short: "Search settings: at random, on a grid, or with early stopping of the worse ones",
		Long: `Search the best settings for a data set by its validation part.

The file says which settings are searched and what each may be:

  search: asha               # random, grid, or asha: asynchronous successive halving
  trials: 27                 # combinations to try; a grid tries all
  epochs: 27                 # of the longest runs; else those of the settings
  settings:                  # of all trials, as in --config
    data: digits
  space:
    optimizer: [adam, momentum]
    learning_rate: {log: [0.0001, 0.1]}
    dropout: {uniform: [0, 0.5]}
    batch: {log_int: [8, 128]}

and, if it is to be otherwise: metric, as for compare; seed, of what is drawn; factor
(3) and rungs (3) of asha; parallel (8), the most runs at once; points of a range in a
grid, as in {log: [0.001, 0.1], points: 5}.

Asha begins all trials with short runs. The best third of those that ended run three
times longer, the best third of these again. Each run is a whole one, with its schedule
fitted to its length. Which runs are made depends on the file alone, not on how fast
they are. Flags of train go over the settings of the file.`,
		Example: `  descent sweep search.yaml
  descent sweep search.yaml --data iris.csv --target species
  descent sweep --resume runs/NAME
  descent train --config runs/NAME/config.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 0 && opt.resume == "" || len(args) == 1 && opt.resume != "" {
				return fmt.Errorf("sweep takes FILE.yaml, or --resume and a folder; given were %q", args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			opt.changed = map[string]bool{}
			cmd.Flags().Visit(func(f *pflag.Flag) { opt.changed[f.Name] = true })
			return a.sweep(cmd.Context(), args, opt)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opt.out, "out", "", "folder for the trials and the page, new or empty (default runs/DATE-NAME)")
	f.StringVar(&opt.resume, "resume", "", "folder of a sweep to go on with; what was done is not repeated")
	f.StringVar(&opt.ui, "ui", uiAuto, "progress on stderr: auto, live on a terminal and plain elsewhere; plain, a line a run; none")
	f.BoolVar(&opt.json, "json", false, "print one JSON object on stdout instead of text")
	opt.register(cmd)
	setGroupedUsage(cmd, "Sweep", true)
	return cmd
}

// sweep is the command.
func (a *app) sweep(ctx context.Context, args []string, opt sweepOptions) error {
	ui, err := newProgress(a.stderr, opt.ui)
	if err != nil {
		return err
	}
	w := &sweep{app: a, ui: ui, json: opt.json}
	if opt.resume != "" {
		err = w.open(ctx, opt)
	} else {
		err = w.begin(ctx, args[0], opt)
	}
	if err != nil {
		return err
	}
	ui.printf("%s", w.startText())
	err = w.do(ctx)
	ui.finish()
	err = errors.Join(err, w.lab.log.close())
	if ctx.Err() != nil {
		fmt.Fprintf(a.stderr, "descent: interrupted; %s are in %s\n", plural(len(w.lab.log.known), "run"), w.folder.path)
		a.next(a.stderr, a.call("sweep", "--resume", w.folder.path))
		return errInterrupted
	}
	return err
}

// begin reads the file and makes the folder.
func (w *sweep) begin(ctx context.Context, path string, opt sweepOptions) error {
	s := defaultSettings()
	var err error
	if w.plan, err = readSweep(path, &s); err != nil {
		return err
	}
	if w.settings, err = opt.settingsOver(s); err != nil {
		return err
	}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	if w.plan.Epochs == 0 || opt.changed["epochs"] {
		w.plan.Epochs = w.lab.base.settings.Epochs.value
	}
	if w.plan.Data, err = data.Hash(w.lab.base.source); err != nil {
		return err
	}
	w.folder, w.lab.log, err = createTrials(opt.out, &w.settings, w.plan)
	return err
}

// open reads the folder of a sweep to go on with.
func (w *sweep) open(ctx context.Context, opt sweepOptions) error {
	var err error
	if w.folder, w.settings, err = reopenTrials(opt.resume, "sweep", &w.plan, &opt.sources, opt.changed); err != nil {
		return err
	}
	if err := w.plan.check(); err != nil {
		return fmt.Errorf("%s: %w", w.folder.file(planFile), err)
	}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	if err := sameData(w.lab.base.source, w.plan.Data, w.folder.path); err != nil {
		return err
	}
	w.lab.log, err = openTrials(w.folder.file(trialsFile))
	return err
}

// prepare opens the data and checks the settings of every trial on it.
func (w *sweep) prepare(ctx context.Context) error {
	var err error
	if w.values, err = w.plan.values(); err != nil {
		return usage(err)
	}
	if w.lab, err = newLab(ctx, w.settings, w.plan.Metric); err != nil {
		return err
	}
	w.plan.Metric = w.lab.metric
	w.lab.tally = &tally{ui: w.ui, text: w.trialText}
	for i := range w.values {
		s, err := w.trialSettings(i)
		if err == nil {
			_, err = w.lab.base.with(s)
		}
		if err != nil {
			return usage(fmt.Errorf("trial %d (%s): %w", i, w.valuesText(i), err))
		}
	}
	return nil
}

// trialSettings returns the settings of trial i.
func (w *sweep) trialSettings(i int) (Settings, error) {
	s := w.settings
	for k, r := range w.plan.Space {
		row, err := find(r.Name)
		if err == nil {
			err = row.set(&s, w.values[i][k])
		}
		if err != nil {
			return s, err
		}
	}
	return s, s.check()
}

func (w *sweep) valuesText(i int) string {
	text := ""
	for k, r := range w.plan.Space {
		text += choose(k > 0, "  ", "") + r.Name + " " + w.values[i][k]
	}
	return text
}

// trialText is what a trial found, in a line.
func (w *sweep) trialText(o outcome) string {
	i, _ := strconv.Atoi(o.Name) // as job writes it
	return fmt.Sprintf("trial %s  %s  %s  %s", o.Name, plural(o.Epochs, "epoch"), foundText(&o, w.plan.Metric), w.valuesText(i))
}

// foundText is the score of a trial in words.
func foundText(o *outcome, metric string) string {
	if o.failed() {
		return "diverged"
	}
	score, _ := o.best()
	return metric + " " + scoreText(metric, score)
}
