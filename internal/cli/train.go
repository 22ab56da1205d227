package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/files"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/terminal"
	"descent/internal/usage"
	"descent/model"
	"descent/train"
)

// trainOptions are the flags that do not change the result.
type trainOptions struct {
	settings.Sources
	out      string
	resume   string
	given    bool     // settings beside resume are those that the run was started with
	notes    []string // of what is told at the start
	ui       string
	json     bool
	printMap bool
	print    bool
	profile  bool
	watch    watchOptions
}

func (a *app) trainCommand() *cobra.Command {
	var opt trainOptions
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a network and measure it on held-out data",
		Long: `Train a network and say how good it is on data that it has not seen.

The data is cut into a training, a validation and a test part. The model of the
best epoch by the validation part is kept, and measured on the test part. Models,
settings and metrics are left in a run folder.

With --bag 5, five networks are trained on all rows but those of the test, each
without a fold of its own by which it is stopped, and become one model. With --best,
networks and settings are tried like that for a while.

A run that was interrupted, killed or lost its disk goes on with --resume and its
folder, and ends in the bits of one that was not. ` + choose(a.crew == nil, `Ctrl-C and SIGTERM finish the
update, save, and exit with 130 and 143; the second one ends the process at once.`, `SIGTERM or SIGUSR1 to
any rank has all finish the update, save, and exit with 75; the second one ends a
process at once.`) + `
Before training has begun they leave nothing behind. --resume auto beside --out goes
on with the run of that folder, or starts it, as jobs that are started again want it.

Settings are merged: defaults, then --recipe, --config, --set and flags.`,
		Example: `  descent train
  descent train --optimizer rmsprop --lr 0.002 --epochs 30
  descent train --data houses.csv --target price --model mlp:256,128 --dropout 0.1
  descent train --metrics top3 --monitor f1
  descent train --recipe mnist-fast
  descent train --data photos.zip --model cnn --augment crop:4,flip
  descent train --data photos.csv --target kind --image file --model cnn:16
  descent train --data input.txt
  descent train --data sales.csv --task forecast
  descent train --data houses.csv --target price --bag 5
  descent train --data houses.csv --target price --best --budget 5m
  descent train --print-config > run.yaml
  descent train --config run.yaml --set optimizer.beta1=0.8 --seed 7
  descent train --resume runs/20260131-120000-digits`,
		Args: positional(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opt.resume == resumeAuto {
				return a.goOn(cmd.Context(), opt)
			}
			if cmd.Flags().Changed(resumeFlag) {
				if err := a.onlyHarmless(cmd.Flags()); err != nil {
					return err
				}
				return a.resume(cmd.Context(), opt)
			}
			return a.train(cmd.Context(), opt)
		},
	}
	opt.Register(cmd.Flags())
	cmd.Flags().StringVar(&opt.out, "out", "", "run folder, new or empty (default runs/DATE-NAME)")
	cmd.Flags().StringVar(&opt.resume, resumeFlag, "", "run folder to go on with; of other flags only those that do not change the result may stand beside it; auto: go on with the run of --out where there is one, and start it else")
	cmd.Flags().StringVar(&opt.ui, "ui", terminal.Auto, "progress on stderr: auto, live on a terminal and plain elsewhere; plain, a line an epoch; none")
	cmd.Flags().BoolVar(&opt.json, "json", false, "print one JSON object on stdout instead of text")
	cmd.Flags().BoolVar(&opt.profile, "profile", false, "measure every instruction of the step, list them on stderr and draw them in "+runs.PictureFile+" of the run folder")
	opt.watch.register(cmd.Flags())
	cmd.Flags().BoolVar(&opt.print, "print-config", false, "print every setting as it would be used, as YAML for --config, and stop")
	settings.Mark(cmd.Flags(), settings.Harmless, resumeFlag, "ui", "json", "profile", "tensorboard", liveFlag)
	settings.Mark(cmd.Flags(), settings.Rare, "ui", "json", "profile", "tensorboard", liveFlag)
	cmd.Flags().BoolVar(&opt.printMap, "print-map", false, "print which weights of another program, of --init-from, go where, as text for --init-map, and stop")
	settings.Mark(cmd.Flags(), settings.Rare, "print-map")
	setGroupedUsage(cmd, "Sources and output", false)
	return cmd
}

