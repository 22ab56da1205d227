package optim

import "descent/graph"

// What a rule may implement beside [Rule]. A wrapper such as [Cautious] passes
// both on.

// JointRule is a rule that needs all parameters at once.
type JointRule interface {
	Rule

	// UpdateAll returns the direction of each parameter. Update of a single
	// one is UpdateAll of that alone.
	UpdateAll(params []*Param) []graph.Tensor
}

// IterateRule is a rule that says itself where parameters go, as they do not go
// to θ - ηu: [FTRL] solves for the next ones, and [ScheduleFreeSGD] takes the
// gradient at other weights than those to be evaluated.
type IterateRule interface {
	Rule

	// Move returns the next θ, given the step ηu. It comes after Update, and
	// may set slots.
	Move(p *Param, step graph.Tensor) graph.Tensor

	// Evaluated is the slot of the weights to be evaluated, of θ's shape; "" is
	// θ itself.
	Evaluated() string
}

// LineSearchRule is a rule for full batches whose step training shortens until
// the loss has fallen by enough.
type LineSearchRule interface {
	Rule

	// Search says what of its state the search needs.
	Search() LineSearch
}

// LineSearch names the state of a [LineSearchRule].
type LineSearch struct {
	Start  string   // slot that holds a parameter as it was before the step
	Slope  string   // variable, of shape [], that holds g·u
	Memory []string // slots to clear when no step along u is short enough
}

// directions returns rule's direction of each parameter.
func directions(rule Rule, params []*Param) []graph.Tensor {
	if joint, ok := rule.(JointRule); ok {
		return joint.UpdateAll(params)
	}
	us := make([]graph.Tensor, len(params))
	for i, p := range params {
		leave := p.Value.Graph().Enter(p.Name)
		us[i] = rule.Update(p)
		leave()
	}
	return us
}

// alone is Update of a rule that has UpdateAll.
func alone(rule JointRule, p *Param) graph.Tensor { return rule.UpdateAll([]*Param{p})[0] }
