package optim_test

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/optim"
)

// A rule works on slices that the caller owns.
func ExampleApply() {
	x := []float64{3, -2}
	grad := make([]float64, 2)
	var state optim.State[float64]
	for range 200 {
		grad[0], grad[1] = 2*(x[0]-1), 8*(x[1]-5) // of (x₀-1)² + 4(x₁-5)²
		if err := optim.Apply(optim.NewMomentum(), &state, 0.02, x, grad); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("%.3f after %d updates\n", x, state.Step)
	// Output: [1.000 5.000] after 200 updates
}

// Lion takes the sign of an interpolated momentum:
//
//	u = sign(β₁m + (1-β₁)g)
//	m ← β₂m + (1-β₂)g
//
// Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023,
// arXiv:2302.06675, program 1.
type Lion struct {
	Beta1 float64 `json:"beta1"`
	Beta2 float64 `json:"beta2"`
}

func (Lion) Name() string         { return "lion" }
func (Lion) DefaultRate() float64 { return 1e-4 }

func (o Lion) Validate() error {
	if o.Beta1 < 0 || o.Beta1 >= 1 || o.Beta2 < 0 || o.Beta2 >= 1 {
		return errors.New("Lion: both betas must be in [0, 1)")
	}
	return nil
}

func (o Lion) Update(p *optim.Param) graph.Tensor {
	m := p.State("m", 0)
	u := m.Mul(p.Hyper("beta1", o.Beta1)).Add(p.Grad.Mul(p.Hyper("1-beta1", 1-o.Beta1)))
	p.EMA("m", o.Beta2, p.Grad)
	return u.Sign()
}

// A rule of one's own is its formula.
func ExampleRule() {
	var lion optim.Rule = Lion{Beta1: 0.9, Beta2: 0.99}
	lion, err := optim.With(lion, "beta1", 0.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := []float32{1, 1, 1}
	var state optim.State[float32]
	if err := optim.Apply(lion, &state, 0.25, theta, []float32{10, -0.5, 0}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(optim.Describe(lion), theta)
	// Output: lion beta1=0.95 beta2=0.99 [0.75 1.25 1]
}