// printMap prints the map of the weights that a job starts from, also of one that does
// not fit.
func (a *app) printMap(j *settings.Job, err error) error {
	var fault *settings.MapError
	switch {
	case errors.As(err, &fault):
		fmt.Fprintf(a.stderr, "%v\n", fault)
		_, err = io.WriteString(a.data, fault.Map.String())
	case err == nil && j.Map == nil:
		return usage.Errorf("print-map: there is no map, as --init-from names no arrays of another program")
	case err == nil:
		_, err = io.WriteString(a.data, j.Map.String())
	}
	return err
}

// train is the command: settings to a job, the job to a model, the model to
// what people and scripts read.
func (a *app) train(ctx context.Context, opt trainOptions) error {
	s, err := opt.Settings()
	if err != nil {
		return err
	}
	a.in(&s)
	ui, err := terminal.NewProgress(a.screen, opt.ui)
	if err != nil {
		return err
	}
	j, err := settings.PrepareTelling(s, ui.Passing)
	ui.Finish()
	if opt.printMap {
		return a.printMap(j, err)
	}
	if err != nil {
		return err
	}
	write := j.Settings.Write
	if s.Best { // which decides of each candidate what is left open
		write = s.Write
	}
	if opt.print {
		return write(a.data)
	}
	if err := j.Measured(); err != nil {
		return err
	}
	r, err := a.newRun(j, opt)
	if err != nil {
		return err
	}
	err = a.work.make(func() (undo func() error, err error) {
		r.folder, err = runs.Create(opt.out, j.Settings.Data, write)
		return r.folder.Discard, err
	})
	if err != nil {
		return err
	}
	if err := r.compile(); err != nil {
		return errors.Join(err, r.folder.Discard())
	}
	var whole reopened = r
	switch {
	case s.Best:
		whole, err = newBest(r, s)
	case j.Folds != nil:
		whole, err = newBag(r, nil)
	}
	if err != nil {
		return errors.Join(err, r.folder.Discard())
	}
	return whole.runAndClose(ctx)
}

// run is one training run on its way.
type run struct {
	*app
	*settings.Job
	trainer *train.Trainer
	folder  *runs.Folder
	records *runs.Records
	ui      *terminal.Progress
	json    bool
	scores  []string
	started time.Time              // by the first process
	begun   time.Time              // by this one
	before  float64                // seconds of training before
	hash    func() (string, error) // of the data; waits for it
	resumed string                 // what of a bag was done before
	goesOn  bool                   // from a checkpoint
	whole   *settings.Job          // of the bag that it is a member of; nil: it is none
	number  int                    // of the member, from 1

	model   *model.Model         // the best one
	last    *train.Epoch         // that ended
	best    *train.Epoch         // whose model was kept
	saved   *model.Model         // in the folder, as the best
	cuts    []settings.Threshold // of the model; nil: one half
	heat    *model.Calibration   // of the model; nil: it is as it was trained
	looked  time.Time            // whether the folder is there
	seconds float64

	asked    watchOptions
	watchers watchers
}

// newRun returns a run of the job that has no folder yet.
func (a *app) newRun(j *settings.Job, opt trainOptions) (*run, error) {
	ui, err := terminal.NewProgress(a.screen, opt.ui)
	if err := errors.Join(err, opt.watch.validate()); err != nil {
		return nil, err
	}
	r := &run{app: a, Job: j, ui: ui, json: opt.json, started: time.Now(), asked: opt.watch}
	r.begun = r.started
	r.Notes = append(r.Notes, opt.notes...)
	if r.scores, err = model.Scores(j.Spec, j.Config.Objective, j.Config.Metrics...); err != nil {
		return nil, err
	}
	if ui.Scores, err = shownScores(j); err != nil {
		return nil, err
	}
	ui.Epochs, ui.Last = j.Settings.Epochs.Value, j.Config.Kept == train.Last
	j.Config.Logger = slog.New(ui)
	j.Config.Callback = r.report
	j.Config.Profile = opt.profile
	j.Config.Probe = runs.ProbeEvery(j.Updates())
	r.hash = sync.OnceValues(func() (string, error) { return data.Hash(j.Source) })
	return r, nil
}

