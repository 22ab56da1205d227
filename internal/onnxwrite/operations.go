package onnxwrite

import (
	"fmt"
	"slices"
	"strings"

	"descent/engine"
	"descent/graph"
	"descent/internal/onnxproto"
)

// pair is one tensor of a network that was traced for two numbers of rows, which
// tells its sizes apart.
type pair struct{ a, b graph.Tensor }

// input is an operand.
func (p pair) input(i int) pair { return pair{p.a.Inputs()[i], p.b.Inputs()[i]} }

// writer writes the operations of a network as nodes.
type writer struct {
	*builder
	rows   [2]int
	values map[pair]value
	reads  map[int]int  // how many operations and ends of the trace read a tensor, by its ID
	known  map[int]bool // whether a tensor depends on weights and constants alone
	weight func(name string) []float32

	recurrences map[string]*recurrence // that are nodes, by cell and operands
	unrolled    bool                   // whether recurrences are written out, position by position
}

// elementwise are operations that are one of ONNX's.
var elementwise = map[string]string{
	"Add": "Add", "Sub": "Sub", "Mul": "Mul", "Div": "Div", "Neg": "Neg", "Abs": "Abs", "Sign": "Sign",
	"Exp": "Exp", "Log": "Log", "Sqrt": "Sqrt", "Sin": "Sin", "Cos": "Cos", "Tanh": "Tanh", "Sigmoid": "Sigmoid",
	"Erf": "Erf", "ReLU": "Relu", "Round": "Round", "Floor": "Floor", "Max": "Max", "Min": "Min",
	"Less": "Less", "LessEqual": "LessOrEqual", "Equal": "Equal",
	"Square": "Mul", "Select": "Where", "Expm1": "Exp", "Log1p": "Log",
}

// writes returns what writes another operation that has a form in ONNX. One that has none
// is written by what it expands to.
func writes(kind string) func(w *writer, p pair) (value, error) {
	switch kind {
	case "MatMul", "MatMulTN", "MatMulNT", "MatMulTT":
		return (*writer).matMul
	case "Einsum":
		return (*writer).einsum
	case "Sum", "MaxOver":
		return (*writer).reduce
	case "Reshape":
		return (*writer).reshape
	case "Broadcast", "StopGradient":
		return (*writer).same
	case "Transpose":
		return (*writer).transpose
	case "Slice":
		return (*writer).slice
	case "Pad":
		return (*writer).pad
	case "Concat":
		return (*writer).concat
	case "Take":
		return (*writer).take
	case "Gather":
		return (*writer).gather
	case "GRU", "LSTM":
		return (*writer).recurrent
	case "Softmax", "LogSoftmax":
		return (*writer).softmax
	case "Standardize":
		return (*writer).standardize
	case "Conv2D", "ConvTranspose2D":
		return (*writer).conv
	case "MaxPool2D", "AvgPool2D":
		return (*writer).pool
	}
	return nil
}

// kind is the name of an operation without what tells it from others of its kind.
func kind(op graph.Op) string {
	switch name := op.Name(); {
	case strings.HasPrefix(name, "Einsum "):
		return "Einsum"
	case strings.HasPrefix(name, "Sum"):
		return "Sum"
	case strings.HasPrefix(name, "MaxOver"):
		return "MaxOver"
	default:
		return name
	}
}

// shape returns the shape of a tensor, with the axes that follow the rows.
func (w *writer) shape(p pair) ([]size, error) {
	a, b := p.a.Type(), p.b.Type()
	if a.Rank() != b.Rank() {
		return nil, w.varies(p)
	}
	dims := make([]size, a.Rank())
	for i := range dims {
		x, y := a.Dim(i), b.Dim(i)
		switch {
		case x == y:
			dims[i] = size{n: x}
		case x%w.rows[0] == 0 && x/w.rows[0]*w.rows[1] == y:
			dims[i] = size{x / w.rows[0], true}
		default:
			return nil, w.varies(p)
		}
	}
	return dims, nil
}

// varies is the error of what depends on the number of rows in another way than one
// size of each shape.
func (w *writer) varies(p pair) error {
	return fmt.Errorf("layer %s: %s depends on how many rows there are at once, for which ONNX has no form", p.a.Path(), p.a)
}

// label names the node of an operation.
func label(p pair, op string) string {
	if path := p.a.Path(); path != "" {
		return path + "." + strings.ToLower(op)
	}
	return strings.ToLower(op)
}

// value returns what stands for a tensor, and writes what it needs.
func (w *writer) value(p pair) (value, error) {
	if v, ok := w.values[p]; ok {
		return v, nil
	}
	v, err := w.write(p)
	if err == nil {
		w.values[p] = v
	}
	return v, err
}

