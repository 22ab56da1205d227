package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"descent/graph"
	"descent/internal/onnxproto"
	"descent/nn"
	"descent/nn/initial"
)

// Forward implements [nn.Layer]: x is the first input, of any number of rows, others
// are fields of the samples by their names. Images are [n, height, width, channels].
func (n Network) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	if len(n.Inputs) == 0 || len(n.Outputs) == 0 {
		c.Graph().Fail("onnx", errors.New("a network without inputs or outputs is no layer"))
		return c.Graph().Const(0)
	}
	inputs := make([]value, len(n.Inputs))
	for i, in := range n.Inputs {
		t := x
		if i > 0 {
			t = c.Input(in.Name)
		}
		inputs[i] = of(dataType(in.Elem), t)
		if in.Image && t.Type().Rank() == 4 {
			inputs[i].order = channelsLast(4)
		}
	}
	outputs := n.trace(c, inputs)
	if c.Graph().Err() != nil || len(outputs) == 0 {
		return c.Graph().Const(0)
	}
	for i, y := range outputs {
		tr := &tracer{c: c}
		y = tr.dense(y)
		t := y.t
		if y.rank() != 4 || !slices.Equal(y.order, channelsLast(4)) {
			t = tr.plain(y)
		}
		if i == 0 {
			x = t
		} else {
			c.Head(n.Outputs[i], t)
		}
	}
	return x
}

// Fits returns an error if the network does not take so many rows of a shape, as a layer has
// it, and give as many. A file that was made for one row may say so in shapes within it.
func (n Network) Fits(rows int, shape ...int) error {
	g := graph.New()
	y := n.Forward(nn.NewContext(g, false), g.Input("x", graph.Shape(append([]int{rows}, shape...)...)))
	if err := g.Err(); err != nil {
		return fault(err)
	}
	if y.Type().Rank() == 0 || y.Dim(0) != rows {
		return fmt.Errorf("onnx: of %d rows output %q is %v", rows, n.Outputs[0], y.Type())
	}
	return nil
}

// tracer walks the nodes of a network.
type tracer struct {
	c       *nn.Context
	net     *Network
	values  map[string]value
	lacking map[string]string // values that a node should make and does not, and why
	batch   [2]int            // rows of the first input: what the file says, and what there are
}

// failf records what is wrong, unless something was before.
func (tr *tracer) failf(format string, args ...any) {
	tr.c.Graph().Fail("onnx", fmt.Errorf(format, args...))
}

func (tr *tracer) failed() bool { return tr.c.Graph().Err() != nil }

// newTracer returns what walks the nodes of n.
func newTracer(c *nn.Context, n *Network) *tracer {
	return &tracer{c: c, net: n, values: map[string]value{}, lacking: map[string]string{}}
}

// trace computes the outputs of inputs, which are in the order of the network's.
// After an error it returns nothing, and the graph has it.
func (n *Network) trace(c *nn.Context, inputs []value) []value {
	return newTracer(c, n).run(inputs)
}

func (tr *tracer) run(inputs []value) []value {
	n := tr.net
	for i, in := range n.Inputs {
		tr.check(in, inputs[i])
		tr.values[in.Name] = inputs[i]
	}
	if len(inputs) > 0 && len(n.Inputs[0].Dims) > 0 && inputs[0].rank() > 0 {
		tr.batch = [2]int{n.Inputs[0].Dims[0].Size, inputs[0].dims()[0]}
	}
	for _, w := range n.Weights {
		tr.values[w.Name] = tr.weight(w)
	}
	for _, k := range n.Constants {
		a, err := k.array()
		if err != nil {
			tr.failf("constant %q: %w", k.Name, err)
			return nil
		}
		tr.values[k.Name] = hosted(a)
	}
	if tr.walk(n.Nodes); tr.failed() {
		return nil
	}
	outputs := make([]value, len(n.Outputs))
	for i, name := range n.Outputs {
		v, ok := tr.values[name]
		if !ok {
			tr.failf("the output %q is not computed%s", name, tr.lacking[name])
			return nil
		}
		outputs[i] = v
	}
	return outputs
}

// check records what is wrong with the shape of an input. Any number of rows will do.
func (tr *tracer) check(in Input, v value) {
	if !in.Shape || !v.valid() {
		return
	}
	dims := v.dims()
	if len(dims) != len(in.Dims) {
		tr.failf("input %q takes %s; there are %d axes", in.Name, in, len(dims))
		return
	}
	for i, d := range dims {
		if want := in.Dims[i].Size; want > 0 && d != want && i > 0 {
			tr.failf("input %q takes %s; axis %d is %d", in.Name, in, i, d)
		}
	}
}

