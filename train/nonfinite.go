package train

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"descent/engine"
	"descent/nn"
	"descent/optim"
)

// Nonfinite says what to do about an update whose loss or gradient is not
// finite. In every case the update itself is not made.
type Nonfinite uint8

const (
	// Stop ends training with [ErrDiverged].
	Stop Nonfinite = iota

	// Skip passes over the batch: up to [MostSkipped] of them in a row.
	Skip

	// Rewind goes back to the start of the epoch with half the learning rate,
	// up to [MostRewinds] times. It takes a folder for checkpoints, in which
	// one is saved at the start of each epoch.
	Rewind
)

// The bounds of Skip and Rewind. Behind them training stops.
const (
	MostSkipped = 10
	MostRewinds = 10
)

var nonfiniteNames = []string{"stop", "skip", "rewind"}

// ParseNonfinite reads stop, skip or rewind.
func ParseNonfinite(text string) (Nonfinite, error) {
	return named[Nonfinite]("way to meet what is not finite", text, nonfiniteNames)
}

func (n Nonfinite) String() string {
	if int(n) < len(nonfiniteNames) {
		return nonfiniteNames[n]
	}
	return fmt.Sprintf("Nonfinite(%d)", n)
}

func (n Nonfinite) validate(c Checkpoints) error {
	switch {
	case n > Rewind:
		return fmt.Errorf("%v is no way to meet what is not finite; there are Stop, Skip and Rewind", n)
	case n == Rewind && c.Folder == "":
		return errors.New("rewind goes back to checkpoints; set Checkpoints.Folder")
	}
	return nil
}

// attempt makes an update. One that fails leaves the trainer as it was, and
// if that is because of numbers that are not finite, it may be skipped.
func (t *Trainer) attempt(step *Step, update func() error) error {
	if t.ranks != nil {
		if err := t.next(); err != nil {
			return err
		}
	}
	if !t.counted {
		t.draws = uint32(t.updates * t.parts) // which micro-batch i adds i to
	}
	draws, updates := t.draws, t.updates
	err := update()
	if err == nil {
		t.skipped = 0
		step.Probe = t.probe.after(t, step.Epoch)
		return nil
	}
	t.draws, t.updates = draws, updates
	if t.cfg.OnNonfinite != Skip || !errors.Is(err, ErrDiverged) {
		return err
	}
	if t.skipped == MostSkipped {
		return fmt.Errorf("%w; %d batches in a row were skipped", err, MostSkipped)
	}
	t.skipped++
	step.Skipped, step.Update = true, t.updates
	t.cfg.Logger.Warn("a batch was skipped", "epoch", step.Epoch+1, "batch", step.Batch+1, "error", err)
	return nil
}

// remember keeps what an update in parts changes before it is complete, from
// before it: buffers, and under a rule that searches everything.
func (t *Trainer) remember() {
	if t.before == nil {
		_, all := t.cfg.Optimizer.(optim.LineSearchRule)
		buffers := map[string]bool{}
		for _, p := range t.params {
			buffers[p.Name] = p.Role == nn.Buffer
		}
		var declared []engine.Variable
		for _, name := range t.store.Names() {
			if (all || buffers[name]) && !slices.Contains(t.gradients, name) {
				declared = append(declared, engine.Variable{Name: name, Type: t.store.Type(name)})
			}
		}
		t.before = engine.NewStore(declared...)
	}
	for _, name := range t.before.Names() {
		copy(t.before.Value(name), t.store.Value(name))
	}
}

// forget takes the variables back to what remember kept.
func (t *Trainer) forget() {
	for _, name := range t.before.Names() {
		copy(t.store.Value(name), t.before.Value(name))
	}
}

// rewind goes back to the start of the epoch with half the rate, because of
// cause, and returns cause if that was done too often.
//
// Checkpoints of later batches go first and the new rate is saved at once, so
// that a process that ends in between goes the same way when it is resumed.
func (t *Trainer) rewind(cause error) (err error) {
	defer func() {
		if err != nil && t.ranks != nil {
			t.ranks.Abort(err)
		}
	}()
	if t.rewinds == MostRewinds {
		return fmt.Errorf("%w; training went back %d times, each time to half the rate", cause, MostRewinds)
	}
	files, err := checkpointFiles(t.cfg.Checkpoints.Folder)
	if err != nil {
		return errors.Join(cause, err)
	}
	for _, f := range files {
		if f.batch != 0 {
			if !t.writes() {
				continue
			}
			if err := os.Remove(f.path); err != nil {
				return errors.Join(cause, err)
			}
			continue
		}
		spent := t.fit.elapsed()
		c, tensors, err := readCheckpoint(f.path)
		if err == nil {
			err = t.restore(c, tensors)
		}
		if err == nil && t.ranks != nil {
			err = t.ranks.say(goesOn) // all have read it before it is written anew
		}
		if err != nil {
			return errors.Join(cause, err)
		}
		t.fit.seconds, t.fit.start = spent, time.Now()
		t.rewinds++
		t.cfg.Logger.Warn("training went back to the start of the epoch, with half the rate", "epoch", t.epoch+1, "rate", t.Rate(), "error", cause)
		return t.keepAlike()
	}
	return fmt.Errorf("%w; there is no checkpoint to go back to", cause)
}