func (w *writer) write(p pair) (value, error) {
	if !p.b.Valid() || p.a.Op().Name() != p.b.Op().Name() || len(p.a.Inputs()) != len(p.b.Inputs()) {
		return value{}, w.varies(p)
	}
	if c, ok := p.a.Op().(graph.Const); ok {
		if p.b.Op() != graph.Op(c) {
			return value{}, w.varies(p)
		}
		return w.number(c.Value()), nil
	}
	if v, ok := p.a.Op().(graph.Variable); ok {
		return w.variable(p, v)
	}
	op := kind(p.a.Op())
	if w.constant(p.a) && !slices.Contains([]string{"Broadcast", "StopGradient", "Reshape", "Transpose"}, op) {
		if v, err := w.computed(p, label(p, op)); err == nil {
			return v, nil
		} // else it has the rows among its sizes
	}
	if _, ok := elementwise[op]; ok {
		return w.elementwise(p)
	}
	if write := writes(op); write != nil {
		return write(w, p)
	}
	return w.plain(p)
}

// plain writes an operation by what it expands to.
func (w *writer) plain(p pair) (value, error) {
	a, ok := graph.Plain(p.a)
	b, _ := graph.Plain(p.b)
	if !ok {
		return value{}, fmt.Errorf("layer %s: operation %s has no form in ONNX", p.a.Path(), p.a.Op().Name())
	}
	return w.value(pair{a, b})
}

// variable holds a weight under its name.
func (w *writer) variable(p pair, v graph.Variable) (value, error) {
	dims, err := w.shape(p)
	if err != nil {
		return value{}, err
	}
	name, ok := w.held["weight "+v.Key]
	if !ok {
		name = w.unique(v.Key)
		w.held["weight "+v.Key] = name
		w.add(onnxproto.NewFloat32(name, dims64(p.a.Type().Dims()), w.weight(v.Key)))
	}
	return value{name: name, typ: onnxproto.Float32, dims: dims}, nil
}

// constant reports whether x depends on weights and constants alone.
func (w *writer) constant(x graph.Tensor) bool {
	is, ok := w.known[x.ID()]
	if !ok {
		_, input := x.Op().(graph.Input)
		_, entry := x.Op().(graph.ScalarEntry)
		is = !input && !entry && !graph.Random(x)
		for _, in := range x.Inputs() {
			is = is && w.constant(in)
		}
		w.known[x.ID()] = is
	}
	return is
}

// computed holds what weights and constants alone give, under a name.
func (w *writer) computed(p pair, name string) (value, error) {
	dims, err := w.shape(p)
	if err != nil || slices.ContainsFunc(dims, func(d size) bool { return d.batch }) {
		return value{}, w.varies(p)
	}
	env := engine.Env{Values: map[string][]float64{}}
	for _, x := range graph.Sorted(p.a) {
		if v, ok := x.Op().(graph.Variable); ok {
			for _, f := range w.weight(v.Key) {
				env.Values[v.Key] = append(env.Values[v.Key], float64(f))
			}
		}
	}
	values, err := engine.Eval(env, p.a)
	if err != nil {
		return value{}, err
	}
	name = w.hold(onnxproto.NewFloat32(name, dims64(p.a.Type().Dims()), values[0]))
	return value{name: name, typ: onnxproto.Float32, dims: dims}, nil
}

