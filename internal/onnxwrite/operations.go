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

// writer writes the operations of a network as nodes.
type writer struct {
	*builder
	rows   [2]int
	values map[pair]value
	reads  map[int]int  // how many operations and ends of the trace read a tensor, by its ID
	known  map[int]bool // whether a tensor depends on weights and constants alone
	weight func(name string) []float32
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
		if v, err := w.computed(p); err == nil {
			return v, nil
		} // else it has the rows among its sizes
	}
	if _, ok := elementwise[op]; ok {
		return w.elementwise(p)
	}
	if write := writes(op); write != nil {
		return write(w, p)
	}
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

// computed holds what weights and constants alone give.
func (w *writer) computed(p pair) (value, error) {
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
	name := w.hold(onnxproto.NewFloat32(label(p, kind(p.a.Op())), dims64(p.a.Type().Dims()), values[0]))
	return value{name: name, typ: onnxproto.Float32, dims: dims}, nil
}

// in returns the operands of an operation.
func (w *writer) in(p pair) ([]value, error) {
	list := make([]value, len(p.a.Inputs()))
	for i, a := range p.a.Inputs() {
		var err error
		if list[i], err = w.value(pair{a, p.b.Inputs()[i]}); err != nil {
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
		if in[i], err = w.fill(pair{p.a.Inputs()[i], p.b.Inputs()[i]}, in[i]); err != nil {
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

// attributes returns those of an operation, which must not depend on the rows; except
// says of which it does not matter.
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

// fusable are operations whose nodes may take a sum or a product in.
var fusable = map[string]bool{
	"MatMul": true, "MatMulTN": true, "MatMulNT": true, "MatMulTT": true,
	"Conv2D": true, "ConvTranspose2D": true, "Standardize": true, "Mul": true,
}

// fuse writes a sum behind a product or a convolution, and scale and shift behind a
// normalization, as operands of these, if nothing else reads what they are added to.
func (w *writer) fuse(p pair, op string, in []value) (value, bool) {
	if op != "Add" && op != "Mul" || len(in) != 2 || w.reads[p.a.ID()] == 0 {
		return value{}, false
	}
	for i := range 2 {
		if !fusable[kind(p.a.Inputs()[i].Op())] {
			continue
		}
		x, c := in[i], in[1-i]
		n, t := w.nodes[x.name], w.data[c.name]
		if n == nil || t == nil || w.reads[p.a.Inputs()[i].ID()] != 1 || !slices.Equal(broadcast(x.dims, c.dims), x.dims) {
			continue
		}
		channels := x.dims[len(x.dims)-1]
		if channels.batch || len(t.Raw) != 4*channels.n || c.dims[len(c.dims)-1] != channels {
			continue
		}
		flat := func() string {
			if len(t.Dims) == 1 {
				return t.Name
			}
			return w.form(t.Name, "flat", func() *onnxproto.Tensor {
				return &onnxproto.Tensor{Type: t.Type, Dims: []int64{int64(channels.n)}, Raw: t.Raw}
			})
		}
		switch {
		case op == "Add" && len(n.Inputs) == 2 && (n.Op == "Gemm" || n.Op == "Conv" || n.Op == "ConvTranspose"),
			op == "Add" && len(n.Inputs) == 2 && n.Op == "LayerNormalization":
			n.Inputs = append(n.Inputs, flat())
		case op == "Mul" && n.Op == "LayerNormalization" && n.Inputs[1] == w.ones(channels.n):
			n.Inputs[1] = flat()
		default:
			continue
		}
		return x, true
	}
	return value{}, false
}

// ones holds a vector of ones.
func (w *writer) ones(n int) string {
	list := make([]float32, n)
	for i := range list {
		list[i] = 1
	}
	return w.hold(onnxproto.NewFloat32("ones", []int64{int64(n)}, list))
}

func (w *writer) same(p pair) (value, error) { return w.value(pair{p.a.Inputs()[0], p.b.Inputs()[0]}) }

func (w *writer) matMul(p pair) (value, error) {
	in, out, err := w.filled(p)
	if err != nil {
		return value{}, err
	}
	a, err := w.attributes(p)
	if err != nil {
		return value{}, err
	}
	var attrs []attr
	for i, name := range []string{"transA", "transB"} {
		if a.Transposed[i] {
			attrs = append(attrs, attr{name, 1})
		}
	}
	x, y := w.float(in[0]), w.float(in[1])
	return w.apply("Gemm", label(p, "gemm"), onnxproto.Float32, out, []string{x.name, y.name}, attrs...), nil
}

// einsum writes a batch of products, which stand before the rows and columns of each.
func (w *writer) einsum(p pair) (value, error) {
	in, out, err := w.filled(p)
	if err != nil {
		return value{}, err
	}
	a, err := w.attributes(p)
	if err != nil {
		return value{}, err
	}
	x, y, z := a.Letters[0], a.Letters[1], a.Letters[2]
	has := strings.ContainsRune
	var batch, m, n, k string
	for _, c := range z {
		switch {
		case has(x, c) && has(y, c):
			batch += string(c)
		case has(y, c):
			n += string(c)
		case m != "":
			batch += string(c) // of the first operand alone
		default:
			m = string(c)
		}
	}
	for _, c := range x {
		if !has(z, c) {
			k += string(c)
		}
	}
	side := func(v value, letters, rows, columns string) value {
		v = w.float(v)
		var perm []int
		var dims []size
		for _, c := range batch + rows + columns {
			if i := strings.IndexRune(letters, c); i >= 0 {
				perm, dims = append(perm, i), append(dims, v.dims[i])
			}
		}
		if !slices.Equal(perm, identity(len(perm))) {
			v.name = w.transposed(v.name, perm)
		}
		v.dims = dims
		if len(perm) == len(batch)+2 {
			return v
		}
		full := make([]size, 0, len(batch)+2)
		for _, c := range batch + rows + columns {
			if strings.ContainsRune(letters, c) {
				full, dims = append(full, dims[0]), dims[1:]
			} else {
				full = append(full, size{n: 1})
			}
		}
		v.name, v.dims = w.reshaped(v, full), full
		return v
	}
	l, r := side(in[0], x, m, k), side(in[1], y, k, n)
	v := value{name: w.node("MatMul", label(p, "matmul"), []string{l.name, r.name}), typ: onnxproto.Float32, dims: out}
	have := batch + m + n
	for _, c := range z { // axis i of ours is where its letter is in the product
		v.order = append(v.order, strings.IndexRune(have, c))
	}
	if slices.Equal(v.order, identity(len(z))) {
		v.order = nil
	}
	return v, nil
}

// along returns the one operand, with the axes of its tensor, and the attributes.
func (w *writer) along(p pair) (v value, out []size, a graph.Attributes, err error) {
	in, err := w.in(p)
	if err != nil {
		return v, nil, a, err
	}
	if v, err = w.fill(pair{p.a.Inputs()[0], p.b.Inputs()[0]}, in[0]); err != nil {
		return v, nil, a, err
	}
	if a, err = w.attributes(p); err != nil {
		return v, nil, a, err
	}
	out, err = w.shape(p)
	return v, out, a, err
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

func (w *writer) slice(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	axis := v.orderOr()[a.Axes[0]]
	v.name = w.node("Slice", label(p, "slice"), []string{v.name, w.ints("at", a.From), w.ints("at", a.To), w.ints("axes", axis)})
	v.dims = out
	return v, nil
}

func (w *writer) pad(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	pads := make([]int, 2*len(out))
	axis := v.orderOr()[a.Axes[0]]
	pads[axis], pads[len(out)+axis] = a.From, a.To
	v.name, v.dims = w.node("Pad", label(p, "pad"), []string{v.name, w.ints("pads", pads...)}), out
	return v, nil
}

func (w *writer) concat(p pair) (value, error) {
	in, err := w.in(p)
	if err != nil {
		return value{}, err
	}
	a, err := w.attributes(p)
	if err != nil {
		return value{}, err
	}
	out, err := w.shape(p)
	if err != nil {
		return value{}, err
	}
	var names []string
	for i := range in {
		v, err := w.fill(pair{p.a.Inputs()[i], p.b.Inputs()[i]}, in[i])
		if err != nil {
			return value{}, err
		}
		names = append(names, w.float(w.ordered(v, in[0].order)).name)
	}
	v := value{typ: onnxproto.Float32, dims: out, order: in[0].order}
	v.name = w.node("Concat", label(p, "concat"), names, attr{"axis", v.orderOr()[a.Axes[0]]})
	return v, nil
}

func (w *writer) take(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	v.name = w.node("Gather", label(p, "take"), []string{v.name, w.ints("columns", a.Columns...)}, attr{"axis", v.orderOr()[len(out)-1]})
	v.dims = out
	return v, nil
}

// gather writes a lookup; a row that is not there is zero, unless its number comes from
// outside as a whole one, which is then one of a row.
func (w *writer) gather(p pair) (value, error) {
	in, out, err := w.filled(p)
	if err != nil {
		return value{}, err
	}
	table, index := w.float(in[0]), in[1]
	if index.typ == onnxproto.Int64 {
		return w.apply("Gather", label(p, "gather"), onnxproto.Float32, out, []string{table.name, index.name}), nil
	}
	rows := table.dims[0].n
	inside := w.node("Cast", label(p, "inside"), []string{w.node("And", label(p, "and"), []string{
		w.node("GreaterOrEqual", label(p, "atleast"), []string{index.name, w.number(0).name}),
		w.node("Less", label(p, "below"), []string{index.name, w.number(float32(rows)).name}),
	})}, attr{"to", int(onnxproto.Float32)})
	at := w.node("Clip", label(p, "clip"), []string{index.name, w.number(0).name, w.number(float32(rows - 1)).name})
	at = w.node("Cast", label(p, "index"), []string{at}, attr{"to", int(onnxproto.Int64)})
	row := w.node("Gather", label(p, "gather"), []string{table.name, at})
	inside = w.node("Unsqueeze", label(p, "unsqueeze"), []string{inside, w.ints("axes", len(out)-1)})
	return w.apply("Mul", label(p, "masked"), onnxproto.Float32, out, []string{row, inside}), nil
}

func (w *writer) softmax(p pair) (value, error) {
	v, out, _, err := w.along(p)
	if err != nil {
		return v, err
	}
	v = w.float(v)
	op := p.a.Op().Name()
	v.name, v.dims = w.node(op, label(p, op), []string{v.name}, attr{"axis", v.orderOr()[len(out)-1]}), out
	return v, nil
}

func (w *writer) standardize(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	v = w.ordered(w.float(v), nil)
	in := []string{v.name, w.ones(out[len(out)-1].n)}
	v.name, v.dims = w.node("LayerNormalization", label(p, "layernorm"), in, attr{"axis", -1}, attr{"epsilon", a.Eps}), out
	return v, nil
}

// batchNorm is a batch normalization in inference, which is sums and products in a trace.
type batchNorm struct {
	statistics [4]graph.Tensor // scale, shift, mean and variance
	eps        float32
}

// batchNormOf recognizes y = (x-mean)·(scale/√(variance+ε)) + shift.
func batchNormOf(y graph.Tensor) (n batchNorm, ok bool) {
	operands := func(x graph.Tensor, op string) (a, b graph.Tensor) {
		for x.Valid() && x.Op().Name() == "Broadcast" {
			x = x.Inputs()[0]
		}
		if x.Valid() && x.Op().Name() == op {
			a = x.Inputs()[0]
			if b = a; len(x.Inputs()) > 1 {
				b = x.Inputs()[1]
			}
		}
		return a, b
	}
	scaled, shift := operands(y, "Add")
	centered, factor := operands(scaled, "Mul")
	_, mean := operands(centered, "Sub")
	scale, root := operands(factor, "Div")
	sum, _ := operands(root, "Sqrt")
	variance, eps := operands(sum, "Add")
	for i, x := range []graph.Tensor{scale, shift, mean, variance, eps} {
		for x.Valid() && x.Op().Name() == "Broadcast" {
			x = x.Inputs()[0]
		}
		if !x.Valid() {
			return n, false
		}
		if c, is := x.Op().(graph.Const); is && i == 4 {
			n.eps = c.Value()
			return n, true
		}
		if _, is := x.Op().(graph.Variable); !is || x.Type().Rank() != 1 {
			return n, false
		}
		n.statistics[i] = x
	}
	return n, false
}

// batchNorm writes a batch normalization, for which channels are the second axis.
func (w *writer) batchNorm(p pair, n batchNorm) (value, error) {
	scaled := pair{p.a.Inputs()[0], p.b.Inputs()[0]}
	centered := pair{scaled.a.Inputs()[0], scaled.b.Inputs()[0]}
	of := pair{centered.a.Inputs()[0], centered.b.Inputs()[0]}
	x, err := w.value(of)
	if err == nil {
		x, err = w.fill(of, x)
	}
	if err != nil {
		return x, err
	}
	order := identity(len(x.dims))
	for i := range order[1:] {
		order[1+i] = 2 + i
	}
	order[len(order)-1] = 1
	if len(order) == 2 {
		order = nil
	}
	x = w.ordered(w.float(x), order)
	in := []string{x.name}
	for _, s := range n.statistics {
		v, err := w.variable(pair{s, s}, s.Op().(graph.Variable))
		if err != nil {
			return x, err
		}
		in = append(in, v.name)
	}
	x.name = w.node("BatchNormalization", label(p, "batchnormalization"), in, attr{"epsilon", float64(n.eps)})
	return x, nil
}

// ourImages is the order of images whose channels come second, and kernels have taps last.
var (
	ourImages = []int{0, 2, 3, 1}
	ourKernel = []int{2, 3, 1, 0}
)

// images returns an operand of images as ONNX has them.
func (w *writer) images(v value) value { return w.ordered(w.float(v), ourImages) }

func (w *writer) conv(p pair) (value, error) {
	in, err := w.in(p)
	if err != nil {
		return value{}, err
	}
	for i := range in {
		if in[i], err = w.fill(pair{p.a.Inputs()[i], p.b.Inputs()[i]}, in[i]); err != nil {
			return value{}, err
		}
	}
	a, err := w.attributes(p)
	if err != nil {
		return value{}, err
	}
	out, err := w.shape(p)
	if err != nil {
		return value{}, err
	}
	x, kernel := w.images(in[0]), w.ordered(w.float(in[1]), ourKernel)
	c := a.Conv
	attrs := []attr{
		{"kernel_shape", []int{in[1].dims[0].n, in[1].dims[1].n}}, {"strides", c.Stride[:]}, {"dilations", c.Dilation[:]},
		{"pads", pads(c.Pad)}, {"group", c.Groups},
	}
	op := "Conv"
	if kind(p.a.Op()) == "ConvTranspose2D" {
		op = "ConvTranspose"
		more := make([]int, 2)
		for i := range more {
			more[i] = out[1+i].n - (c.Stride[i]*(x.dims[1+i].n-1) + c.Dilation[i]*(in[1].dims[i].n-1) + 1 - c.Pad[i][0] - c.Pad[i][1])
		}
		attrs = append(attrs, attr{"output_padding", more})
	}
	return value{name: w.node(op, label(p, op), []string{x.name, kernel.name}, attrs...), typ: onnxproto.Float32, dims: out, order: ourImages}, nil
}

// pads lists padding as ONNX does: what comes before on all axes, then what comes behind.
func pads(p [2][2]int) []int { return []int{p[0][0], p[1][0], p[0][1], p[1][1]} }

func (w *writer) pool(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	v = w.images(v)
	attrs := []attr{{"kernel_shape", a.Pool.Window[:]}, {"strides", a.Pool.Stride[:]}, {"pads", pads(a.Pool.Pad)}}
	op := "MaxPool"
	if kind(p.a.Op()) == "AvgPool2D" {
		op = "AveragePool"
		if a.Pool.CountPadding {
			attrs = append(attrs, attr{"count_include_pad", 1})
		}
	}
	v.name, v.dims = w.node(op, label(p, op), []string{v.name}, attrs...), out
	return v, nil
}
