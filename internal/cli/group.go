package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"

	"descent/data"
	"descent/dist"
	"descent/internal/crew"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/trials"
	"descent/model"
	"descent/train"
)

// ofGroups is what the command of a group calls itself.
const ofGroups = "descent-mpi"

// exitAgain is what a member of a group exits with that was asked to leave: by
// sysexits.h a failure for a while, after which launchers start a job again.
const exitAgain = 75

// RunIn is [Run] for a member of a group: all train what the command line of rank 0
// says. That one reads, writes and prints; the others hold their part of the work.
func RunIn(ctx context.Context, g dist.Group, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if g.Rank() != 0 {
		return follow(ctx, g, stderr)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	away := func() { cancel(Signal{syscall.SIGTERM}) }
	leader := crew.Lead(g, away)
	a := &app{crew: leader, away: away}
	status := a.run(ctx, args, stdin, stdout, stderr)
	if err := leader.End(status); err != nil && status == exitDone {
		fmt.Fprintf(stderr, "%s: %v\n", ofGroups, err)
		return exitFailed
	}
	return status
}

// Fail says why a process has no group to be a member of, and returns what to exit with.
func Fail(ctx context.Context, err error, stderr io.Writer) int {
	status := exitFailed
	if ctx.Err() != nil {
		err, status = errLeft, interruptedCode(ctx, true)
	}
	fmt.Fprintf(stderr, "%s: %v\n", ofGroups, err)
	return status
}

// follow is what a member other than rank 0 does.
func follow(ctx context.Context, g dist.Group, stderr io.Writer) int {
	status, err := crew.Follow(ctx, g, &hand{ctx: ctx, group: g})
	if err != nil {
		g.Abort(err)
		fmt.Fprintf(stderr, "%s: %s: %v\n", ofGroups, crew.Here(g), err)
		return exitFailed
	}
	return status
}

// joint is a training of all ranks, as rank 0 tells the others of it.
type joint struct {
	Settings    string           // decided, as a run folder keeps them
	Member      int              // of the bag that they describe, from 1; 0: they are of one network
	Checkpoints string           // their folder; empty: there are none
	Resume      bool             // from there
	Range       *train.RateRange // of a range test; nil: the whole training
	Trials      bool             // it is none: trials will be dealt, on the data of the settings
	Cut         int              // which parts of data it is on, by when they were cut; from 1
}

// hand makes what rank 0 asks for.
type hand struct {
	ctx    context.Context
	group  dist.Group
	cut    int // which parts there are
	parts  []data.Parts
	trials *settings.Job // that they are on the data of
}

// Do implements [crew.Hand].
func (h *hand) Do(ctx context.Context, work []byte) ([]byte, error) {
	return trials.Make(ctx, h.trials, work)
}

// Prepare implements [crew.Hand].
func (h *hand) Prepare(work []byte) (func() error, error) {
	var w joint
	if err := json.Unmarshal(work, &w); err != nil {
		return nil, err
	}
	s, err := settings.OfRank0(w.Settings)
	if err != nil {
		return nil, err
	}
	if !w.Trials {
		s.In(h.group)
	}
	return func() error {
		if h.cut != w.Cut {
			var err error
			h.parts, err = data.ShareFolds(h.group, func() ([]data.Parts, error) { return settings.CutAgain(s) })
			if err != nil {
				return err
			}
			h.cut = w.Cut
		}
		if w.Trials {
			var err error
			h.trials, err = settings.PrepareOf(s, h.parts)
			return err
		}
		return h.train(w, s)
	}, nil
}

// train does what rank 0 asks for, on the parts that there are.
func (h *hand) train(w joint, s settings.Settings) error {
	j, err := settings.PrepareOf(s, h.parts)
	if err == nil && w.Member > 0 {
		j, err = j.Member(w.Member - 1)
	}
	if err != nil {
		return err
	}
	j.Config.Checkpoints.Folder, j.Config.Checkpoints.Beside = w.Checkpoints, nobody{}
	t, err := train.New(j.Net, j.Spec, j.Config)
	if err != nil {
		return err
	}
	defer t.Close()
	if w.Resume {
		if err := t.Resume(w.Checkpoints); err != nil {
			return err
		}
	}
	if w.Range != nil {
		_, err = t.FindRate(h.ctx, j.Parts.Train, *w.Range)
	} else {
		_, err = t.Fit(h.ctx, j.Parts.Train, j.Parts.Validation)
	}
	if errors.Is(err, train.ErrDiverged) || errors.Is(err, train.ErrInterrupted) { // which rank 0 tells of
		return nil
	}
	return err
}

// nobody is the owner of training on a rank that writes nothing.
type nobody struct{}

func (nobody) Save() (string, error) { return "", nil }
func (nobody) Restore(string) error  { return nil }

// together calls do, which ctx ends, while all ranks do w by settings that are decided, on
// the parts of a job.
func (a *app) together(ctx context.Context, w joint, j *settings.Job, do func() error) error {
	if err := a.work.begin(); err != nil {
		return err
	}
	var text bytes.Buffer
	if err := j.Settings.Write(&text); err != nil {
		return err
	}
	parts := j.Cut()
	again := a.cuts > 0 && &parts[0].Train == &a.cut[0].Train // which members of a bag have together
	if !again {
		a.cuts++
		a.cut = parts
	}
	w.Settings, w.Cut = text.String(), a.cuts
	work, err := json.Marshal(w)
	if err != nil {
		return err
	}
	done, err := a.crew.Together(work)
	if err != nil {
		return err
	}
	defer done()
	if !again {
		if _, err := data.ShareFolds(a.crew.Group(), func() ([]data.Parts, error) { return parts, nil }); err != nil {
			return err
		}
	}
	if err = do(); errors.Is(err, train.ErrInterrupted) && ctx.Err() == nil {
		a.away() // as another rank
	}
	return err
}

// share has all ranks take the data of a job, on which they are to make trials.
func (a *app) share(ctx context.Context, j *settings.Job) error {
	if a.crew == nil {
		return nil
	}
	return a.together(ctx, joint{Trials: true}, j, func() error { return nil })
}

// in has a run of those settings be trained by all ranks.
func (a *app) in(s *settings.Settings) {
	if a.crew != nil {
		s.In(a.crew.Group())
	}
}

// fit trains, with all ranks where there are others.
func (r *run) fit(ctx context.Context) (m *model.Model, err error) {
	fit := func() error {
		m, err = r.trainer.Fit(ctx, r.Parts.Train, r.Parts.Validation)
		return err
	}
	if r.crew == nil {
		err = fit()
		return m, err
	}
	j := r.Job
	if r.whole != nil {
		j = r.whole
	}
	w := joint{Member: r.number, Checkpoints: r.folder.File(runs.Checkpoints), Resume: r.goesOn}
	err = r.together(ctx, w, j, fit)
	return m, err
}
