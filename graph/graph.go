// Package graph describes computations: a [Tensor] is a symbolic value, its
// methods build new ones, and [Gradient] differentiates. Nothing is computed
// here; the engine compiles a graph and runs it.
//
//	g := graph.New()
//	x := g.Input("x", graph.Shape(32, 784))
//	w := g.Variable("w", graph.Shape(784, 10))
//	y := x.MatMul(w).Tanh().Mean()
//	dw := graph.Gradient(y, w)[0]
//	if err := g.Err(); err != nil { ... } // the first bad call, with its line
//
// Errors are sticky, as in bufio.Writer: the first bad call is kept, later
// ones do nothing, and compiling returns it.
package graph

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"descent/internal/module"
)

// Graph collects the nodes of one computation. Nodes with the same operation
// and inputs are one node. A Graph is not safe for concurrent use.
type Graph struct {
	nodes   []*node
	merged  map[string]*node
	ops     map[Op]int        // numbers the distinct operations, for merging
	types   map[string]Type   // of inputs and variables by name
	narrow  map[string]Narrow // by [Graph.Store]
	scalars []Scalar
	path    []string
	err     error
}

// New returns an empty graph.
func New() *Graph {
	return &Graph{merged: map[string]*node{}, ops: map[Op]int{}, types: map[string]Type{}}
}

type node struct {
	graph *Graph
	id    int
	op    Op
	in    []Tensor
	typ   Type
	path  string
}

// Err returns the first error of any call on the graph or its tensors.
func (g *Graph) Err() error { return g.err }

// ShapeError reports a call with unfit operands.
type ShapeError struct {
	Op     string // the operation, such as "MatMul"
	In     []Type // the types of its operands
	Path   string // of the layer, such as "2.dense"
	Caller string // file:line outside of Descent's own packages
	Err    error  // what is wrong and what would be right
}

func (e *ShapeError) Error() string {
	var b strings.Builder
	if e.Path != "" {
		fmt.Fprintf(&b, "layer %s: ", e.Path)
	}
	b.WriteString(e.Op)
	for i, t := range e.In {
		b.WriteString([]string{", ", " of "}[min(1, max(0, 1-i))] + t.String())
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	if e.Caller != "" {
		fmt.Fprintf(&b, " (%s)", e.Caller)
	}
	return b.String()
}

func (e *ShapeError) Unwrap() error { return e.Err }

// Fail records err as the graph's error, unless it already has one.
func (g *Graph) Fail(op string, err error, in ...Type) {
	if g.err == nil {
		g.err = &ShapeError{Op: op, In: in, Path: g.Path(), Caller: caller(), Err: err}
	}
}

// Enter adds a part to the path that errors and random streams carry, and
// returns the function that removes it again.
func (g *Graph) Enter(name string) (leave func()) {
	depth := len(g.path)
	g.path = append(g.path, name)
	return func() { g.path = g.path[:min(depth, len(g.path))] }
}

// Path names where in the network the graph is being built, as in "2.dense".
func (g *Graph) Path() string { return strings.Join(g.path, ".") }

// caller returns file:line of the first frame outside of this module, or of a test or a
// program of its; none within the command, of which no line is to blame.
func caller() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, module.Path()+"/internal/cli.") {
			return ""
		}
		own := strings.HasPrefix(f.Function, module.Path()+"/") || strings.HasPrefix(f.Function, module.Path()+".")
		if f.File != "" && (!own || strings.HasSuffix(f.File, "_test.go")) {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		if !more {
			return ""
		}
	}
}

// apply adds the node op(in...) or returns the equal one that exists.
func (g *Graph) apply(op Op, in ...Tensor) Tensor {
	bad := Tensor{&node{graph: g}}
	if g.err != nil {
		return bad
	}
	if op == nil || !reflect.TypeOf(op).Comparable() {
		g.Fail(fmt.Sprintf("%T", op), fmt.Errorf("an operation must be a comparable value, not nil"))
		return bad
	}
	types := make([]Type, len(in))
	for i, x := range in {
		if x.n == nil {
			g.Fail(op.Name(), fmt.Errorf("operand %d is the zero Tensor", i))
			return bad
		}
		if x.n.graph != g {
			g.Fail(op.Name(), fmt.Errorf("operand %d belongs to another graph", i))
			return bad
		}
		types[i] = x.n.typ
	}
	typ, err := op.Infer(types...)
	if s, ok := op.(ScalarEntry); ok && (s.Slot < 0 || s.Slot >= len(g.scalars)) {
		err = fmt.Errorf("the scalar table has %d entries", len(g.scalars))
	}
	if err == nil {
		err = typ.Valid()
	}
	if err != nil {
		g.Fail(op.Name(), err, types...)
		return bad
	}
	number, ok := g.ops[op]
	if !ok {
		number = len(g.ops)
		g.ops[op] = number
	}
	key := make([]byte, 0, 4*(1+len(in)))
	key = appendInt(key, number)
	for _, x := range in {
		key = appendInt(key, x.n.id)
	}
	if n, ok := g.merged[string(key)]; ok {
		return Tensor{n}
	}
	n := &node{graph: g, id: len(g.nodes), op: op, in: in, typ: typ, path: g.Path()}
	g.nodes = append(g.nodes, n)
	g.merged[string(key)] = n
	return Tensor{n}
}

func appendInt(b []byte, i int) []byte {
	return append(b, byte(i), byte(i>>8), byte(i>>16), byte(i>>24))
}
