package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/usage"
	"descent/train"
)

const resumeFlag = "resume"

// resumeAuto goes on with the run of --out if there is one, and starts it else.
const resumeAuto = "auto"

var errNoOut = usage.Errorf("--resume auto goes on with what is in the folder of --out, or begins it; name one")

// goOn is what --resume auto does: jobs that are started again by the same command
// line go on.
func (a *app) goOn(ctx context.Context, opt trainOptions) error {
	if opt.out == "" {
		return errNoOut
	}
	if _, err := os.Stat(filepath.Join(opt.out, runs.ConfigFile)); err != nil {
		return a.train(ctx, opt)
	}
	opt.resume, opt.given = opt.out, true
	return a.resume(ctx, opt)
}

// onlyHarmless refuses by name the flags that change the result, and may not
// stand beside --resume.
func (a *app) onlyHarmless(flags *pflag.FlagSet) error {
	var others []string
	flags.Visit(func(f *pflag.Flag) {
		if !settings.Marked(f, settings.Harmless) {
			others = append(others, "--"+f.Name)
		}
	})
	if len(others) == 0 {
		return nil
	}
	return usage.Errorf("%s cannot stand beside --resume: a run goes on with the settings it was started with; \"%s\" starts a new one",
		strings.Join(others, ", "), a.call("train", "--config", "FOLDER/"+runs.ConfigFile))
}

// resume goes on with the run of a folder, or prints its result again if it is
// done.
func (a *app) resume(ctx context.Context, opt trainOptions) error {
	folder, err := runs.Open(opt.resume)
	if err != nil {
		return err
	}
	if done, err := a.printAgain(folder, opt.json); done || err != nil {
		return errors.Join(err, folder.Close())
	}
	err = folder.Take()
	if err == nil { // else what is unfinished is another's, who is writing it
		err = folder.RemoveUnfinished()
	}
	if err != nil {
		return errors.Join(err, folder.Close())
	}
	r, err := a.reopen(ctx, folder, opt)
	if err != nil {
		return errors.Join(err, folder.Close())
	}
	return r.runAndClose(ctx)
}

// over gives the kept settings of a run what the flags say, and notes what they say in
// vain.
func (o *trainOptions) over(s *settings.Settings) error {
	if !o.given {
		return o.ApplyTo(s)
	}
	given, err := o.Settings()
	if err == nil {
		o.notes = s.GoOn(&given)
	}
	return err
}

// reopened is a run or a bag that goes on.
type reopened interface {
	runAndClose(ctx context.Context) error
}

// printAgain prints the result of a run that is done. The file of the text is
// the last that a run leaves.
func (a *app) printAgain(f *runs.Folder, asJSON bool) (done bool, err error) {
	text, err := f.Read(runs.ResultFile)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	out := a.stdout
	if err == nil && asJSON {
		out = a.data
		text, err = f.Read(runs.SummaryFile)
	}
	if err == nil {
		_, err = out.Write(text)
	}
	return true, errors.Join(err, a.finished(f))
}

// reopen returns the run of the folder where its last checkpoint stands, or the bag
// with those of its members.
func (a *app) reopen(ctx context.Context, folder *runs.Folder, opt trainOptions) (reopened, error) {
	s := settings.Default()
	if err := settings.ReadKept(folder.File(runs.ConfigFile), &s); err != nil {
		return nil, err
	}
	if err := opt.over(&s); err != nil {
		return nil, err
	}
	a.in(&s)
	switch {
	case s.Best:
		return a.reopenBest(folder, s, opt)
	case s.Bag > 0:
		return a.reopenBag(folder, s, opt)
	}
	begun, err := folder.Begun()
	if err != nil {
		return nil, err
	}
	if begun {
		s.Begun()
	}
	j, err := settings.PrepareAgain(s)
	if err != nil {
		return nil, err
	}
	if j.Spec.Encoder.OfText() { // of which runs of before measure more
		for _, name := range folder.Scored() {
			if err := j.Measure(name); err != nil {
				return nil, err
			}
		}
	}
	r, err := a.newRun(j, opt)
	if err != nil {
		return nil, err
	}
	r.folder, r.goesOn = folder, begun
	if err := r.compile(); err != nil {
		return nil, err
	}
	if begun {
		err = r.trainer.Resume(folder.File(runs.Checkpoints))
		if errors.Is(err, train.ErrOtherFile) {
			err = usage.Errorf("%s is not the file that the run began with: %w", s.ONNXFile(), err)
		}
	} else {
		err = errors.Join(j.Measured(), folder.Cut(nil))
	}
	if err == nil {
		err = r.remeasure(ctx)
	}
	if err != nil {
		r.trainer.Close()
		return nil, err
	}
	return r, nil
}

