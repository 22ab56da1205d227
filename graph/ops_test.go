package graph_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/internal/formula"
	"descent/internal/kernel/program"
	"descent/internal/lowering"
	"descent/internal/plan"
	"descent/internal/reference"
)

// trial is a row at one size: the case, its value y, operands and gradients of
// L = Σ weights·y.
type trial struct {
	row
	enginetest.Case
	loss, y graph.Tensor
	x, dx   []graph.Tensor
}

func (r row) trial(types []graph.Type) *trial {
	g := graph.New()
	t := &trial{row: r}
	for i, typ := range types {
		t.x = append(t.x, g.Variable(fmt.Sprint("x", i), typ))
	}
	t.y = r.build(g, t.x...)
	t.loss = t.y.Mul(g.Input("weights", t.y.Type())).Sum()
	t.dx = graph.Gradient(t.loss, t.x...)
	t.Case = enginetest.Case{Graph: g, Values: map[string][]float32{}, Scalars: []float32{0.75}, Seed: 5, Draw: 2}
	t.Stages = [][]graph.Tensor{{t.y}, append([]graph.Tensor{t.loss}, t.dx...)}
	t.fill()
	return t
}

// fill gives every leaf values spread over the domain, no two of them close.
func (t *trial) fill() {
	lo, hi := t.lo, t.hi
	if lo == 0 && hi == 0 {
		lo, hi = -2, 2
	}
	leaves := 0.0
	for _, x := range graph.Sorted(append([]graph.Tensor{t.loss}, t.dx...)...) {
		name := ""
		switch op := x.Op().(type) {
		case graph.Input:
			name = op.Key
		case graph.Variable:
			name = op.Key
		default:
			continue
		}
		leaves++
		v := make([]float32, x.Type().Size())
		for i := range v {
			_, u := math.Modf(float64(i+1)*math.Phi + 0.377*leaves)
			switch w := lo + (hi-lo)*u; {
			case name == "weights":
				v[i] = float32(2*u - 1)
			case t.ints:
				v[i] = float32(math.Floor(w))
			default:
				v[i] = float32(w)
			}
		}
		t.Values[name] = v
	}
}

