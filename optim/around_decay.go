package optim

import (
	"reflect"

	"descent/graph"
)

// weightDecay is the json name of a rule's own decoupled weight decay.
const weightDecay = "weight_decay"

// decayed is u + λθ for weights, and u for other parameters.
func (p *Param) decayed(u graph.Tensor, lambda float64) graph.Tensor {
	switch {
	case !p.Decays || p.lambda != nil && *p.lambda == 0:
		return u
	case p.lambda != nil:
		return u.Add(p.Value.Mul(p.setting(weightDecay, *p.lambda)))
	}
	return u.Add(p.Value.Mul(p.Hyper(weightDecay, lambda)))
}

// ownDecay returns the weight decay that is part of the rule, 0 if none is.
func ownDecay(rule Rule) float64 {
	for _, f := range hypers(rule) {
		if f.key == weightDecay {
			return reflect.ValueOf(bare(rule)).Field(f.index).Float()
		}
	}
	return 0
}

// hasDecay reports whether weight decay is one of the rule's hyperparameters.
func hasDecay(rule Rule) bool {
	_, ok := Value(rule, weightDecay)
	return ok
}

// withoutDecay returns the rule with its own weight decay turned off.
func withoutDecay(rule Rule) Rule {
	if bare, err := With(rule, weightDecay, 0); err == nil {
		return bare
	}
	return rule
}

// InnerDecay is a rule that may scale its own weight decay along with the
// gradient, as [LAMB] does, so that the decay can be of no other [DecayKind].
type InnerDecay interface {
	Rule

	// DecayInside reports whether it does; else λθ is added to a finished u.
	DecayInside() bool
}

// decoupled reports whether the rule's own weight decay is added to a finished
// direction.
func decoupled(rule Rule) bool {
	inner, ok := bare(rule).(InnerDecay)
	return !ok || !inner.DecayInside()
}
