package train

import (
	"iter"
	"math"

	"descent/data"
	"descent/graph"
)

// climbScalar is ρ/‖g‖.
const climbScalar = "climb"

// climb moves the trained parameters along the accumulated gradient.
func (s *step) climb() {
	by := s.g.Scalar(climbScalar, nil)
	var square graph.Tensor
	for i, p := range s.trained {
		g := s.gradient(i)
		if sum := g.Square().Sum(); i == 0 {
			square = sum
		} else {
			square = square.Add(sum)
		}
		s.updates = append(s.updates, graph.Update{Variable: p.Tensor, Value: p.Tensor.Add(g.Mul(by))})
	}
	s.stages = [][]graph.Tensor{nil, {square}, {}}
}

// sharpen is sharpness-aware minimization: it replaces the accumulated gradient
// by that where the loss is highest in the neighbourhood,
//
//	ĝ = ∇L(θ + ρ·g/‖g‖)    g = ∇L(θ), the norm over all trained parameters
//
// and leaves θ as it was, to the bit. Both gradients are of the same rows,
// augmented alike, and of the same random numbers, from pass number draws on.
// Running statistics stay those of the first pass, at θ, where the loss that is
// reported is of, too. Penalties are no part of L: their gradient is that at θ,
// as in the paper.
//
// Source: Foret et al., "Sharpness-Aware Minimization for Efficiently
// Improving Generalization", ICLR 2021, arXiv:2010.01412, algorithm 1 and
// equation 2 with p = 2.
func (t *Trainer) sharpen(batches iter.Seq2[data.Batch, error], draws uint32, step Step) error {
	p, err := t.program(modeClimb, t.cfg.rows(), 0)
	if err != nil {
		return err
	}
	p.RunStage(stageForward)
	p.RunStage(stageBackward)
	norm := math.Sqrt(float64(p.StageOutput(stageBackward, outNorm)[0]))
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return t.diverged("the norm of the gradient", norm, t.culpritOfSum(), "")
	}
	if norm == 0 {
		return nil // there is no way up
	}
	t.saveWeights()
	defer t.restoreWeights()
	p.Set(p.Scalar(climbScalar), t.cfg.SAM/norm)
	p.RunStage(stageUpdate)
	t.draws = draws
	return t.gather(modeAgain, batches, &step)
}

// saveWeights keeps a copy of the trained parameters.
func (t *Trainer) saveWeights() {
	if t.climbed == nil {
		for _, p := range t.trained {
			t.climbed = append(t.climbed, make([]float32, p.Tensor.Type().Size()))
		}
	}
	for i, p := range t.trained {
		copy(t.climbed[i], t.store.Value(p.Name))
	}
}

// restoreWeights takes the trained parameters back to what saveWeights kept.
func (t *Trainer) restoreWeights() {
	for i, p := range t.trained {
		copy(t.store.Value(p.Name), t.climbed[i])
	}
}

// sharp makes one update from one batch, with Config.SAM.
func (t *Trainer) sharp(batch data.Batch, step *Step) error {
	made := *step // which the loop over batches puts on the heap
	err := t.accumulate(func(yield func(data.Batch, error) bool) { yield(batch, nil) }, &made)
	*step = made
	return err
}
