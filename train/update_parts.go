package train

import (
	"context"
	"iter"

	"descent/data"
)

// passInParts makes one pass over source in updates of size rows, each the sum
// of the gradients of micro-batches weighted by their share of the rows. But
// for rounding that is the gradient of the undivided batch.
func (t *Trainer) passInParts(ctx context.Context, source data.Source, order []int, step Step, size int) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		n := source.Len()
		for i := t.batch; i < step.Batches; i++ {
			from, to := i*size, (i+1)*size
			if i == step.Batches-1 {
				to = n
			}
			rows := order
			if order != nil {
				rows = order[from:to]
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
	if err := t.gather(modeAccumulate, batches, step); err != nil {
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
// statistic follows them one after the other.
func (t *Trainer) gather(m mode, batches iter.Seq2[data.Batch, error], step *Step) error {
	sum := t.gradientSum()
	t.clearGradient()
	t.tree.Forget()
	t.losses.Forget()
	probed := m != modeAccumulate // by the first pass
	terms := 0
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
		if err != nil {
			return err
		}
		share := float64(len(batch.Rows)) / float64(step.Rows)
		t.addLoss(&step.Loss, float64(share*l))
		p.Set(p.share, share)
		p.RunStage(stageBackward)
		terms++
	}
	if !t.counted {
		step.Loss += t.losses.Total()
		t.tree.Total(sum, false)
	}
	return nil
}

// addLoss adds a term to the loss of an update: at once as checkpoints of before
// have it, else when all are there.
func (t *Trainer) addLoss(sum *float64, term float64) {
	if t.counted {
		*sum += term
		return
	}
	t.losses.Add(term)
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