// in returns the operands of an operation.
func (w *writer) in(p pair) ([]value, error) {
	list := make([]value, len(p.a.Inputs()))
	for i := range list {
		var err error
		if list[i], err = w.value(p.input(i)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// filled returns the operands in our order, with all their axes, and the shape of the
// result.
func (w *writer) filled(p pair) (in []value, out []size, err error) {
	if in, err = w.in(p); err != nil {
		return nil, nil, err
	}
	for i := range in {
		if in[i], err = w.fill(p.input(i), in[i]); err != nil {
			return nil, nil, err
		}
		in[i] = w.ordered(in[i], nil)
	}
	out, err = w.shape(p)
	return in, out, err
}

// fill returns v with all axes of the tensor that it stands for.
func (w *writer) fill(p pair, v value) (value, error) {
	dims, err := w.shape(p)
	if err != nil {
		return v, err
	}
	return w.whole(w.ranked(v, len(dims)), dims), nil
}

// full returns what stands for a tensor, with all of its axes.
func (w *writer) full(p pair) (value, error) {
	v, err := w.value(p)
	if err != nil {
		return v, err
	}
	return w.fill(p, v)
}

// attributes returns those of an operation, which must not depend on the rows.
func (w *writer) attributes(p pair) (graph.Attributes, error) {
	a, b := graph.AttributesOf(p.a.Op()), graph.AttributesOf(p.b.Op())
	if fmt.Sprint(a) != fmt.Sprint(b) {
		return a, w.varies(p)
	}
	return a, nil
}

func (w *writer) elementwise(p pair) (value, error) {
	if n, ok := batchNormOf(p.a); ok {
		return w.batchNorm(p, n)
	}
	in, err := w.in(p)
	if err != nil {
		return value{}, err
	}
	var order []int
	rank := 0
	for i := range in {
		if in[i], rank = w.float(in[i]), max(rank, len(in[i].dims)); in[i].order != nil && order == nil {
			order = in[i].order
		}
	}
	var shapes [][]size
	for i := range in {
		if in[i].order != nil && len(in[i].order) < rank || order != nil && len(order) < rank {
			order = nil // axes came before those that are turned
		}
	}
	for i := range in {
		if len(in[i].dims) > 0 {
			in[i] = w.ordered(in[i], order)
		}
		shapes = append(shapes, in[i].dims)
	}
	op := kind(p.a.Op())
	if v, ok := w.fuse(p, op, in); ok {
		return v, nil
	}
	v := value{typ: onnxproto.Float32, dims: broadcast(shapes...), order: order}
	names := make([]string, len(in))
	for i := range in {
		names[i] = in[i].name
	}
	switch op {
	case "Square":
		names = append(names, names[0])
	case "Select":
		if names[0] = w.bools[in[0].name]; names[0] == "" {
			names[0] = w.node("Cast", label(p, "truth"), []string{in[0].name}, attr{"to", int(onnxproto.Bool)})
		}
	case "Log1p":
		names[0] = w.node("Add", label(p, "plus"), []string{names[0], w.number(1).name})
	}
	v.name = w.node(elementwise[op], label(p, op), names)
	switch op {
	case "Expm1":
		v.name = w.node("Sub", label(p, "minus"), []string{v.name, w.number(1).name})
	case "Less", "LessEqual", "Equal":
		truth := v.name
		v.name = w.node("Cast", truth+".float32", []string{truth}, attr{"to", int(onnxproto.Float32)})
		w.bools[v.name] = truth
	}
	return v, nil
}

func (w *writer) same(p pair) (value, error) { return w.value(p.input(0)) }

// along returns the one operand, with the axes of its tensor, and the attributes.
func (w *writer) along(p pair) (v value, out []size, a graph.Attributes, err error) {
	in, out, a, err := w.operands(p)
	if err != nil {
		return v, nil, a, err
	}
	return in[0], out, a, nil
}

// operands returns the operands, each with the axes of its tensor in whatever order it has
// them, the shape of the result and the attributes.
func (w *writer) operands(p pair) (in []value, out []size, a graph.Attributes, err error) {
	if in, err = w.in(p); err != nil {
		return nil, nil, a, err
	}
	for i := range in {
		if in[i], err = w.fill(p.input(i), in[i]); err != nil {
			return nil, nil, a, err
		}
	}
	if a, err = w.attributes(p); err != nil {
		return nil, nil, a, err
	}
	out, err = w.shape(p)
	return in, out, a, err
}

func (w *writer) reduce(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	v = w.float(v)
	axes := make([]int, len(a.Axes))
	for i, axis := range a.Axes {
		axes[i] = v.orderOr()[axis]
	}
	slices.Sort(axes)
	if kind(p.a.Op()) == "Sum" {
		v.name = w.node("ReduceSum", label(p, "sum"), []string{v.name, w.ints("axes", axes...)}, attr{"keepdims", 1})
	} else {
		v.name = w.node("ReduceMax", label(p, "max"), []string{v.name}, attr{"axes", axes}, attr{"keepdims", 1})
	}
	v.dims = out
	return v, nil
}

func (w *writer) reshape(p pair) (value, error) {
	in, out, err := w.filled(p)
	if err != nil {
		return value{}, err
	}
	batches := 0
	for _, d := range out {
		if d.batch {
			batches++
		}
	}
	if batches > 1 {
		return value{}, w.varies(p)
	}
	return value{name: w.reshaped(in[0], out), typ: in[0].typ, dims: out}, nil
}

func (w *writer) transpose(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	order := make([]int, len(a.Axes))
	for i, axis := range a.Axes {
		order[i] = v.orderOr()[axis]
	}
	v.order, v.dims = order, out
	if slices.Equal(order, identity(len(order))) {
		v.order = nil
	}
	return v, nil
}
