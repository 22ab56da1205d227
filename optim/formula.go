package optim

import (
	"math"

	"descent/graph"
	"descent/internal/canonical"
)

// What several rules, or their surroundings, compute.

// velocity is b ← μb + g.
func velocity(p *Param, mu float64) graph.Tensor {
	b := p.State("b", 0).Mul(p.Hyper("momentum", mu)).Add(p.Grad)
	p.Set("b", b)
	return b
}

// root is √(v + ε), or √v + ε.
func root(v, eps graph.Tensor, inside bool) graph.Tensor {
	if inside {
		return v.Add(eps).Sqrt()
	}
	return v.Sqrt().Add(eps)
}

// debias is 1/(1-βᵗ).
func debias(beta float64, t int) float64 {
	return -1 / canonical.Expm1(float64(t)*canonical.Log(beta))
}

// largest is the largest that v has been: n ← max(n, v), n₀ = 0.
func (p *Param) largest(v graph.Tensor) graph.Tensor {
	n := p.State("n", 0).Max(v)
	p.Set("n", n)
	return n
}

// rectified is m̂·r·√(1-β₂ᵗ)/(√v + ε) where v can be trusted, and m̂ before.
func (p *Param) rectified(m, v, eps graph.Tensor, beta2 float64) graph.Tensor {
	r := p.Scalar("rectifier", func(t int) float64 { return rectifier(beta2, t) / math.Sqrt(debias(beta2, t)) })
	return r.Select(m.Mul(r).Div(v.Sqrt().Add(eps)), m)
}

// rectifier is r of [RAdam], or 0 while ρₜ ≤ 5.
func rectifier(beta2 float64, t int) float64 {
	end, n := 2/(1-beta2)-1, float64(t)
	rho := end - float64(2*n*canonical.Pow(beta2, n)*debias(beta2, t)) // near 5 at first: what is left of 2000
	if !(rho > 5) {
		return 0
	}
	return math.Sqrt((rho - 4) * (rho - 2) * end / ((end - 4) * (end - 2) * rho))
}

// trust is κ‖a‖/‖b‖, and 1 where either norm is 0.
func trust(a, b, kappa graph.Tensor) graph.Tensor {
	x, y := norm(a), norm(b)
	return x.Const(0).Less(x.Min(y)).Select(x.Mul(kappa).Div(y), x.Const(1))
}

// norm is ‖x‖ over all elements.
func norm(x graph.Tensor) graph.Tensor { return x.Square().Sum().Sqrt() }

// shrink moves x towards 0 by k and stops there: sign(x)·max(|x| - k, 0), in
// the form whose zeros are all +0.
func shrink(x, k graph.Tensor) graph.Tensor {
	zero := x.Const(0)
	return x.Sub(k).Max(zero).Add(x.Add(k).Min(zero))
}

// units sums over all elements of each unit of x, keeping axes: over all axes
// but the last, and over everything where there is one axis or none.
func units(x graph.Tensor) graph.Tensor {
	rank := x.Type().Rank()
	if rank < 2 {
		return x.SumKeep()
	}
	axes := make([]int, rank-1)
	for i := range axes {
		axes[i] = i
	}
	return x.SumKeep(axes...)
}

// atMost shortens the units of x that are longer than limit.
func atMost(x, limit graph.Tensor) graph.Tensor {
	return x.Mul(limit.Div(units(x.Square()).Sqrt()).Min(x.Const(1)))
}

// matrix is x as [rest, last]: its last axis, which counts the outputs of a
// layer, and all others together.
func matrix(x graph.Tensor) graph.Tensor { return x.Reshape(-1, x.Dim(-1)) }

// mean is the mean of x over axes, all of them if none is given, divided by a
// count that is exact in float32.
func mean(x graph.Tensor, axes ...int) graph.Tensor {
	s := x.Sum(axes...)
	return s.Div(s.Const(float64(x.Type().Size() / max(1, s.Type().Size()))))
}

// rms is the root of the mean square of all elements.
func rms(x graph.Tensor) graph.Tensor { return mean(x.Square()).Sqrt() }

// sized is a name for a scalar that depends on the shape of x.
func sized(name string, x graph.Tensor) string { return name + " " + x.Type().String() }
