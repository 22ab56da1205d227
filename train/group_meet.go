package train

import (
	"context"
	"errors"
	"fmt"

	"descent/dist"
)

// Between two updates the ranks of a group meet: each says whether it goes on. Where state
// is spread over them it comes together on rank 0 when that wants to save a checkpoint, and
// before somebody leaves.

// What a rank says of itself before an update.
const (
	goesOn  = iota
	saves   // and wants to save a checkpoint: rank 0
	stopped // training has ended well there
	left    // the loop was left
	ends    // because of an error, of which Abort tells
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

// meet tells the others that this rank goes on, or not, and returns why it cannot
// when another one does not.
func (t *Trainer) meet(word byte) error {
	r := t.ranks
	if err := r.say(word); err != nil {
		return err
	}
	first, by := byte(goesOn), 0 // who does not go on
	save := false
	for rank, other := range r.words {
		save = save || other == saves || other > stopped
		if first == goesOn && other > saves {
			first, by = other, rank
		}
	}
	if t.shards != nil && save {
		if err := t.keepState(word); err != nil {
			return err
		}
		if first > stopped {
			if err := r.say(word); err != nil { // rank 0 has written
				return err
			}
		}
	}
	switch {
	case word > saves:
	case first == stopped:
		return errStopped
	case first == left:
		return fmt.Errorf("train: rank %d: %w", by, ErrLeft)
	case first == ends:
		return r.say(word) // which its Abort ends
	}
	return nil
}

// keepState brings the state of training together on rank 0, which saves a checkpoint.
func (t *Trainer) keepState(word byte) error {
	if err := t.bringState(); err != nil {
		return err
	}
	defer t.shards.drop()
	k := &t.keeper
	if k.due = false; !t.writes() || word == left {
		return nil
	}
	if k.err = t.keep(); k.err != nil {
		t.cfg.Logger.Warn("no checkpoint could be saved", "error", k.err)
	}
	return nil
}

// begun meets the others before an update, which it may not begin when ctx has ended.
func (t *Trainer) begun(ctx context.Context) error {
	if t.shards != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err := t.meet(t.word()); err != nil {
		return err
	}
	t.ranks.between = false
	return nil
}

// word is what a rank that goes on says.
func (t *Trainer) word() byte {
	if t.keeper.due {
		return saves
	}
	return goesOn
}

// unbroken is ctx, where the end of ctx may end training within an update, after which state
// that is spread would not come together.
func (t *Trainer) unbroken(ctx context.Context) context.Context {
	if t.shards != nil {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// keepAlike is keep, which all ranks come to alike.
func (t *Trainer) keepAlike() error {
	if t.ranks != nil {
		t.ranks.between = true
	}
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

// end ends the loop over updates after the last.
func (t *Trainer) end() error {
	if t.shards == nil {
		return nil
	}
	err := t.meet(t.word())
	t.ranks.between = err != nil
	if errors.Is(err, errStopped) { // after the last update, too
		return nil
	}
	return err
}

// leave tells the others that the loop over updates was left, before its end unless over.
func (t *Trainer) leave() {
	if t.ranks == nil || t.over() && t.shards == nil {
		return
	}
	word := byte(left)
	if t.ranks.stopping || t.over() {
		word = stopped
	}
	_ = t.meet(word) // whoever waits for this rank has an error already
	t.ranks.between = false
}

// abort tells the others of an error that ends training here; not of one that all
// ranks come to alike.
func (t *Trainer) abort(err error) {
	if t.ranks != nil && !errors.Is(err, ErrDiverged) {
		t.quit(err)
	}
}

// quit tells the others of an error that ends training here, before which state comes
// together if they can still meet.
func (t *Trainer) quit(err error) {
	if t.shards != nil && t.ranks.between && !errors.Is(err, dist.ErrAborted) && !errors.Is(err, ErrLeft) {
		_ = t.meet(ends) // what fails now has an error of its own
	}
	t.ranks.between = false
	t.ranks.Abort(err)
}
