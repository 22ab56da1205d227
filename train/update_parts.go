package train

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"descent/data"
)

// passInParts makes one pass over source in updates of size rows, each the sum
// of the gradients of micro-batches weighted by their share of the rows. But
// for rounding that is the gradient of the undivided batch.
func (t *Trainer) passInParts(ctx context.Context, source data.Source, order []int, step Step, size int) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		n := source.Len()
		if order == nil && t.together() {
			order = InOrder.rows(n, 0, 0, nil, 0)
		}
		for i := t.batch; i < step.Batches; i++ {
			from, to := i*size, (i+1)*size
			if i == step.Batches-1 {
				to = n
			}
			rows := order
			if order != nil {
				rows = order[from:to]
			}
			if t.together() {
				rows = t.ownRows(rows)
			}
			step := step
			step.Batch, step.Rows = i, to-from
			err := t.attempt(&step, func() error {
				return t.accumulate(t.feed(ctx, source, t.batches(t.cfg.MicroBatch, rows, step.Epoch)), &step)
			})
			if !yield(step, err) || err != nil {
				return
			}
		}
	}
}

// accumulate makes one update from the rows that batches has, and fills in
// step. batches is walked twice with Config.SAM.
func (t *Trainer) accumulate(batches iter.Seq2[data.Batch, error], step *Step) (err error) {
	t.remember()
	defer func() {
		if err != nil {
			t.forget()
		}
	}()
	draws := t.draws
	if err := t.gather(t.accumulation(), batches, step); err != nil {
		return err
	}
	if t.cfg.SAM > 0 {
		if err := t.sharpen(batches, draws, *step); err != nil {
			return err
		}
	}
	p, err := t.program(modeApply, t.cfg.rows(), 0)
	if err != nil {
		return err
	}
	p.At(t.updates + 1)
	p.Random(t.cfg.Seed, t.draws-1) // of the last forward pass: no two updates share it
	p.RunStage(stageForward)
	if err := t.finish(p, step, t.culpritOfSum); err != nil {
		return err
	}
	return t.search(step, func() (float64, error) { return t.lossOfAll(batches, step.Rows) })
}

// gather sets the gradient to that of the rows that batches has, by mode m, and
// adds their loss to step. Micro-batches are added up as a pairwise.Tree; a running
// statistic follows them one after the other. Of a group it is the gradient of all ranks;
// batches has the rows of this one.
func (t *Trainer) gather(m mode, batches iter.Seq2[data.Batch, error], step *Step) error {
	sum := t.gradientSum()
	t.clearGradient()
	t.tree.Forget()
	t.openLosses()
	draws := t.draws
	probed := m == modeAgain // by the first pass
	if t.together() {
		t.draws += uint32(t.ranks.first)
		probed = probed || t.ranks.rank != 0
	}
	terms, met := 0, false
	var diverged error
	for batch, err := range batches {
		if err != nil {
			return err
		}
		p, err := t.program(m, len(batch.Rows), batch.Positions)
		if err != nil {
			return err
		}
		if !probed {
			probed = true
			if err := t.probe.before(t, batch); err != nil {
				return err
			}
		}
		if terms > 0 && terms%2 == 0 && !t.counted {
			t.tree.Carry(sum)
			t.clearGradient()
		}
		l, err := t.forward(p, batch)
		if err != nil && !(t.together() && errors.Is(err, ErrDiverged)) {
			return err
		}
		share := float64(len(batch.Rows)) / float64(step.Rows)
		t.addLoss(&step.Loss, float64(share*l))
		if diverged = err; err != nil {
			break // of which the others hear by the loss
		}
		if t.together() && t.ranks.own == t.ranks.last-t.ranks.first {
			if err := t.meetLosses(step, nil); err != nil {
				return err
			}
			met, t.ranks.ready = true, p.ready // the backward pass hands gradients over
		}
		p.Set(p.share, share)
		p.RunStage(stageBackward)
		if terms++; t.together() {
			if m == modeShared {
				t.ranks.addStatistics(p)
			}
			if !met && terms == t.ranks.blocks[t.ranks.full] {
				t.tree.Total(sum, false)
				t.ranks.put(sum)
				t.clearGradient()
				terms = 0
			}
		}
	}
	switch {
	case !t.together():
		if !t.counted {
			step.Loss += t.losses.Total()
			t.tree.Total(sum, false)
		}
		return nil
	case !met:
		if err := t.meetLosses(step, diverged); err != nil {
			return err
		}
	}
	t.draws = draws + uint32(t.ranks.all)
	return t.bringTogether(m, sum)
}

// meetLosses brings the losses of all ranks together, before their last backward passes. diverged
// is the error of one that is not finite, on the rank that met it.
func (t *Trainer) meetLosses(step *Step, diverged error) error {
	r := t.ranks
	loss, err := t.lossTotal()
	switch bad := r.nonfinite(); {
	case err != nil:
		return err
	case diverged != nil:
		return diverged
	case bad >= 0:
		return t.diverged("the loss", r.terms[bad], fmt.Sprintf("it is that of micro-batch %d of %d, on rank %d", bad+1, r.all, r.rankOf(bad)), ", or clip the gradient")
	}
	step.Loss += loss
	return nil
}

// bringTogether ends gather on the ranks of a group.
func (t *Trainer) bringTogether(m mode, sum [][]float32) error {
	r := t.ranks
	if err := r.finish(); err != nil {
		return err
	}
	if m == modeShared {
		if err := r.follow(t.store.Value); err != nil {
			return err
		}
	}
	if t.shards != nil && (t.cfg.SAM == 0 || m == modeAgain) || r.adder != nil {
		return nil
	}
	return r.bring(r.layout, sum)
}

// accumulation is the mode in which micro-batches are accumulated.
func (t *Trainer) accumulation() mode {
	if t.together() {
		return modeShared
	}
	return modeAccumulate
}

// openLosses makes ready to add up the loss of an update.
func (t *Trainer) openLosses() {
	t.losses.Forget()
	if t.together() {
		t.ranks.open()
	}
}

// addLoss adds a term to the loss of an update: at once as checkpoints of before
// have it, else when all are there.
func (t *Trainer) addLoss(sum *float64, term float64) {
	switch {
	case t.counted:
		*sum += term
	case t.together():
		t.ranks.addTerm(term)
	default:
		t.losses.Add(term)
	}
}

// lossTotal is the sum of the terms that addLoss has kept, those of all ranks.
func (t *Trainer) lossTotal() (float64, error) {
	if t.together() {
		if err := t.ranks.bringLosses(); err != nil {
			return 0, err
		}
		for _, term := range t.ranks.terms {
			t.losses.Add(term)
		}
	}
	return t.losses.Total(), nil
}

// gradientSum is the memory in which gradients accumulate.
func (t *Trainer) gradientSum() [][]float32 {
	if t.accumulated == nil {
		for _, name := range t.gradients {
			t.accumulated = append(t.accumulated, t.store.Value(name))
		}
	}
	return t.accumulated
}

func (t *Trainer) clearGradient() {
	for _, sum := range t.accumulated {
		clear(sum)
	}
}
