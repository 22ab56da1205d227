package nn

import (
	"errors"
	"fmt"
	"math"

	"descent/graph"
	"descent/nn/initial"
)

// Periodic makes of each column itself and some numbers that rise and fall with
// it, by waves of learned frequencies:
//
//	yᵢ = (xᵢ, activation(Wᵢᵀ cos(2π·frequencyᵢ·xᵢ + phaseᵢ) + biasᵢ))
//
//	x [n, d] → y [n, d·Units], those of column 0 first
//	params: frequency [d, Frequencies], phase [d, Frequencies],
//	weight [d, Frequencies, Units-1], bias [d, Units-1]
//
// Frequencies start normally distributed with deviation Sigma, phases uniform on
// ±π, weight and bias uniform on ±1/√Frequencies. They learn with a rate of some
// ten times that of other weights, or hardly. x is to be of the size of 1; what
// lies beyond a million radians counts as there.
//
// Source: PBLD of Holzmüller, Grinsztajn and Steinwart, "Better by Default: Strong
// Pre-Tuned MLPs and Boosted Trees on Tabular Data", NeurIPS 2024,
// arXiv:2407.04491, section 3; after Gorishniy, Rubachev and Babenko, "On
// Embeddings for Numerical Features in Tabular Deep Learning", NeurIPS 2022,
// arXiv:2203.05556, which has sines, too, and no phases.
type Periodic struct {
	Frequencies int     // of each column; 0 means 16
	Units       int     // numbers for each column, itself among them, at least 2; 0 means 4
	Sigma       float64 // deviation of the first frequencies, above 0; 0 means 0.1
	Activation  Activation
}

// Forward implements [Layer].
func (p Periodic) Forward(c *Context, x graph.Tensor) graph.Tensor {
	const farthest = 1e6 // radians; a sine has few digits left there
	t := x.Type()
	f, units, sigma := orUsual(p.Frequencies, 16), orUsual(p.Units, 4), p.Sigma
	if sigma == 0 {
		sigma = 0.1
	}
	switch {
	case t.Rank() != 2:
		return c.fail("Periodic", errors.New("takes [n, columns]"), t)
	case f < 1:
		return c.fail("Periodic", fmt.Errorf("%d frequencies; want at least 1", f), t)
	case units < 2:
		return c.fail("Periodic", fmt.Errorf("%d units; want at least 2, the column itself and what its waves give", units), t)
	case !(sigma > 0) || finite(sigma) != nil:
		return c.fail("Periodic", fmt.Errorf("sigma %v; want a deviation above 0, such as 0.1", sigma), t)
	}
	n, d := t.Dim(0), t.Dim(1)
	spread := initial.Uniform{Bound: 1 / math.Sqrt(float64(f))}
	frequency := c.Param("frequency", initial.Normal{Std: sigma}, d, f)
	phase := c.Declare(Param{Name: "phase", Init: initial.Uniform{Bound: math.Pi}, Role: Bias}, d, f)
	weight := c.Param("weight", spread, d, f, units-1)
	bias := c.Declare(Param{Name: "bias", Init: spread, Role: Bias}, d, units-1)

	columns := make([]int, 0, d*f) // each of them for all its frequencies
	for i := range d * f {
		columns = append(columns, i/f)
	}
	turns := x.Take(columns).Mul(frequency.Scale(2 * math.Pi).Reshape(d * f)).Add(phase.Reshape(d * f))
	waves := turns.Clamp(-farthest, farthest).Cos().Reshape(n, d, f)
	y := waves.Einsum("ndf,dfu->ndu", weight).Add(bias)
	return x.Reshape(n, d, 1).Concat(-1, p.Activation.Apply(y)).Reshape(n, d*units)
}

// orUsual returns v, or what is usual where v is 0.
func orUsual(v, usual int) int {
	if v == 0 {
		return usual
	}
	return v
}
