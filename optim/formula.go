package optim

import "descent/graph"

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
