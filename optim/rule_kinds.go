package optim

import "descent/graph"

// What a rule may implement beside [Rule]. A wrapper such as [Cautious] passes
// both on.

// Whole is a rule that needs all parameters at once.
type Whole interface {
	Rule

	// UpdateAll returns the direction of each parameter. Update of a single
	// one is UpdateAll of that alone.
	UpdateAll(params []*Param) []graph.Tensor
}

// Mover is a rule whose parameters do not go to θ - ηu, since the gradient is
// taken at other weights than those to be evaluated.
type Mover interface {
	Rule

	// Move returns the next θ, given the step ηu. It comes after Update, and
	// may set slots.
	Move(p *Param, step graph.Tensor) graph.Tensor

	// Evaluated is the slot of the weights to be evaluated, of θ's shape.
	Evaluated() string
}

// Searcher is a rule for full batches whose step training shortens until the
// loss has fallen by enough.
type Searcher interface {
	Rule

	// Search says what of its state the search needs.
	Search() Search
}

// Search names the state of a [Searcher].
type Search struct {
	Start  string   // slot that holds a parameter as it was before the step
	Slope  string   // variable, of shape [], that holds g·u
	Memory []string // slots to clear when no step along u is short enough
}

// directions returns rule's direction of each parameter.
func directions(rule Rule, params []*Param) []graph.Tensor {
	if whole, ok := rule.(Whole); ok {
		return whole.UpdateAll(params)
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
func alone(rule Whole, p *Param) graph.Tensor { return rule.UpdateAll([]*Param{p})[0] }