// shownScores are those that stand beside the loss while a run goes on: the main
// one and those that were asked for.
func shownScores(j *settings.Job) ([]string, error) {
	main, err := runs.MainScore(j.Spec, j.Config.Objective)
	if err != nil {
		return nil, err
	}
	usual, err := model.Scores(j.Spec, j.Config.Objective)
	if err != nil {
		return nil, err
	}
	all, err := model.Scores(j.Spec, j.Config.Objective, j.Config.Metrics...)
	shown := []string{main}
	for _, name := range all {
		if !slices.Contains(usual, name) {
			shown = append(shown, name)
		}
	}
	return shown, err
}

// compile makes the trainer, which saves checkpoints in the folder.
func (r *run) compile() (err error) {
	c := &r.Config.Checkpoints
	c.Folder, c.Beside = r.folder.File(runs.Checkpoints), beside{r}
	if r.trainer, err = train.New(r.Net, r.Spec, r.Config); err != nil {
		return r.startAdvice(err)
	}
	for _, note := range r.trainer.Notes() {
		r.Notes = append(r.Notes, "init_from: "+note)
	}
	return nil
}

// startAdvice adds to the error about a model to start from what to set.
func (r *run) startAdvice(err error) error {
	var start *train.StartError
	switch {
	case !errors.As(err, &start):
		return err
	case start.Head:
		return fmt.Errorf("init_from: %w; --head new starts the last layer anew and keeps the others", start)
	}
	return fmt.Errorf("init_from: %w; give --model%s as %s was trained, which \"descent inspect\" shows, or leave --init-from out",
		start, choose(len(r.Spec.Input) == 3, ", --image-size and --image-mode", ""), r.Settings.InitFrom)
}

func choose[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}

// runAndClose does the run and closes what it needs. Where the run fails, what
// goes wrong with closing follows from that.
func (r *run) runAndClose(ctx context.Context) error {
	defer r.trainer.Close()
	if err := r.work.begin(); err != nil {
		return err
	}
	err := r.do(ctx)
	if closed := r.folder.Close(); err == nil {
		err = closed
	}
	return err
}

// do trains, saves and measures.
func (r *run) do(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, r.watchers.close()) }()
	r.ui.Printf("%s", r.startText())
	go r.hash()
	r.records, err = runs.NewRecords(r.folder, r.scores, r.validated(), r.Updates())
	if err == nil {
		err = r.watch(r.asked)
	}
	if err == nil {
		r.model, err = r.fit(ctx)
	}
	r.seconds = r.spent()
	r.ui.Finish()
	if err := r.profile(); err != nil {
		return err
	}
	if r.trainer.Best() == nil {
		r.best = r.last // without a validation part the last model is kept
	}
	status := "done"
	switch {
	case err == nil:
	case ctx.Err() != nil:
		status = "interrupted"
	case errors.Is(err, train.ErrDiverged):
		status = "diverged"
	default:
		return r.broken(err)
	}
	err = r.finish(ctx, status, err)
	if err == nil || errors.Is(err, errInterrupted) || errors.Is(err, train.ErrDiverged) {
		return err
	}
	return r.broken(err)
}

// spent is the time of training so far, in seconds.
func (r *run) spent() float64 { return r.before + time.Since(r.begun).Seconds() }

// broken adds to an error how to go on.
func (r *run) broken(err error) error {
	if errors.Is(err, files.ErrGone) {
		return err
	}
	return fmt.Errorf("%w; the run goes on with %s", err, r.resumeCall())
}

// validated reports whether there is a validation part.
func (r *run) validated() bool { return r.Parts.Validation.Len() > 0 }

// report is told of every update and epoch.
func (r *run) report(t *train.Trainer, p train.Progress) error {
	r.ui.Report(p)
	if e := p.Epoch; e != nil {
		r.last = e
		if e.Best {
			r.best = e
		}
	}
	err := errors.Join(r.records.Take(p), r.watchers.take(p))
	if p.Epoch != nil {
		err = errors.Join(err, r.sample(t, p.Epoch))
	}
	if now := time.Now(); p.Epoch != nil || now.Sub(r.looked) > time.Second {
		r.looked = now
		err = errors.Join(err, r.folder.Here())
	}
	return err
}
