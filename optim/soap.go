package optim

import (
	"descent/graph"
	"descent/internal/symmetric"
)

// SOAP is [Adam] in the basis of [Shampoo]'s eigenvectors, for a matrix G of
// [in, out]:
//
//	L ← β₂L + (1-β₂)GGᵀ      A its eigenvectors, one a column
//	R ← β₂R + (1-β₂)GᵀG      B its eigenvectors
//	m ← β₁m + (1-β₁)G        m̂ = AᵀmB/(1-β₁ᵗ)
//	v ← β₂v + (1-β₂)(AᵀGB)²  v̂ = v/(1-β₂ᵗ)
//	u = A(m̂/(√v̂ + ε))Bᵀ + λθ
//
// The first update only starts L and R, and t counts those after it. A and B
// are true eigenvectors then; after every Every-th update they are the Q of
// LA = QR and of RB = QR, with columns and v in the order of falling
// eigenvalues. A kernel is a matrix of its last axis and of all others
// together. A side longer than MaxDim keeps its own basis. Vectors, and
// matrices with two long sides, go by Adam.
//
// MaxDim is 512 where the authors have 10000: bases are computed by plain Go, in
// about a quarter of a second for 512.
//
// Use it where an update may cost more than the gradient and updates are few:
// it needs the fewest, with matrices of sides up to a few hundred.
//
// Source: Vyas et al., "SOAP: Improving and Stabilizing Shampoo using Adam",
// 2024, arXiv:2409.11321, algorithms 3 and 4; the first update and the order
// of eigenvectors are those of the authors' program, in which ε is added to
// the root before it is corrected, and λ is 0.01.
type SOAP struct {
	Beta1  float64 `json:"beta1"` // β₁, decay of the first moment, in [0, 1)
	Beta2  float64 `json:"beta2"` // β₂, decay of L, R and v, in [0, 1)
	Eps    float64 `json:"eps"`   // ε, added outside of the root, > 0
	Every  float64 `json:"every" usage:"updates between new eigenvectors" range:"[1, ∞)"`
	MaxDim float64 `json:"max_dim" usage:"longest side of a matrix with eigenvectors" range:"[1, ∞)"`
	Lambda float64 `json:"weight_decay"` // λ, weight decay per unit of η, ≥ 0
}

// NewSOAP returns SOAP with β₁ = β₂ = 0.95, ε = 1e-8, bases every 10 updates
// for sides up to 512, and λ = 0.
func NewSOAP() SOAP { return SOAP{Beta1: 0.95, Beta2: 0.95, Eps: 1e-8, Every: 10, MaxDim: 512} }

func (SOAP) Name() string         { return "soap" }
func (SOAP) DefaultRate() float64 { return 0.003 }
func (o SOAP) Validate() error {
	c := (&check{rule: "SOAP"}).decay("Beta1", o.Beta1).decay("Beta2", o.Beta2).eps("Eps", o.Eps)
	return c.every("Every", o.Every).every("MaxDim", o.MaxDim).atLeast0("Lambda", o.Lambda).err
}

func (o SOAP) Update(p *Param) graph.Tensor {
	if p.Grad.Type().Rank() < 2 {
		return p.decayed(Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p), o.Lambda)
	}
	g := matrix(p.Grad)
	s := sidesOf(g, o.MaxDim)
	if !s.left && !s.right {
		return p.decayed(Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps}.Update(p), o.Lambda)
	}
	s.keep(p, g, o.Beta2)
	m := o.moment(p, "m", o.Beta1, g)
	v := o.moment(p, "v", o.Beta2, s.apply(p, g, true, false).Square())
	m = m.Mul(p.Scalar("1/(1-beta1^t)", func(t int) float64 { return debias(o.Beta1, max(t-1, 1)) }))
	v = v.Mul(p.Scalar("1/(1-beta2^t)", func(t int) float64 { return debias(o.Beta2, max(t-1, 1)) }))
	u := s.apply(p, m, true, false).Div(v.Sqrt().Add(p.Hyper("eps", o.Eps)))
	u = s.apply(p, u, false, true).Reshape(p.Value.Type().Dims()...)
	o.refresh(p, s)
	return p.decayed(u, o.Lambda)
}

// moment is an average that starts after the first update.
func (o SOAP) moment(p *Param, name string, beta float64, x graph.Tensor) graph.Tensor {
	rest := p.Scalar(name+" later", func(t int) float64 { return (1 - beta) * float64(min(t-1, 1)) })
	s := p.StateOf(name, x.Type(), 0).Mul(p.Hyper(name+".beta", beta)).Add(x.Mul(rest))
	p.Set(name, s)
	return s
}

// refresh has the host make the bases.
func (o SOAP) refresh(p *Param, s sides) {
	first := func(t int) bool { return t == 1 }
	later := func(t int) bool { return t > 1 && (t-1)%int(o.Every) == 0 }
	var slots []string
	if s.left {
		slots = append(slots, "L", "A")
		p.After(first, func(m [][]float64) { eigenvectors(m[1], m[0], s.rows) }, "L", "A")
	}
	if s.right {
		slots = append(slots, "R", "B")
		p.After(first, func(m [][]float64) { eigenvectors(m[1], m[0], s.columns) }, "R", "B")
	}
	p.After(later, func(m [][]float64) {
		v, m := m[len(m)-1], m
		if s.left {
			reorder(v, turn(m[1], m[0], s.rows), s.columns, s.columns, 1)
			m = m[2:]
		}
		if s.right {
			reorder(v, turn(m[1], m[0], s.columns), s.rows, 1, s.columns)
		}
	}, append(slots, "v")...)
}

// eigenvectors writes those of a to the columns of q.
func eigenvectors(q, a []float64, n int) {
	_, vectors := symmetric.Eigen(a, n)
	copy(q, vectors)
	symmetric.Transpose(q, n)
}

// turn moves the columns of q towards the eigenvectors of a, by one step of
// orthogonal iteration, and returns the order that it brought them into.
func turn(q, a []float64, n int) (order []int) {
	symmetric.Transpose(q, n)
	products, quotients := symmetric.Multiply(a, q, n)
	order = symmetric.Falling(quotients)
	for to, from := range order {
		copy(q[to*n:(to+1)*n], products[from*n:(from+1)*n])
	}
	symmetric.Orthonormal(q, n)
	symmetric.Transpose(q, n)
	return order
}

// reorder brings lines of v into order. Lines are stride apart and have m
// elements, which are step apart.
func reorder(v []float64, order []int, m, stride, step int) {
	old := append([]float64(nil), v...)
	for to, from := range order {
		for i := range m {
			v[to*stride+i*step] = old[from*stride+i*step]
		}
	}
}
