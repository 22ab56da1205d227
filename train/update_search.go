package train

import (
	"errors"
	"fmt"
	"iter"

	"descent/data"
	"descent/graph"
	"descent/optim"
)

// enough is the part of the fall of the loss that the slope promises.
const enough = 1e-4

// halvings is how often a step is shortened before it is given up.
const halvings = 20

// search shortens the step that an update has made until the loss of the same
// rows has fallen by enough:
//
//	f(θ - τηu) ≤ f(θ) - 10⁻⁴·τη·g·u    τ = 1, ½, ¼, …, 2⁻²⁰
//
// So the loss never rises. Where no τ will do, θ stays as it was and the rule
// forgets its pairs, so that the next step is along the gradient. It does
// nothing for rules that are no [optim.LineSearchRule].
//
// Source: Armijo's condition, Nocedal and Wright, Numerical Optimization, 2006,
// algorithm 3.1.
func (t *Trainer) search(step *Step, loss func() (float64, error)) error {
	rule, ok := t.cfg.Optimizer.(optim.LineSearchRule)
	if !ok {
		return nil
	}
	s := rule.Search()
	before := step.Loss + step.Penalty
	slope := step.Rate * float64(t.store.Value(s.Slope)[0])
	part := 1.0
	for range halvings {
		now, err := loss()
		if err != nil {
			return err
		}
		if now <= before-float64(enough*part*slope) {
			step.Rate *= part
			return nil
		}
		part /= 2
		t.retreat(s, 0.5)
	}
	step.Rate = 0
	t.retreat(s, 0)
	for _, p := range t.trained {
		for _, slot := range s.Memory {
			clear(t.store.Value(p.Name + "/" + slot))
		}
	}
	return nil
}

// retreat takes the trained parameters back to a part of the way from where
// the step began.
func (t *Trainer) retreat(s optim.LineSearch, part float32) {
	for _, p := range t.trained {
		x, from := t.store.Value(p.Name), t.store.Value(p.Name+"/"+s.Start)
		for i := range x {
			x[i] = from[i] + float32(part*(x[i]-from[i]))
		}
	}
}

// lossOf is the loss of a single batch, with penalties, at the weights of now.
// p has been fed with it.
func (t *Trainer) lossOf(p *program) float64 {
	p.RunStage(stageForward)
	l := float64(p.StageOutput(stageForward, outLoss)[0])
	if p.penalty {
		l += float64(p.StageOutput(stageForward, outPenalty)[0])
	}
	return l
}

// lossOfAll is the loss of the rows that batches has, with penalties.
func (t *Trainer) lossOfAll(batches iter.Seq2[data.Batch, error], rows int) (float64, error) {
	apply, err := t.program(modeApply, t.cfg.rows(), 0)
	if err != nil {
		return 0, err
	}
	total := 0.0
	if apply.penalty {
		apply.RunStage(stageForward)
		total = float64(apply.StageOutput(stageForward, outPenalty)[0])
	}
	t.openLosses()
	for batch, err := range batches {
		if err != nil {
			return 0, err
		}
		p, err := t.program(t.accumulation(), len(batch.Rows), batch.Positions)
		if err != nil {
			return 0, err
		}
		if err := t.net.Feed(p.Program, &batch, true); err != nil {
			return 0, fmt.Errorf("train: %w", err)
		}
		t.addLoss(&total, float64(float64(len(batch.Rows))/float64(rows)*t.lossOf(p)))
	}
	if t.counted {
		return total, nil
	}
	sum, err := t.lossTotal()
	return total + sum, err
}

// searchable returns what keeps a rule from searching for the length of its
// steps: all that makes the loss another function from update to update, or
// that moves parameters beside the rule.
func (c Config) searchable() error {
	if _, ok := c.Optimizer.(optim.LineSearchRule); !ok {
		return nil
	}
	around := c.around()
	var errs []error
	refuse := func(bad bool, what string) {
		if bad {
			errs = append(errs, fmt.Errorf("optimizer %s needs the loss of the whole training set as it is: %s", c.Optimizer.Name(), what))
		}
	}
	refuse(c.BatchSize != All, fmt.Sprintf("the batch is %d rows; make it All", c.BatchSize))
	refuse(c.Augment != (data.Augment{}), "images are augmented; turn that off")
	refuse(c.SAM != 0, "SAM takes the gradient elsewhere; turn it off")
	refuse(c.Average != (Average{}), "no average is kept of weights on their way; turn it off")
	refuse(c.Clip != (optim.Clip{}) || c.Noise != (optim.Noise{}), "its gradient may be neither clipped nor noisy; turn that off")
	refuse(around.WeightDecay != 0 || c.ProxL1 != 0 || c.MaxNorm != 0 || c.Lookahead != (optim.Lookahead{}),
		"nothing else may move weights; use a Penalty for weight decay, and turn the proximal step, MaxNorm and Lookahead off")
	for _, g := range c.Groups {
		refuse(!g.Freeze, "groups of parameters may be frozen, but not treated in another way")
	}
	return errors.Join(errs...)
}

// checkRandom returns an error if losses depend on random numbers, and the rule
// searches.
func (c Config) checkRandom(losses graph.Tensor) error {
	if _, ok := c.Optimizer.(optim.LineSearchRule); !ok {
		return nil
	}
	for _, x := range graph.Sorted(losses) {
		if graph.Random(x) {
			return fmt.Errorf("optimizer %s needs the same loss whenever it looks, and layer %s is random; leave dropout out", c.Optimizer.Name(), x.Path())
		}
	}
	return nil
}
