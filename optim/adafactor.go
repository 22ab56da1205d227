package optim

import (
	"math"

	"descent/graph"
	"descent/internal/canonical"
)

// Adafactor is RMSProp with a mean square that is kept as a row and a column
// instead of a matrix, and with steps in proportion to the parameter:
//
//	β₂ₜ = 1 - t^-Decay
//	R ← β₂ₜR + (1-β₂ₜ)·mean of g²+ε over columns
//	C ← β₂ₜC + (1-β₂ₜ)·mean of g²+ε over rows
//	w = g/√(RCᵀ/mean R)
//	u = max(Least, RMS θ)·w/max(1, RMS(w)/Clip)
//
// A tensor of more axes is a matrix of its last axis and of all others
// together; a vector keeps the whole mean square, v. β₂₁ = 0, so that nothing
// has to be corrected.
//
// The rate is relative to the parameter. The paper's is min(0.01, 1/√t), of
// which the default is the first part; with the schedule "invsqrt:steps=10000,hold"
// it is the whole, and without hold min(10⁻⁶t, 1/√t), the paper's warm-up. The
// first moment is left out, as in the paper's most frugal form.
//
// Use it where memory is short: a matrix keeps a row and a column instead of a
// second matrix.
//
// Source: Shazeer and Stern, "Adafactor: Adaptive Learning Rates with
// Sublinear Memory Cost", ICML 2018, arXiv:1804.04235, algorithms 4 and 5.
type Adafactor struct {
	// how fast β₂ₜ rises to 1, > 0
	Decay float64 `json:"beta2_power" usage:"how fast β₂ rises to 1" range:"(0, ∞)"`
	Eps   float64 `json:"eps"` // ε₁, added to g², > 0
	// largest RMS of w, > 0
	Clip float64 `json:"rms_clip" usage:"largest root mean square of a step, before it is scaled to the parameter" range:"(0, ∞)"`
	// ε₂, the RMS that a parameter is taken to have at least, > 0
	Least float64 `json:"least_scale" usage:"root mean square that a parameter is taken to have at least" range:"(0, ∞)"`
}

// NewAdafactor returns Adafactor with a decay of 0.8, ε₁ = 1e-30, a clip at 1
// and ε₂ = 0.001.
func NewAdafactor() Adafactor { return Adafactor{Decay: 0.8, Eps: 1e-30, Clip: 1, Least: 1e-3} }

func (Adafactor) Name() string         { return "adafactor" }
func (Adafactor) DefaultRate() float64 { return 0.01 }
func (o Adafactor) Validate() error {
	c := (&check{rule: "Adafactor"}).want(o.Decay > 0 && !math.IsInf(o.Decay, 1), "Decay", o.Decay, "must be a positive number, such as 0.8")
	c.want(o.Eps >= 1e-37 && !math.IsInf(o.Eps, 1), "Eps", o.Eps, "must be a small positive number that float32 has")
	c.want(o.Clip > 0 && !math.IsInf(o.Clip, 1), "Clip", o.Clip, "must be a positive number, such as 1")
	return c.want(o.Least > 0 && !math.IsInf(o.Least, 1), "Least", o.Least, "must be a positive number, or a parameter of zeros would never move").err
}

func (o Adafactor) Update(p *Param) graph.Tensor {
	w := p.Grad.Div(o.root(p, p.Grad.Square().Add(p.Hyper("eps", o.Eps))))
	over := rms(w).Div(p.Hyper("rms_clip", o.Clip))
	return w.Mul(rms(p.Value).Max(p.Hyper("least_scale", o.Least)).Div(over.Max(over.Const(1))))
}

// root is the root of the running mean of squares q.
func (o Adafactor) root(p *Param, q graph.Tensor) graph.Tensor {
	keep := p.Scalar("beta2", func(t int) float64 { return 1 - canonical.Pow(float64(t), -o.Decay) })
	rest := p.Scalar("1-beta2", func(t int) float64 { return canonical.Pow(float64(t), -o.Decay) })
	average := func(slot string, x graph.Tensor) graph.Tensor {
		s := p.StateOf(slot, x.Type(), 0).Mul(keep).Add(x.Mul(rest))
		p.Set(slot, s)
		return s
	}
	if q.Type().Rank() < 2 {
		return average("v", q).Sqrt()
	}
	flat := matrix(q)
	rows, columns := average("R", mean(flat, 1)), average("C", mean(flat, 0))
	// Two roots, as the product of two numbers near ε is 0.
	row := rows.Div(mean(rows)).Sqrt().Reshape(-1, 1).BroadcastTo(flat.Type())
	return row.Mul(columns.Sqrt()).Reshape(q.Type().Dims()...)
}
