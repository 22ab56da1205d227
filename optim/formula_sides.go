package optim

import (
	"math"

	"descent/graph"
	"descent/internal/symmetric"
)

// sides are what [SOAP] and [Shampoo] keep of a matrix G of [in, out]:
// averages of GGᵀ and GᵀG, and for each a matrix that the host makes of it. A
// side that is longer than a limit is left out; that of its matrix is 1.
type sides struct {
	rows, columns int
	left, right   bool // kept
}

func sidesOf(x graph.Tensor, limit float64) sides {
	s := sides{rows: x.Dim(0), columns: x.Dim(1)}
	s.left, s.right = float64(s.rows) <= limit, float64(s.columns) <= limit
	return s
}

// keep averages GGᵀ in slot L and GᵀG in slot R.
func (s sides) keep(p *Param, g graph.Tensor, beta float64) {
	t := g.Transpose(1, 0)
	if s.left {
		p.average("L", beta, g.MatMul(t))
	}
	if s.right {
		p.average("R", beta, t.MatMul(g))
	}
}

// apply is AxB, where A and B are what the host has made of L and R, each
// transposed if the flag says so.
func (s sides) apply(p *Param, x graph.Tensor, transA, transB bool) graph.Tensor {
	if s.left {
		x = turned(p.StateOf("A", graph.Shape(s.rows, s.rows), 0), transA).MatMul(x)
	}
	if s.right {
		x = x.MatMul(turned(p.StateOf("B", graph.Shape(s.columns, s.columns), 0), transB))
	}
	return x
}

func turned(x graph.Tensor, transpose bool) graph.Tensor {
	if transpose {
		return x.Transpose(1, 0)
	}
	return x
}

// average is EMA of a tensor of any shape.
func (p *Param) average(name string, beta float64, x graph.Tensor) {
	s := p.StateOf(name, x.Type(), 0)
	p.Set(name, s.Mul(p.Hyper(name+".beta", beta)).Add(x.Mul(p.Hyper(name+".1-beta", 1-beta))))
}

// power writes (a + ε·λ·1)^(-1/2ᵏ) to to, where λ is the largest eigenvalue of
// the n × n matrix a, and k is 1 or 2. A matrix of zeros gives 1.
func power(to, a []float64, n int, eps float64, k int) {
	values, vectors := symmetric.Eigen(a, n)
	factors := make([]float64, n)
	for i, v := range values {
		if factors[i] = 1; values[0] > 0 {
			root := math.Sqrt(max(v, 0) + float64(eps*values[0]))
			if k == 2 {
				root = math.Sqrt(root)
			}
			factors[i] = 1 / root
		}
	}
	symmetric.Compose(to, factors, vectors, n)
}