// TestOps tries every row at every size.
func TestOps(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	for i, r := range rows {
		list := r.shapes
		if list == nil {
			list = any
		}
		for _, types := range list {
			t.Run(fmt.Sprint(i, r.op, types), func(t *testing.T) {
				c := r.trial(types)
				if err := c.Graph.Err(); err != nil {
					t.Fatal(err)
				}
				c.holdsOp(t)
				c.matchesReference(t, pool)
				c.matchesDifferences(t)
				c.matchesExpansion(t)
				if err := c.CheckBits(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// holdsOp checks that the row builds the operation that it names.
func (c *trial) holdsOp(t *testing.T) {
	for _, x := range graph.Sorted(c.y) {
		if fmt.Sprintf("%T", x.Op()) == "graph."+c.op {
			return
		}
	}
	if c.op == "reshape" || c.op == "transpose" || c.op == "broadcast" || c.op == "matMul" {
		return // nothing to move at this size
	}
	t.Errorf("%v holds no %s", c.y, c.op)
}

// matchesReference compares the engine's value and gradients.
func (c *trial) matchesReference(t *testing.T, pool *exec.Pool) {
	got, err := c.Engine(pool)
	if err != nil {
		t.Fatal(err)
	}
	want, err := reference.Run(c.Env(), append([]graph.Tensor{c.y, c.loss}, c.dx...)...)
	if err != nil {
		t.Fatal(err)
	}
	if off := furthest(got[0], want[0], c.whole) / ulp; off > c.ulp {
		t.Errorf("the value is off by %.3g ulp, at most %g are expected", off, c.ulp)
	}
	for i := range c.dx {
		if off := furthest(got[2+i], want[2+i], true); off > c.grad {
			t.Errorf("the engine's gradient of operand %d is off by %.3g, at most %g is expected", i, off, c.grad)
		}
	}
}

const ulp = 1.0 / (1 << 23)

// furthest is the largest relative error, against each value or, if whole,
// against the largest.
func furthest(got []float32, want []float64, whole bool) (most float64) {
	scale := 0.0
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i, w := range want {
		g := float64(got[i])
		if g == w {
			continue
		}
		if !whole {
			scale = math.Abs(w)
		}
		d := math.Abs(g-w) / scale
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		most = max(most, d)
	}
	return most
}

// matchesDifferences compares gradients with central differences, all in
// float64: for a few elements of each operand, and along one direction of all.
func (c *trial) matchesDifferences(t *testing.T) {
	env := c.Env()
	all, err := reference.Run(env, append([]graph.Tensor{c.y}, c.dx...)...)
	if err != nil {
		t.Fatal(err)
	}
	terms := 1.0 // how much is summed into the loss, and so rounded
	for i, y := range all[0] {
		terms += math.Abs(y * env.Values["weights"][i])
	}
	for k := range c.x {
		if c.x[k].Type().DType == graph.Index {
			continue
		}
		x := env.Values[fmt.Sprint("x", k)]
		at := append([]float64(nil), x...)
		along := func(dir func(i int) float64) (slope, want, scale float64) {
			const h = 2e-5
			var loss [2]float64
			for side := range loss {
				for i := range x {
					x[i] = at[i] + h*float64(2*side-1)*dir(i)*max(0.01, math.Abs(at[i]))
				}
				v, err := reference.Run(env, c.loss)
				if err != nil {
					t.Fatal(err)
				}
				loss[side] = v[0][0]
			}
			copy(x, at)
			for i := range x {
				d := dir(i) * max(0.01, math.Abs(at[i])) * all[1+k][i]
				want += d
				scale += math.Abs(d)
			}
			return (loss[1] - loss[0]) / (2 * h), want, scale + terms*1e-3
		}
		if c.grad == 0 { // constant by declaration
			for i, d := range all[1+k] {
				if d != 0 {
					t.Fatalf("the gradient of element %d of operand %d is %g, want 0", i, k, d)
				}
			}
			continue
		}
		dirs := []func(int) float64{func(i int) float64 { return math.Cos(float64(3 * i)) }}
		for j := range min(4, len(x)) {
			pick := j * (len(x) - 1) / max(1, min(4, len(x))-1)
			dirs = append(dirs, func(i int) float64 {
				if i == pick {
					return 1
				}
				return 0
			})
		}
		for j, dir := range dirs {
			slope, want, scale := along(dir)
			if math.Abs(slope-want) > 1e-6*scale {
				t.Errorf("operand %d, direction %d: the gradient says %g, differences %g", k, j, want, slope)
			}
		}
	}
}

// matchesExpansion checks that a composite means what it expands to, and that
// its own gradient is that of its expansion.
func (c *trial) matchesExpansion(t *testing.T) {
	op, ok := c.y.Op().(graph.Composite)
	if !ok {
		return
	}
	expanded := op.Expand(c.y.Inputs()...)
	loss := expanded.Mul(c.Graph.Input("weights", c.y.Type())).Sum()
	tensors := append([]graph.Tensor{c.y, expanded}, c.dx...)
	v, err := reference.Run(c.Env(), append(tensors, graph.Gradient(loss, c.x...)...)...)
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string, got, want []float64) {
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-11*(1+math.Abs(want[i])) {
				t.Errorf("%s: element %d is %g, the expansion's %g", what, i, got[i], want[i])
				return
			}
		}
	}
	same("value", v[0], v[1])
	for i := range c.x {
		same("gradient", v[2+i], v[2+len(c.x)+i])
	}
}

// TestEveryOpHasARow fails if a type with an Eval64 method is in no row.
func TestEveryOpHasARow(t *testing.T) {
	listed := map[string]bool{}
	for _, r := range rows {
		listed[r.op] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "Eval64" || f.Recv == nil {
				continue
			}
			found++
			if name := f.Recv.List[0].Type.(*ast.Ident).Name; !listed[name] {
				t.Errorf("operation %s has no row in the table", name)
			}
		}
	}
	if found < 30 {
		t.Errorf("found only %d operations in the source", found)
	}
}

// TestEveryFunctionHasAnOp fails if package formula has a function that no
// operation of the table is lowered to.
func TestEveryFunctionHasAnOp(t *testing.T) {
	text := ""
	for _, r := range rows {
		types := scalars[0]
		if r.shapes != nil {
			types = r.shapes[0]
		}
		for _, x := range graph.Sorted(r.trial(types).y) {
			op, ok := x.Op().(lowering.Mapper)
			if !ok {
				continue
			}
			b := program.NewBuilder()
			in := make([]program.Reg, len(x.Inputs()))
			for i := range in {
				in[i] = b.Input(program.Full)
			}
			b.Output(op.Lower(b, in...))
			text += b.Build().String()
		}
	}
	miss := func(f fmt.Stringer) {
		if !strings.Contains(text, " = "+f.String()+" ") {
			t.Errorf("no operation is lowered to %v", f)
		}
	}
	for f := range formula.UnaryCount {
		miss(f)
	}
	for f := range formula.BinaryCount {
		miss(f)
	}
}

// TestCompileReturnsTheError checks that a graph with an error is refused.
func TestCompileReturnsTheError(t *testing.T) {
	g := graph.New()
	y := g.Input("x", dims(2, 3)).MatMul(g.Input("w", dims(2, 3)))
	if _, err := plan.Compile(g, [][]graph.Tensor{{y}}, nil); err == nil || err != g.Err() {
		t.Errorf("Compile returned %v, want the graph's %v", err, g.Err())
	}
}
