package kernel

// Cost is what one run of a kernel takes at least.
type Cost struct {
	Operations int // on float32; a fused multiply-add is two, and zeros of padding count
	Bytes      int // of memory, each value of an operand read or written once
}

// A Coster is a [Kernel] that knows its cost.
type Coster interface {
	Kernel
	Cost() Cost
}

// CostOf returns the cost of k, zero if k does not tell.
func CostOf(k Kernel) Cost {
	if c, ok := k.(Coster); ok {
		return c.Cost()
	}
	return Cost{}
}

// wordSize is the number of bytes of a float32.
const wordSize = 4

// words is the cost of reading and writing n values.
func words(n int) Cost { return Cost{Bytes: wordSize * n} }

// plus adds costs.
func (c Cost) plus(d Cost) Cost { return Cost{c.Operations + d.Operations, c.Bytes + d.Bytes} }

// follow is the cost of what is done to a result of rows × cols where it is
// computed: its storing, if nothing is.
func follow(e Epilogue, rows, cols int) Cost {
	if p, ok := e.(*Program); ok {
		c := p.cost(rows, cols)
		c.Bytes -= wordSize * rows * cols // input 0 is the result itself
		return c
	}
	return words(rows * cols)
}

// Cost implements [Coster].
func (g Gemm) Cost() Cost {
	c := follow(g.Epilogue, g.M, g.N)
	c.Operations += 2 * g.M * g.N * g.K
	return c.plus(words(g.M*g.K + g.K*g.N))
}

// Cost implements [Coster].
func (m *convMap) Cost() Cost {
	terms := 0
	for i := range m.phases {
		p := &m.phases[i]
		terms += p.y.count * p.x.count * p.y.taps * p.x.taps * m.group
	}
	c := follow(m.epilogue, m.out.n*m.out.h*m.out.w, m.out.c)
	c.Operations += 2 * m.out.n * m.out.c * terms
	return c.plus(words(m.in.n*m.in.h*m.in.w*m.in.c + m.KH*m.KW*(m.C/m.Groups)*m.Out))
}

// Cost implements [Coster]. The products alone count as operations.
func (m *winogradMap) Cost() Cost {
	c := follow(m.epilogue, m.out.n*m.out.h*m.out.w, m.out.c)
	c.Operations += 2 * m.products() * m.all() * m.across * m.in.c * m.out.c
	return c.plus(words(m.in.n*m.in.h*m.in.w*m.in.c + m.products()*m.in.c*m.out.c))
}

// Cost implements [Coster].
func (f *winogradFilter) Cost() Cost {
	return words((f.taps*f.taps + f.products()) * f.inner * f.results)
}

// Cost implements [Coster]. The products alone count as operations.
func (k *winogradWeight) Cost() Cost {
	return Cost{Operations: 2 * k.products() * k.all() * k.across * k.C * k.Out}.plus(words(k.N*(k.H*k.W*k.C+k.h*k.w*k.Out) + k.size()))
}

// Cost implements [Coster].
func (w *convWeight) Cost() Cost {
	pixels := w.N * w.oh * w.ow
	return Cost{Operations: 2 * pixels * w.size()}.plus(words(w.N*w.H*w.W*w.C + pixels*w.Out + w.size()))
}

// Cost implements [Coster].
func (k *elementwise) Cost() Cost { return k.p.cost(k.rows, k.cols) }

// cost is what the program takes over a domain of rows × cols.
func (p *Program) cost(rows, cols int) (c Cost) {
	size := [...]int{One: 1, Row: rows, Col: cols, Full: rows * cols}
	for _, code := range [][]instr{p.head, p.cols, p.body} {
		for i := range code {
			in := &code[i]
			over := in.dst.class
			if in.op == opRowSum || in.op == opRowMax {
				over = Full
			}
			c.Operations += in.op.operations() * size[over]
		}
	}
	for _, class := range p.inputs {
		c.Bytes += wordSize * size[class]
	}
	for _, o := range p.outputs {
		switch o.kind {
		case outValue:
			c.Bytes += wordSize * size[o.src.class]
		case outColSum:
			c = c.plus(Cost{rows * cols, wordSize * cols})
		default:
			c = c.plus(Cost{size[o.src.class], wordSize})
		}
	}
	return c
}

// image, windows and covered are how many values the image and the windows
// have, and how many of the image lie in a window.
func (p *PoolShape) image() int   { return p.N * p.H * p.W * p.C }
func (p *PoolShape) windows() int { return p.N * p.OH * p.OW * p.C }
func (p *PoolShape) covered() int {
	return p.N * min(p.H, p.OH*p.Window[0]) * min(p.W, p.OW*p.Window[1]) * p.C
}

// folding is the cost of doing something to each element of each window.
func (p *PoolShape) folding(operands int) Cost {
	return Cost{Operations: p.windows() * p.Window[0] * p.Window[1]}.plus(words(operands))
}

func (p *Pool) Cost() Cost        { return p.folding(p.covered() + p.windows()) }               // implements [Coster]
func (p *AvgPoolGrad) Cost() Cost { return p.folding(p.image() + p.windows()) }                 // implements [Coster]
func (p *MaxPoolGrad) Cost() Cost { return p.folding(p.covered() + p.image() + 2*p.windows()) } // implements [Coster]
func (p *MaxPoolPick) Cost() Cost { return p.folding(2*p.covered() + 2*p.windows()) }           // implements [Coster]

func (g *Gather) Cost() Cost { return words(g.Count * (2*g.Width + 1)) } // implements [Coster]
func (m *Move) Cost() Cost   { return words(2 * m.size()) }              // implements [Coster]
func (v Values) Cost() Cost  { return words(2 * len(v)) }                // implements [Coster]

// Cost implements [Coster].
func (s *ScatterAdd) Cost() Cost {
	return Cost{Operations: s.Count * s.Width}.plus(words(s.Count*(s.Width+1) + s.Rows*s.Width))
}

// Cost implements [Coster].
func (s *Splice) Cost() Cost {
	n := s.Runs * s.Width
	for _, p := range s.Parts {
		n += s.Runs * (p.To - p.From)
	}
	return words(n)
}
