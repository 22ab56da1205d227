package optim

import "descent/graph"

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
