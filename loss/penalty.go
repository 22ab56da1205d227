package loss

import (
	"fmt"
	"math"

	"descent/graph"
	"descent/nn"
)

// Penalty is added to the mean loss of a batch, once, and draws the weights
// towards zero:
//
//	P = Σ_w λ₂w² + λ₁|w|
//
// over all numbers in weights of role [nn.Weight] or [nn.Table]: biases and
// norms are left out. A layer's own L1 and L2 are added to the λ of the network. The gradient
// is 2λ₂w + λ₁·sign(w), as in Keras; PyTorch's weight_decay λ is ½λw², so it
// equals L2 with half of it.
type Penalty struct {
	L1 float64 // λ₁, lasso
	L2 float64 // λ₂, ridge
}

// L1 is the penalty λΣ|w|. Its gradient draws weights to zero but leaves few
// at exactly zero.
func L1(lambda float64) Penalty { return Penalty{L1: lambda} }

// L2 is the penalty λΣw².
func L2(lambda float64) Penalty { return Penalty{L2: lambda} }

// Of returns the penalty on params, of shape []; the zero Tensor if there is
// nothing to add.
func (p Penalty) Of(params []nn.Param) graph.Tensor {
	var total graph.Tensor
	add := func(sum graph.Tensor, lambda float64) {
		if sum = sum.Scale(lambda); !total.Valid() {
			total = sum
		} else {
			total = total.Add(sum)
		}
	}
	for _, w := range params {
		if !w.Role.Decays() || !w.Tensor.Valid() {
			continue
		}
		if lambda := p.L2 + w.L2; lambda != 0 {
			add(w.Tensor.Square().Sum(), lambda)
		}
		if lambda := p.L1 + w.L1; lambda != 0 {
			add(w.Tensor.Abs().Sum(), lambda)
		}
	}
	return total
}

// Validate returns what is wrong with the fields, if anything is.
func (p Penalty) Validate() error {
	for _, l := range []struct {
		name   string
		lambda float64
	}{{"L1", p.L1}, {"L2", p.L2}} {
		if !(l.lambda >= 0) || math.IsInf(l.lambda, 0) {
			return fmt.Errorf("loss: %s penalty %v; want a finite number of at least 0, such as 1e-4", l.name, l.lambda)
		}
	}
	return nil
}
