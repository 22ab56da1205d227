package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// Between two updates the ranks of a group meet: each says whether it goes on. Where state
// is spread over them it comes together on rank 0 when that wants to save a checkpoint, and
// before they part.

// What a rank says of itself before an update.
const (
	goesOn      = iota
	saves       // and wants to save a checkpoint: rank 0
	interrupted // its ctx has ended
	stopped     // training has ended well there
	left        // the loop was left
)

// say tells the others a word, and hears theirs.
func (r *ranks) say(word byte) error {
	for rank := range r.size {
		r.send[rank] = r.words[r.rank : r.rank+1]
		r.receive[rank] = r.words[rank : rank+1]
	}
	r.words[r.rank] = word
	return r.exchange()
}

// heard returns the first rank that has said a word, -1 if none has.
func (r *ranks) heard(word byte) int { return bytes.IndexByte(r.words, word) }

// meet tells the others that this rank goes on, or not, and returns why it cannot
// when another one does not.
func (t *Trainer) meet(word byte) error {
	r := t.ranks
	if err := r.say(word); err != nil {
		return err
	}
	by, ended, ends := r.heard(left), r.heard(interrupted), r.heard(stopped) >= 0
	if t.shards != nil && (by >= 0 || ended >= 0 && !ends || r.heard(saves) >= 0) {
		if err := t.keepTogether(word); err != nil {
			return err
		}
	}
	switch {
	case word == stopped || word == left:
		return nil
	case by >= 0:
		return fmt.Errorf("train: rank %d: %w", by, ErrLeft)
	case ends:
		return errStopped
	case word == interrupted:
		return fmt.Errorf("train: %w: %w", ErrInterrupted, r.within())
	case ended >= 0:
		return fmt.Errorf("train: %w on rank %d", ErrInterrupted, ended)
	}
	return nil
}

// keepTogether brings the state of training together on rank 0, which saves a checkpoint
// unless it has left the loop, and returns when that is written.
func (t *Trainer) keepTogether(word byte) error {
	t.keeper.due = false
	if err := t.withState(func() error {
		if word != left {
			if t.keeper.err = t.keep(); t.keeper.err != nil {
				t.cfg.Logger.Warn("no checkpoint could be saved", "error", t.keeper.err)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return t.ranks.say(word)
}

// next meets the others before an update.
func (t *Trainer) next() error {
	if t.ranks.within() != nil {
		return t.meet(interrupted)
	}
	return t.meet(t.word())
}

// word is what a rank says that goes on.
func (t *Trainer) word() byte {
	if t.keeper.due {
		return saves
	}
	return goesOn
}

// patient is ctx, but for a member of a group: its end is looked at between updates
// alone, as all leave together.
func (t *Trainer) patient(ctx context.Context) context.Context {
	if t.ranks == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// keepAlike is keep, to which all ranks come alike.
func (t *Trainer) keepAlike() error {
	if t.shards == nil {
		return t.keep()
	}
	t.keeper.due = t.wanting()
	if err := t.meet(t.word()); err != nil {
		return err
	}
	return t.keeper.err
}

// keepSoon saves a checkpoint, or has it saved when the ranks meet.
func (t *Trainer) keepSoon() {
	if t.shards != nil {
		t.keeper.due = true
		return
	}
	if err := t.keep(); err != nil {
		t.cfg.Logger.Warn("no checkpoint could be saved; training goes on", "error", err)
	}
}

// over reports whether all updates have been made.
func (t *Trainer) over() bool { return t.enough() || t.epoch >= t.first+t.cfg.Epochs }

// end ends the loop over updates after the last, behind which a checkpoint may be due.
func (t *Trainer) end() error {
	if t.shards == nil {
		return nil
	}
	if err := t.meet(t.word()); err != nil && !errors.Is(err, errStopped) {
		return err
	}
	return nil
}

// leave tells the others that the loop over updates was left, maybe behind the last.
func (t *Trainer) leave() {
	if t.ranks == nil || t.over() && t.shards == nil {
		return
	}
	word := byte(left)
	if t.ranks.stopping || t.over() {
		word = stopped
	}
	_ = t.meet(word) // whoever waits for this rank has an error already
}

// abort tells the others of an error that ends training here; not of one that all
// ranks come to alike.
func (t *Trainer) abort(err error) {
	if t.ranks != nil && !errors.Is(err, ErrDiverged) && !errors.Is(err, ErrInterrupted) {
		t.ranks.Abort(err)
	}
}
