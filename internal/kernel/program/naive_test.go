package program

import (
	"fmt"
	"math"
	"testing"

	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/kerneltest"
)

// naive evaluates a builder's values one by one over whole arrays, every
// value at every element: the meaning of a program, without tiles, macros,
// tasks or classes.
type naive struct {
	b          *Builder
	rows, cols int
	c          *kernel.Call
	values     [][]float32 // of each register, rows·cols
}

func evaluate(b *Builder, rows, cols int, c *kernel.Call) *naive {
	e := &naive{b, rows, cols, c, make([][]float32, len(b.nodes))}
	for r := range b.nodes {
		e.values[r] = make([]float32, rows*cols)
		e.node(&b.nodes[r], e.values[r])
	}
	return e
}

func (e *naive) node(n *node, y []float32) {
	arg := func(i, at int) float32 { return e.values[n.args[i]][at] }
	uniform := make([]float32, len(y))
	if n.op == opUniform {
		e.c.Key(n.imm).Uniform(uniform, 0)
	}
	for i := range y {
		r, col := i/e.cols, i%e.cols
		switch {
		case n.op == opInput:
			y[i] = e.c.In[n.imm][at(n.class, r, col, e.cols)]
		case n.op == opScalar:
			y[i] = e.c.Scalars[n.imm]
		case n.op == opConst:
			y[i] = math.Float32frombits(uint32(n.imm))
		case n.op == opUniform:
			y[i] = uniform[i]
		case n.op == opColIndex:
			y[i] = float32(col)
		case n.op == opCopy, n.op == opExpand:
			y[i] = arg(0, i)
		case n.op.isUnary():
			y[i] = n.op.unary().Plain()(arg(0, i))
		case n.op.isBinary():
			y[i] = n.op.binary().Plain()(arg(0, i), arg(1, i))
		case n.op == opSelect:
			y[i] = formula.Select32(arg(0, i), arg(1, i), arg(2, i))
		case n.op == opRowSum:
			y[i] = naiveSum(e.values[n.args[0]][r*e.cols : (r+1)*e.cols])
		case n.op == opRowMax:
			y[i] = float32(math.Inf(-1))
			for _, v := range e.values[n.args[0]][r*e.cols : (r+1)*e.cols] {
				y[i] = formula.Max32(y[i], v)
			}
		default:
			panic(n.op.String())
		}
	}
}

func naiveSum(x []float32) float32 {
	var acc [16]float32
	for i, v := range x {
		acc[i%16] += v
	}
	var a [8]float32
	for i := range a {
		a[i] = acc[i] + acc[i+8]
	}
	return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]))
}

func at(c Class, r, col, cols int) int {
	return [...]int{0, r, col, r*cols + col}[c]
}

func sizeOf(c Class, rows, cols int) int { return [...]int{1, rows, cols, rows * cols}[c] }

// narrow takes the values of class c out of a whole array.
func narrow(x []float32, c Class, rows, cols int) []float32 {
	y := make([]float32, sizeOf(c, rows, cols))
	for r := range rows {
		for col := range cols {
			y[at(c, r, col, cols)] = x[r*cols+col]
		}
	}
	return y
}

// sum64 is the sum of x and of its magnitudes in float64.
func sum64(x []float32) (sum, size float64) {
	for _, v := range x {
		sum += float64(v)
		size += math.Abs(float64(v))
	}
	return sum, size
}

// check compares what a kernel has written with the naive values: equal
// bits, and within rounding for sinks, whose trees are the partition's.
func (e *naive) check(t *testing.T, out [][]float32) {
	t.Helper()
	for j, o := range e.b.outputs {
		x := e.values[o.reg]
		class := e.b.Class(o.reg)
		switch o.kind {
		case outValue:
			if i := kerneltest.Differ(out[j], narrow(x, class, e.rows, e.cols)); i >= 0 {
				t.Fatalf("output %d, class %v, element %d: %v, want %v", j, class, i, out[j][i], narrow(x, class, e.rows, e.cols)[i])
			}
		case outSumAll:
			want, size := sum64(narrow(x, class, e.rows, e.cols))
			checkSum(t, fmt.Sprintf("output %d, sum", j), out[j][0], want, size, 1024)
		case outColSum:
			for col := range e.cols {
				column := make([]float32, e.rows)
				for r := range column {
					column[r] = x[r*e.cols+col]
				}
				want, size := sum64(column)
				checkSum(t, fmt.Sprintf("output %d, column %d", j, col), out[j][col], want, size, e.rows)
			}
		}
	}
}

func checkSum(t *testing.T, what string, got float32, want, size float64, n int) {
	t.Helper()
	if math.IsNaN(want) && got != got || float64(got) == want || size > math.MaxFloat32/8 {
		return
	}
	if !(math.Abs(float64(got)-want) <= float64(n+16)*0x1p-24*size+1e-44) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}
