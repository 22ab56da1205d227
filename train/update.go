package train

import (
	"fmt"
	"math"

	"descent/data"
)

// An update is a compiled program of three stages. Between them the host decides:
//
//	forward    the network, the mean loss, the penalty
//	           is the loss finite? else diagnose.go says where it comes from
//	backward   the gradient, its squared norm
//	           is the norm finite? the clip factor, the rate, the weight of the average
//	update     what surrounds the rule, the rule (optim.Config), the average
//	           the rule's own work on the host
//
// The graph of it is built in update_trace.go, compiled in update_program.go. A
// batch larger than a micro-batch is made in parts, in update_parts.go, with a
// climb between two gradients in update_sam.go; update_search.go shortens a step
// that was made. What an error leaves behind is in nonfinite.go.

// update makes one update from one batch, and fills in step.
func (t *Trainer) update(batch data.Batch, step *Step) error {
	step.Rows = len(batch.Rows)
	if t.cfg.SAM > 0 {
		return t.sharp(batch, step)
	}
	p, err := t.program(modeStep, len(batch.Rows), batch.Positions)
	if err != nil {
		return err
	}
	if err := t.probe.before(t, batch); err != nil {
		return err
	}
	if step.Loss, err = t.forward(p, batch); err != nil {
		return err
	}
	if err := t.finish(p, step, func() string { return t.culprit(batch, t.draws-1) }); err != nil {
		return err
	}
	return t.search(step, func() (float64, error) { return t.lossOf(p), nil })
}

// forward feeds a batch and runs the first stage of p.
func (t *Trainer) forward(p *program, batch data.Batch) (float64, error) {
	if err := t.net.Feed(p.Program, &batch, true); err != nil {
		return 0, fmt.Errorf("train: %w", err)
	}
	p.At(t.updates + 1)
	p.Random(t.cfg.Seed, t.draws)
	t.draws++
	p.RunStage(stageForward)
	l := float64(p.StageOutput(stageForward, outLoss)[0])
	if math.IsNaN(l) || math.IsInf(l, 0) {
		return l, t.diverged("the loss", l, t.culprit(batch, t.draws-1), ", or clip the gradient")
	}
	return l, nil
}

// finish runs what follows the forward pass: the backward pass, the decision
// about the gradient, and the update. culprit is asked where a gradient comes
// from that is not finite.
func (t *Trainer) finish(p *program, step *Step, culprit func() string) error {
	if p.penalty {
		step.Penalty = float64(p.StageOutput(stageForward, outPenalty)[0])
	}
	p.RunStage(stageBackward)
	squared, err := t.normSquared(p)
	if err != nil {
		return err
	}
	step.GradNorm = math.Sqrt(squared)
	if math.IsNaN(step.GradNorm) || math.IsInf(step.GradNorm, 0) {
		return t.diverged("the norm of the gradient", step.GradNorm, culprit(), "")
	}
	step.Clip, step.Rate = t.cfg.Clip.Factor(squared), t.Rate()
	p.Set(p.rate, step.Rate)
	p.Set(p.clip, step.Clip)
	average := t.cfg.Average.weight(t.updates+1, step.Epoch-t.first, t.cfg.Epochs, step.Batch == step.Batches-1)
	p.Set(p.average, average)
	p.RunStage(stageUpdate)
	t.updates++
	t.hosts(t.updates)
	step.Update = t.updates
	if t.shards != nil {
		return t.bringUpdate(average)
	}
	return nil
}

// normSquared is the squared norm of the gradient of which p makes an update.
func (t *Trainer) normSquared(p *program) (float64, error) {
	if t.shards != nil && p.apply {
		sum, err := t.shards.normSquared(t.ranks, p)
		return float64(sum), err
	}
	return float64(p.StageOutput(stageBackward, outNorm)[0]), nil
}