// weight declares a weight in the order in which it lies in memory.
func (tr *tracer) weight(w Weight) value {
	order := w.Order
	if order == nil {
		order = natural(len(w.Dims))
	}
	if len(order) != len(w.Dims) {
		tr.failf("weight %q: order %v of %d axes", w.Name, order, len(w.Dims))
		return value{}
	}
	dims := make([]int, len(order))
	for i, axis := range order {
		if axis < 0 || axis >= len(order) {
			tr.failf("weight %q: order %v of %d axes", w.Name, order, len(w.Dims))
			return value{}
		}
		dims[i] = w.Dims[axis]
	}
	p := nn.Param{Name: w.Name, Init: initial.Zeros{}}
	switch w.Role {
	case "bias":
		p.Role = nn.Bias
	case "norm":
		p.Role, p.Init = nn.Norm, initial.Ones{}
	case "mean", "buffer":
		p.Role = nn.Buffer
	case "variance":
		p.Role, p.Init = nn.Buffer, initial.Ones{}
	case "table":
		p.Role, p.Init = nn.Table, initial.Normal{Std: 0.02}
	default:
		p.Init = initial.XavierUniform{}
	}
	return value{typ: onnxproto.Float32, t: tr.c.Declare(p, dims...), order: order}
}

// fault returns the error of a graph without the line of the program that traced it:
// what is wrong is the file, or what it is fed.
func fault(err error) error {
	shape, ok := errors.AsType[*graph.ShapeError](err)
	switch {
	case !ok:
		return err
	case shape.Op != "onnx":
		plain := *shape
		plain.Caller = ""
		return &plain
	case shape.Path == "":
		return shape.Err
	}
	return fmt.Errorf("%s: %w", shape.Path, shape.Err)
}

// maxResult bounds how many numbers a tensor has, since a file of a few bytes can ask
// for any number.
const maxResult = 1 << 29

// walk computes nodes in order.
func (tr *tracer) walk(nodes []Node) {
	for i := range nodes {
		if tr.node(&nodes[i]); tr.failed() {
			return
		}
	}
}

func (tr *tracer) node(n *Node) {
	op, ok := operators[n.full()]
	if !ok {
		tr.failf("%s: there is no operator of that name here", n)
		return
	}
	defer tr.c.Graph().Enter(n.String())()
	call := &call{tracer: tr, Node: n}
	for _, name := range n.Inputs {
		v, ok := tr.values[name]
		if !ok && name != "" {
			tr.failf("its input %q is not computed%s", name, tr.lacking[name])
			return
		}
		call.in = append(call.in, v)
	}
	if call.fitting(); tr.failed() {
		return
	}
	results := call.apply(op)
	if tr.failed() {
		return
	}
	for i, name := range n.Outputs {
		if name == "" {
			continue
		}
		if i < len(results) && results[i].valid() {
			if dims := results[i].dims(); within(dims, maxResult) != nil {
				tr.failf("its result %v has more than %d numbers", dims, maxResult)
				return
			}
			tr.values[name] = results[i]
		} else {
			tr.lacking[name] = fmt.Sprintf("; it is result %d of %s, of which %d are known", i, n, len(results))
		}
	}
}

// full is the operator's name with its domain, if that is not the standard's.
func (n *Node) full() string {
	if n.Domain == "" || n.Domain == "ai.onnx" {
		return n.Op
	}
	return n.Domain + "." + n.Op
}

// String names the node: its operator, and its name or what it makes.
func (n *Node) String() string {
	name := n.Name
	if name == "" && len(n.Outputs) > 0 {
		name = n.Outputs[0]
	}
	return fmt.Sprintf("%s %q", n.full(), name)
}

// String is the shape as in "float32 [n 3 224 224]".
func (in Input) String() string {
	if !in.Shape {
		return in.Elem + " of any shape"
	}
	parts := make([]string, len(in.Dims))
	for i, d := range in.Dims {
		switch {
		case d.Size > 0:
			parts[i] = fmt.Sprint(d.Size)
		case d.Name != "":
			parts[i] = d.Name
		default:
			parts[i] = "?"
		}
	}
	return fmt.Sprintf("%s [%s]", in.Elem, strings.Join(parts, " "))
}

// array returns the constant's numbers.
func (k Constant) array() (*array, error) {
	typ := dataType(k.Elem)
	switch n := len(k.Ints) + len(k.Floats); {
	case typ == 0:
		return nil, fmt.Errorf("elements of %q", k.Elem)
	case checkSize(k.Dims) != nil:
		return nil, checkSize(k.Dims)
	case n != size(k.Dims) || typ.Real() != (k.Floats != nil) && n > 0:
		return nil, fmt.Errorf("%d numbers of %s for shape %v", n, k.Elem, k.Dims)
	}
	return &array{typ: typ, dims: append([]int{}, k.Dims...), ints: k.Ints, real: floats(k.Floats)}, nil
}
