package optim

import "descent/graph"

// Centralized takes the mean out of the gradient of each output of a layer
// before Rule sees it:
//
//	g ← g - mean(g)    over all axes but the last, which counts outputs
//
// Parameters of one axis, biases and the like, keep their gradient. It comes
// after clipping. Hyperparameters are those of Rule, its name on the command
// is "centralized-sgd" for SGD.
//
// Source: Yong et al., "Gradient Centralization: A New Optimization Technique
// for Deep Neural Networks", ECCV 2020, arXiv:2004.01461, equation 1.
type Centralized struct {
	Rule Rule `json:"rule"`
}

func (o Centralized) Name() string         { return wrappedName(centralized, o.Rule) }
func (o Centralized) DefaultRate() float64 { return innerRate(o.Rule) }
func (o Centralized) Validate() error      { return validateInner("Centralized", o.Rule) }
func (o Centralized) inner() Rule          { return o.Rule }
func (Centralized) around(inner Rule) Rule { return Centralized{inner} }

func (o Centralized) Update(p *Param) graph.Tensor { return alone(o, p) }

// UpdateAll implements [JointRule].
func (o Centralized) UpdateAll(params []*Param) []graph.Tensor {
	for _, p := range params {
		p.Grad = central(p.Grad)
	}
	return directions(o.Rule, params)
}

// central is g without its mean over all axes but the last.
func central(g graph.Tensor) graph.Tensor {
	rank := g.Type().Rank()
	if rank < 2 {
		return g
	}
	axes, count := make([]int, rank-1), 1
	for i := range axes {
		axes[i] = i
		count *= g.Dim(i)
	}
	return g.Sub(g.SumKeep(axes...).Div(g.Const(float64(count))))
}
