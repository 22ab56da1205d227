package optim

import (
	"fmt"

	"descent/graph"
	"descent/internal/suggest"
)

// DecayKind says what weight decay λ means. η is the rate of the update and η₀
// that of the run, [Config].PeakRate:
//
//	Decoupled    θ ← θ - η·(u + λθ)
//	CoupledL2    g ← g + λθ, and the rule scales it as it does the gradient
//	Independent  θ ← θ - ηu - (η/η₀)·λθ
//	Corrected    θ ← θ - ηu - (η²/η₀)·λθ
//	Cautiously   θ ← θ - η·(u + λθ·[uθ ≥ 0])
//
// Decoupled is [AdamW] in PyTorch, optax and Keras. CoupledL2 is the weight_decay of
// PyTorch's SGD and Adam, and the gradient of the penalty ½λΣw²; it comes after
// clipping, where a penalty of the loss comes before. Independent is that of the
// AdamW paper: weights shrink by λ times the factor of the schedule, whatever
// the rate is. Corrected keeps the balance of gradient and weight the same
// while the rate changes; its paper has it for layers that a normalization
// follows, here it is for all. Cautiously leaves weights alone that the step
// moves away from 0.
//
// The decay that a rule has of its own, as AdamW has, is of this kind, too;
// but that of [LAMB], [LARS], [NovoGrad] and [Prodigy] is inside of what they
// scale, see [InnerDecay].
//
// Sources: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR
// 2019, arXiv:1711.05101v3, algorithms 1 and 2; Defazio, "Why Gradients Rapidly
// Increase Near the End of Training", 2025, arXiv:2506.02285; Chen et al.,
// "Cautious Weight Decay", 2025, arXiv:2510.12402, algorithm 1.
type DecayKind uint8

const (
	Decoupled DecayKind = iota
	CoupledL2
	Independent
	Corrected
	Cautiously
)

var decayKinds = [...]string{"decoupled", "l2", "independent", "corrected", "cautious"}

// DecayKinds returns the names of all kinds.
func DecayKinds() []string { return decayKinds[:] }

// ParseDecayKind returns the kind of that name.
func ParseDecayKind(name string) (DecayKind, error) {
	for i, known := range decayKinds {
		if name == known {
			return DecayKind(i), nil
		}
	}
	return 0, suggest.Unknown("kind of weight decay", name, DecayKinds())
}

// String returns "decoupled", "l2", "independent", "corrected" or "cautious".
func (k DecayKind) String() string {
	if int(k) < len(decayKinds) {
		return decayKinds[k]
	}
	return fmt.Sprintf("DecayKind(%d)", uint8(k))
}

// Validate returns an error for a kind that there is not.
func (k DecayKind) Validate() error {
	if int(k) < len(decayKinds) {
		return nil
	}
	return fmt.Errorf("optim.Config.DecayKind is %v; the last is %v", k, Cautiously)
}

// decayed is x, a gradient or direction, with weight decay.
func (c Config) decayed(m *member, x graph.Tensor) graph.Tensor {
	if !m.Decays || m.how.decay == 0 {
		return x
	}
	lambda := m.how.decay
	if c.DecayKind == Independent || c.DecayKind == Corrected {
		lambda /= c.PeakRate * m.how.rate
	}
	decay := m.Value.Mul(m.setting(weightDecay, lambda))
	switch c.DecayKind {
	case Corrected:
		decay = decay.Mul(m.rate)
	case Cautiously:
		// The product of signs, as that of small numbers would vanish.
		decay = decay.Mul(x.Const(0).LessEqual(x.Sign().Mul(m.Value.Sign())))
	}
	return x.Add(decay)
}
