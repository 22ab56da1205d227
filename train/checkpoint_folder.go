package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// Checkpoints says where and how often [Trainer.Steps], and with it
// [Trainer.Fit], saves checkpoints: before the first update, then every
// Interval, and when an error other than [ErrDiverged] ends the training, such
// as that of the context. The zero value saves none.
//
// Members of a group that share the state save when they meet before the next update, and
// not when one of them fails, as its part is gone then.
//
// A checkpoint that cannot be written later than the first does not end the
// training: a notice says so, and the one before it stays.
type Checkpoints struct {
	Folder string    // to hold nothing else; made if it is not there. Empty: none
	Every  Interval  // zero: as often as costs at most 1 % of the time
	Keep   int       // the newest that are kept; 0: 2
	Beside Companion // of the loop's owner; nil: none
}

// Companion is what the owner of the training loop saves and restores with the
// trainer, such as the length of a log. One with a method Check(text string) error is
// asked first whether it can go back, as on other data it cannot, where settings that
// follow from the data differ, too.
type Companion interface {
	// Save returns the state as text.
	Save() (string, error)

	// Restore goes back to the state that Save described.
	Restore(text string) error
}

// Validate returns what is wrong with the fields, if anything is.
func (c Checkpoints) Validate() error {
	if c.Keep < 0 {
		return fmt.Errorf("checkpoints: %d are to be kept; it must be at least 1, or 0 for 2", c.Keep)
	}
	if err := c.Every.Validate(); err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	return nil
}

// keeper saves checkpoints when they are due.
type keeper struct {
	saved time.Time     // the last one
	cost  time.Duration // of it
	at    position      // of training then
	due   bool          // one is to be saved when the ranks of a group meet
	err   error         // of the last one that they tried to save
}

// position tells the states of one training apart.
type position struct {
	epoch, batch, rewinds int
	open                  bool
}

func (t *Trainer) where() position { return position{t.epoch, t.batch, t.rewinds, t.fit.open} }

// share is the part of the time that an automatic interval may cost, and
// shortest its least length.
const (
	share    = 100
	shortest = 10 * time.Second
)

// due reports whether a checkpoint should be saved after an update.
func (t *Trainer) due() bool {
	every, since := t.cfg.Checkpoints.Every, time.Since(t.keeper.saved)
	switch {
	case t.cfg.Checkpoints.Folder == "" || !t.writes():
		return false
	case t.batch == 0 && t.cfg.OnNonfinite == Rewind:
		return true
	case every.Updates > 0:
		return t.updates%every.Updates == 0
	case every.Epochs > 0:
		return t.batch == 0 && (t.epoch-t.first)%every.Epochs == 0
	case every.Time > 0:
		return since >= every.Time
	}
	return since >= max(shortest, share*t.keeper.cost)
}

// keep saves a checkpoint, if there is a folder for them and training has gone
// on since the last, and removes those that are too old.
func (t *Trainer) keep() error {
	c, k := t.cfg.Checkpoints, &t.keeper
	if !t.wanting() {
		return nil
	}
	start := time.Now()
	var err error
	if k.saved.IsZero() { // later one that is gone was removed, and its checkpoints with it
		err = os.MkdirAll(c.Folder, 0o777)
	}
	if err == nil {
		if err = t.writeCheckpoint(filepath.Join(c.Folder, checkpointName(t.epoch, t.batch))); err != nil {
			err = fmt.Errorf("save checkpoint: %w", err)
		}
	}
	k.saved = time.Now() // also after an error, so that the next try waits
	k.cost = k.saved.Sub(start)
	if err != nil {
		return err
	}
	k.at = t.where()
	return t.prune()
}

// wanting reports whether a checkpoint of where training stands is wanted here.
func (t *Trainer) wanting() bool {
	k := &t.keeper
	return t.cfg.Checkpoints.Folder != "" && t.writes() && (k.saved.IsZero() || k.at != t.where())
}

// clear removes the checkpoints of updates that are to be made anew. Those of
// another training it refuses.
func (t *Trainer) clear() error {
	folder := t.cfg.Checkpoints.Folder
	if folder == "" || !t.writes() {
		return nil
	}
	files, err := checkpointFiles(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("train: checkpoints: %w", err)
	case len(files) > 0 && t.keeper.saved.IsZero():
		return fmt.Errorf("train: checkpoints: %s holds those of another training; go on with it by Resume, or choose another folder", folder)
	}
	for _, f := range files {
		if f.epoch < t.epoch {
			break
		}
		if err := os.Remove(f.path); err != nil {
			return fmt.Errorf("train: checkpoints: %w", err)
		}
	}
	t.keeper.at.epoch = -1 // none
	return nil
}