// beside is what a run keeps in checkpoints: the state that is not the
// trainer's.
type beside struct{ *run }

// savedRun is that state as JSON.
type savedRun struct {
	Data    string           `json:"data_sha256"` // empty before the first update
	Logs    map[string]int64 `json:"logs"`        // sizes
	Started time.Time        `json:"started"`
	Seconds float64          `json:"seconds"`
	Last    *savedEpoch      `json:"last,omitempty"`
	Best    *savedEpoch      `json:"best,omitempty"`
}

// savedEpoch is what is said about an epoch in the end.
type savedEpoch struct {
	Epoch     int    `json:"epoch"`
	TrainLoss string `json:"train_loss"` // as text, as it may be NaN
}

// Save implements [train.Companion]. It brings the best model in the folder up
// to date, too.
func (b beside) Save() (string, error) {
	r := b.run
	s := savedRun{Started: r.started, Seconds: r.spent(), Last: saveEpoch(r.last), Best: saveEpoch(r.best)}
	err := r.folder.Here()
	if err != nil {
		return "", err
	}
	if r.trainer.Updates() > 0 {
		if s.Data, err = r.hash(); err != nil {
			return "", err
		}
	}
	if s.Logs, err = r.folder.Mark(); err != nil {
		return "", err
	}
	if best := r.trainer.Best(); best != nil && best != r.saved {
		if err := best.Save(r.folder.File(runs.BestFile)); err != nil {
			return "", err
		}
		r.saved = best
	}
	text, err := json.Marshal(s)
	return string(text), err
}

// Check refuses other data than the run was started with, see [train.Companion].
func (b beside) Check(text string) error {
	var s savedRun
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("state of the run: %w", err)
	}
	if s.Data == "" {
		return nil
	}
	hash, err := b.run.hash()
	if err == nil && hash != s.Data {
		err = otherData(b.run.Settings.Data, hash, s.Data)
	}
	return err
}

// Restore implements [train.Companion].
func (b beside) Restore(text string) error {
	r := b.run
	var s savedRun
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("state of the run: %w", err)
	}
	if err := r.folder.Cut(s.Logs); err != nil {
		return err
	}
	if r.records == nil { // not a rewind: this process has not trained yet
		r.started, r.before = s.Started, s.Seconds
	}
	var err error
	if r.last, err = s.Last.epoch(r.last); err != nil {
		return err
	}
	r.best, err = s.Best.epoch(r.best)
	return err
}

// otherData refuses to go on with other data.
func otherData(name, is, was string) error {
	return fmt.Errorf("the data %s has changed: its SHA-256 is %s, and was %s when the run was started; a run goes on with the same data only", name, is, was)
}

func saveEpoch(e *train.Epoch) *savedEpoch {
	if e == nil {
		return nil
	}
	return &savedEpoch{e.Epoch, human.Float(e.TrainLoss)}
}

// epoch returns the epoch: the one that is known, if it is that.
func (s *savedEpoch) epoch(known *train.Epoch) (*train.Epoch, error) {
	if s == nil || known != nil && known.Epoch == s.Epoch {
		return known, nil
	}
	loss, err := strconv.ParseFloat(s.TrainLoss, 64)
	if err != nil {
		return nil, fmt.Errorf("state of the run: train_loss: %w", err)
	}
	return &train.Epoch{Epoch: s.Epoch, TrainLoss: loss}, nil
}

// remeasure measures the best model of a resumed run on the validation part
// again, for the report in the end.
func (r *run) remeasure(ctx context.Context) error {
	best := r.trainer.Best()
	if best == nil || r.best == nil || !r.validated() {
		return nil
	}
	report, err := best.Evaluate(ctx, r.Parts.Validation)
	r.best.Validation = &report
	return err
}

// resumeCall is the command that goes on with the run.
func (r *run) resumeCall() string { return r.call("train", "--"+resumeFlag, r.folder.Path) }
