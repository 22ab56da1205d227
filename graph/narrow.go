package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
	"descent/internal/kernel/product"
	"descent/internal/kernel/tile"
)

// Narrow is how a variable of [Graph.Store] is stored.
type Narrow struct {
	Format tile.Format
	Rows   bool // what has a scale of its own is a row, of a table; otherwise a place on the last axis, which products make one column of
}

// Matrix is the matrix that a variable of type t is stored as.
func (n Narrow) Matrix(t Type) tile.Narrow {
	columns := t.Dim(-1)
	if n.Rows {
		columns = t.Dim(0)
	}
	return tile.Narrow{Format: n.Format, Inner: t.Size() / columns, Columns: columns}
}

// Store says that the variable of that name is one of weights that are stored narrow
// and not trained: [Graph.Variable] then returns what it is widened to. It has at
// least two axes. Products and tables read it as it is stored, anything else what an
// instruction makes of it in each run.
func (g *Graph) Store(name string, n Narrow) {
	if g.narrow == nil {
		g.narrow = map[string]Narrow{}
	}
	g.narrow[name] = n
}

// Widen returns the float32 y of type t that the words x of a narrow matrix mean: of bf16 the
// upper half of each, of int8 y = q·s, rounded, with the scale s of its column or row.
//
// Shapes: x [words] of whole numbers, as many as [Narrow.Matrix] of t says; y of type t, with
// at least two axes. Gradient: none; x is constant.
func (x Tensor) Widen(n Narrow, t Type) Tensor { return x.apply(widen{n, t}) }

type (
	widen struct {
		Narrow
		typ Type
	}
	// matMulNarrow is x·w.
	matMulNarrow struct{ w tile.Narrow }
	// gatherNarrow are rows of a table, columns of w.
	gatherNarrow struct{ w tile.Narrow }
)

func (widen) Name() string        { return "Widen" }
func (matMulNarrow) Name() string { return "MatMulNarrow" }
func (gatherNarrow) Name() string { return "GatherNarrow" }

func (w widen) Infer(in ...Type) (Type, error) {
	if w.typ.Rank() < 2 {
		return Type{}, fmt.Errorf("narrow weights have two axes or more, not %v", w.typ)
	}
	return w.typ, holds(w.Matrix(w.typ), in[0])
}

// Words is the type of a variable that holds the matrix of a t: bits that are not
// differentiated.
func (n Narrow) Words(t Type) Type { return Indices(n.Matrix(t).Words()) }

// holds returns an error unless words are those of m.
func holds(m tile.Narrow, words Type) error {
	if want := Indices(m.Words()); words != want {
		return fmt.Errorf("%d × %d narrow weights take %v, not %v", m.Inner, m.Columns, want, words)
	}
	return nil
}

func (m matMulNarrow) Infer(in ...Type) (Type, error) {
	if in[0].Rank() != 2 || in[0].Dim(1) != m.w.Inner {
		return Type{}, fmt.Errorf("operand 0 is %v; want %d columns", in[0], m.w.Inner)
	}
	return Shape(in[0].Dim(0), m.w.Columns), holds(m.w, in[1])
}

func (g gatherNarrow) Infer(in ...Type) (Type, error) {
	t, err := gather{}.Infer(Shape(g.w.Columns, g.w.Inner), in[1])
	if err != nil {
		return t, err
	}
	return t, holds(g.w, in[0])
}

// wide is what words mean in float64, row-major.
func wide(w tile.Narrow, rows bool, words []float64) []float64 {
	narrow, column, all := make([]float32, len(words)), make([]float32, w.Inner), make([]float64, w.Inner*w.Columns)
	for i, v := range words {
		narrow[i] = float32(v)
	}
	for j := range w.Columns {
		w.Column(column, narrow, j)
		for k, v := range column {
			at := k*w.Columns + j
			if rows {
				at = j*w.Inner + k
			}
			all[at] = float64(v)
		}
	}
	return all
}

func (w widen) Eval64(e *Eval) { copy(e.Out, wide(w.Matrix(w.typ), w.Rows, e.In[0])) }

func (m matMulNarrow) Eval64(e *Eval) {
	with := *e
	with.In = [][]float64{e.In[0], wide(m.w, false, e.In[1])}
	with.InTypes = []Type{e.InTypes[0], Shape(m.w.Inner, m.w.Columns)}
	matMul{}.Eval64(&with)
}

func (g gatherNarrow) Eval64(e *Eval) {
	with := *e
	with.In = [][]float64{wide(g.w, true, e.In[0]), e.In[1]}
	with.InTypes = []Type{Shape(g.w.Columns, g.w.Inner), e.InTypes[1]}
	gather{}.Eval64(&with)
}

// Grad has none of weights: what is stored narrow is not trained.
func (widen) Grad(_, _ Tensor, _ ...Tensor) []Tensor        { return []Tensor{{}} }
func (gatherNarrow) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return []Tensor{{}, {}} }

func (m matMulNarrow) Grad(_, dz Tensor, in ...Tensor) []Tensor {
	w := in[1].Widen(Narrow{Format: m.w.Format}, Shape(m.w.Inner, m.w.Columns))
	return []Tensor{dz.apply(matMul{transY: true}, w), {}}
}

// Kernel implements lowering.Producer.
func (w widen) Kernel(Type, ...Type) kernel.Kernel {
	return &move.Widen{Matrix: w.Matrix(w.typ), Rows: w.Rows}
}

// Kernel implements lowering.Producer.
func (m matMulNarrow) Kernel(out Type, _ ...Type) kernel.Kernel {
	return &product.Gemm{M: out.Dim(0), N: m.w.Columns, K: m.w.Inner, Narrow: m.w.Format}
}

// Kernel implements lowering.Producer.
func (g gatherNarrow) Kernel(_ Type, in ...Type) kernel.Kernel {
	return &move.GatherNarrow{Count: in[1].Size(), Table: g.w}
}

// MultiplyAdds is an inner sum for each element of z.
func (m matMulNarrow) MultiplyAdds(z Type, _ ...Type) int { return z.Size() * m.w.Inner }

// Narrow implements lowering.Narrower: x·w, or x·wᵀ for a table w.
func (m matMul) Narrow(i int, operand Tensor) (Op, bool) {
	w, ok := operand.Op().(widen)
	if !ok || i != 1 || m.transX || m.transY != w.Rows {
		return m, false
	}
	return matMulNarrow{w.Matrix(w.typ)}, true
}

// Narrow implements lowering.Narrower.
func (g gather) Narrow(i int, operand Tensor) (Op, bool) {
	w, ok := operand.Op().(widen)
	if !ok || i != 0 || !w.Rows {
		return g, false
	}
	return gatherNarrow{w.Matrix(w.typ)}, true
}