// keepAfter saves a checkpoint when training was ended by err, from outside;
// numbers that are not finite come from inside, and would come again.
func (t *Trainer) keepAfter(err error) error {
	if errors.Is(err, ErrDiverged) {
		return err
	}
	if t.shards != nil && !errors.Is(err, ErrInterrupted) { // else it was saved before all left
		if t.wanting() {
			t.cfg.Logger.Warn("the state of training was spread over the group, which has ended; the last checkpoint is where it can go on")
		}
		return err
	}
	if t.shards != nil {
		return errors.Join(err, t.keeper.err)
	}
	if failed := t.keep(); failed != nil {
		return errors.Join(err, failed)
	}
	return err
}

// prune removes the checkpoints that are neither among the newest nor the last
// of a whole epoch, if training may go back to that.
func (t *Trainer) prune() error {
	files, err := checkpointFiles(t.cfg.Checkpoints.Folder)
	if err != nil {
		return err
	}
	left := t.cfg.Checkpoints.Keep
	if left == 0 {
		left = 2
	}
	start := t.cfg.OnNonfinite == Rewind // and such a start of an epoch was not met yet
	for _, f := range files {
		isStart := start && f.batch == 0
		if isStart {
			start = false
		}
		if left--; left >= 0 || isStart {
			continue
		}
		if err := os.Remove(f.path); err != nil {
			return err
		}
	}
	return nil
}

// checkpointFile is a checkpoint by its name.
type checkpointFile struct {
	path         string
	epoch, batch int // that are done
}

const checkpointSuffix = ".safetensors"

func checkpointName(epoch, batch int) string {
	return fmt.Sprintf("epoch-%04d-batch-%06d%s", epoch, batch, checkpointSuffix)
}

// checkpointFiles lists the checkpoints in a folder, the newest first.
func checkpointFiles(folder string) ([]checkpointFile, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var files []checkpointFile
	for _, e := range entries {
		f := checkpointFile{path: filepath.Join(folder, e.Name())}
		if _, err := fmt.Sscanf(e.Name(), "epoch-%d-batch-%d", &f.epoch, &f.batch); err == nil && e.Name() == checkpointName(f.epoch, f.batch) {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b checkpointFile) int {
		if a.epoch != b.epoch {
			return b.epoch - a.epoch
		}
		return b.batch - a.batch
	})
	return files, nil
}

// Resume makes the trainer go on from a checkpoint: the file at path, or the
// newest good one of the folder path. The network and the configuration must be
// those of the trainer that saved it, but for what does not change the result;
// the error names what differs. [Trainer.Steps] and [Trainer.Fit] then continue
// in the middle of the epoch, over the same training set, and end in the bits
// of a training that never stopped.
//
// A damaged file in a folder is passed over with a notice, and renamed. The
// error wraps
// [fs.ErrNotExist] if there is no checkpoint.
func (t *Trainer) Resume(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	files := []checkpointFile{{path: path}}
	if info.IsDir() {
		if files, err = checkpointFiles(path); err != nil {
			return fmt.Errorf("resume: %w", err)
		}
		if len(files) == 0 {
			return fmt.Errorf("resume: %s holds no checkpoint: %w", path, fs.ErrNotExist)
		}
		if t.writes() {
			if err := removeUnfinished(path); err != nil {
				return fmt.Errorf("resume: %w", err)
			}
		}
	}
	var damaged []error
	for _, f := range files {
		c, tensors, err := readCheckpoint(f.path)
		if errors.Is(err, errDamaged) {
			damaged = append(damaged, err)
			continue
		}
		if err == nil {
			if err = t.restore(c, tensors); err != nil {
				err = fmt.Errorf("%s: %w", f.path, err)
			}
		}
		if err != nil {
			return fmt.Errorf("resume: %w", err)
		}
		if err := t.setAside(files[:len(damaged)], damaged); err != nil {
			return fmt.Errorf("resume: %w", err)
		}
		t.resumed = true
		t.keeper = keeper{saved: time.Now(), at: t.where()}
		return nil
	}
	return fmt.Errorf("resume: %w", errors.Join(damaged...))
}

// setAside gives damaged checkpoints, which stand before the good one, names
// of their own, so that they do not count as the newest.
func (t *Trainer) setAside(files []checkpointFile, damaged []error) error {
	for i, f := range files {
		t.cfg.Logger.Warn("a checkpoint is passed over for the one before it", "error", damaged[i])
		if !t.writes() {
			continue
		}
		if err := os.Rename(f.path, f.path+".damaged"); err != nil {
			return err
		}
	}
	return nil
}

// unfinished are the names of checkpoints on their way to another name.
var unfinished = regexp.MustCompile(`^epoch-[0-9]+-batch-[0-9]+\.safetensors\.[0-9a-f]{8}\.tmp$`)

// removeUnfinished removes what a process left that ended while it wrote.
func removeUnfinished(folder string) error {
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		if name := e.Name(); e.Type().IsRegular() && unfinished.MatchString(name) {
			err = errors.Join(err, os.Remove(filepath.Join(folder, name)))
		}
	}
	return err
}
