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

func (o Centralized) Update(p *Param) graph.Tensor {
	if rank := p.Grad.Type().Rank(); rank > 1 {
		axes, count := make([]int, rank-1), 1
		for i := range axes {
			axes[i] = i
			count *= p.Grad.Dim(i)
		}
		p.Grad = p.Grad.Sub(p.Grad.SumKeep(axes...).Div(p.Grad.Const(float64(count))))
	}
	return o.Rule.Update(p)
}
