package optim

import (
	"strconv"

	"descent/graph"
)

// LBFGS multiplies the gradient by an estimate H of the inverse Hessian, made
// of the last Memory steps s and changes of the gradient y, newest first, of
// all parameters together:
//
//	q = g          then for i = 0 … : aᵢ = sᵢ·q/sᵢ·yᵢ    q ← q - aᵢyᵢ
//	r = γq         γ = s₀·y₀/y₀·y₀, 1 without a pair
//	               then for i = … 0 : r ← r + (aᵢ - yᵢ·r/sᵢ·yᵢ)sᵢ
//	u = r          at t = 1 divided by max(1, Σ|g|)
//
// A pair with s·y ≤ 10⁻¹⁰·max(s·s, y·y, 10⁻²⁰) is left out: H must stay positive,
// and what is near the rounding of the gradient says nothing.
//
// It is for full batches of a function without randomness. [Apply] takes the
// whole step ηu. Training shortens it until the loss has fallen by enough, see
// [LineSearchRule].
//
// Use it for small networks and data that fit one batch, where it ends with a
// far lower loss than rules of the first order.
//
// Source: Nocedal and Wright, Numerical Optimization, 2006, algorithms 7.4 and
// 7.5; the first step is that of PyTorch.
type LBFGS struct {
	Memory float64 `json:"memory" usage:"steps that curvature is taken from" range:"[1, 100]"`
}

// NewLBFGS returns LBFGS with a memory of 10 pairs.
func NewLBFGS() LBFGS { return LBFGS{Memory: 10} }

func (LBFGS) Name() string         { return "lbfgs" }
func (LBFGS) DefaultRate() float64 { return 1 }
func (o LBFGS) Validate() error {
	return (&check{rule: "LBFGS"}).want(o.Memory >= 1 && o.Memory <= 100, "Memory", o.Memory, "must be from 1 to 100").err
}

func (o LBFGS) Update(p *Param) graph.Tensor { return alone(o, p) }

// UpdateAll implements [JointRule].
func (o LBFGS) UpdateAll(params []*Param) []graph.Tensor {
	var value, grad, at, old many
	for _, p := range params {
		value, grad = append(value, p.Value), append(grad, p.Grad)
		at, old = append(at, p.Copy("at")), append(old, p.State("g", 0))
		p.Set("at", p.Value)
		p.Set("g", p.Grad)
	}
	p := params[0]
	s, y := value.less(at), grad.less(old)
	size := s.dot(s).Max(y.dot(y)).Max(p.Hyper("least size", 1e-20))
	curved := size.Mul(p.Hyper("least curvature", 1e-10)).Less(s.dot(y))
	pairs := o.remember(params, s, y, curved.Mul(p.Scalar("later", func(t int) float64 { return float64(min(t-1, 1)) })))
	r := twoLoops(grad, pairs)
	length := p.Scalar("first", func(t int) float64 { return float64(min(t, 2)) - 1 }).Select(p.Value.Const(1), grad.size().Max(p.Value.Const(1)))
	for i := range r {
		r[i] = r[i].Div(length)
	}
	p.Shared("slope", 0)
	p.SetShared("slope", r.dot(grad))
	return r
}

// Search implements [LineSearchRule].
func (o LBFGS) Search() LineSearch {
	s := LineSearch{Start: "at", Slope: o.Name() + "/slope"}
	for k := range int(o.Memory) {
		s.Memory = append(s.Memory, slotS(k), slotY(k))
	}
	return s
}

func slotS(k int) string { return "s" + strconv.Itoa(k) }
func slotY(k int) string { return "y" + strconv.Itoa(k) }

// pair is a step and the change of the gradient over it.
type pair struct{ s, y many }

// remember puts a pair before those that are kept, if take is 1, and returns
// them all, newest first.
func (o LBFGS) remember(params []*Param, s, y many, take graph.Tensor) []pair {
	pairs := make([]pair, int(o.Memory))
	for i, p := range params {
		newS, newY := s[i], y[i]
		for k := range pairs {
			pairs[k].s = append(pairs[k].s, shifted(p, slotS(k), &newS, take))
			pairs[k].y = append(pairs[k].y, shifted(p, slotY(k), &newY, take))
		}
	}
	return pairs
}

// shifted sets a slot to what comes before it, if take is 1, and hands on what
// it had.
func shifted(p *Param, slot string, before *graph.Tensor, take graph.Tensor) graph.Tensor {
	old := p.State(slot, 0)
	now := take.Select(*before, old)
	p.Set(slot, now)
	*before = old
	return now
}

// twoLoops is Hg.
func twoLoops(g many, pairs []pair) many {
	zero := g[0].Const(0)
	rho, a := make([]graph.Tensor, len(pairs)), make([]graph.Tensor, len(pairs))
	q := g
	for i, p := range pairs {
		sy := p.s.dot(p.y) // 0 of a pair that is not there yet
		rho[i] = zero.Less(sy).Select(sy.Const(1).Div(sy), zero)
		a[i] = rho[i].Mul(p.s.dot(q))
		q = q.minus(a[i], p.y)
	}
	y := pairs[0].y
	gamma := zero.Less(rho[0]).Select(rho[0].Mul(y.dot(y)), zero.Const(1))
	r := make(many, len(q))
	for i := range q {
		r[i] = q[i].Div(gamma)
	}
	for i := len(pairs) - 1; i >= 0; i-- {
		b := rho[i].Mul(pairs[i].y.dot(r))
		r = r.minus(b.Sub(a[i]), pairs[i].s)
	}
	return r
}

// many are tensors of several parameters, taken as one vector.
type many []graph.Tensor

// dot is the inner product.
func (x many) dot(y many) graph.Tensor {
	sum := x[0].Mul(y[0]).Sum()
	for i := 1; i < len(x); i++ {
		sum = sum.Add(x[i].Mul(y[i]).Sum())
	}
	return sum
}

// size is Σ|x|.
func (x many) size() graph.Tensor {
	sum := x[0].Abs().Sum()
	for _, t := range x[1:] {
		sum = sum.Add(t.Abs().Sum())
	}
	return sum
}

// less is x - y.
func (x many) less(y many) many {
	z := make(many, len(x))
	for i := range x {
		z[i] = x[i].Sub(y[i])
	}
	return z
}

// minus is x - ky.
func (x many) minus(k graph.Tensor, y many) many {
	z := make(many, len(x))
	for i := range x {
		z[i] = x[i].Sub(y[i].Mul(k))
	}
	return z
}
