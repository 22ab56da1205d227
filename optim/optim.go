// Package optim holds update rules and the state that they keep, and what
// surrounds them, in the order that [Config] gives: limits and noise of the
// gradient, weight decay, the proximal step of the lasso, limits of weights, slow
// weights, groups of parameters, and schedules of hyperparameters.
//
// A rule is its formula. It returns a direction u, and whoever runs it applies
//
//	θ ← θ - η·u
//
// so that the learning rate η has one home, outside of every rule. t counts
// updates from 1. [Trace] writes the update of a whole network into a graph;
// [Apply] runs a rule on slices that the caller owns.
//
// A constructor, such as [NewAdam], returns the defaults of the rule's paper
// by value; a literal is taken literally, field by field:
//
//	rule := optim.NewAdam()
//	rule.Beta2 = 0.99
//
// [Cautious] and [Centralized] wrap any rule. An elementwise rule updates a
// parameter in one pass over memory, one with norms ([LAMB], [LARS],
// [Cautious]) in two.
//
// Some rules need more than one tensor at a time: all parameters ([JointRule]),
// a say in where parameters go and which weights are evaluated ([IterateRule]),
// work on the host between updates ([Param.After]), a search for the length of
// a step ([LineSearchRule]). Matrices are parameters of two axes and more;
// [State].Shape has the shape for [Apply].
//
// A rule is a file named after it; names of other files begin with what they are
// for: rule_ what every rule builds on, formula what several compute, around_ and
// wrap_ what goes around a rule, engine_ how an update is traced and run.
package optim

import "descent/graph"

// Rule is one update rule. A rule is a plain struct, passed by value, whose
// exported fields are its hyperparameters and carry their names in json tags;
// [With] sets them by these names. A rule of one's own needs nothing else:
//
//	type Sign struct{}
//
//	func (Sign) Name() string                       { return "sign" }
//	func (Sign) Update(p *optim.Param) graph.Tensor    { return p.Grad.Sign() }
//	func (Sign) Validate() error                    { return nil }
//	func (Sign) DefaultRate() float64               { return 1e-3 }
type Rule interface {
	// Name is what the command and messages call the rule, such as "adam".
	Name() string

	// Update returns the direction u for one parameter, of its shape. State
	// is declared where it is used, with p.
	Update(p *Param) graph.Tensor

	// Validate returns an error that names the first field out of range, and
	// the constructor that has the defaults.
	Validate() error

	// DefaultRate is η₀ where the user gives none.
	DefaultRate() float64
}
