package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/engine"
	"descent/graph"
	"descent/internal/onnxproto"
	"descent/nn"
)

// Model is what an ONNX file holds: a network and the numbers of its weights.
type Model struct {
	Network  Network
	Values   map[string][]float32 // of each weight, in the order in which it lies in memory
	Producer string               // what wrote the file
	Metadata map[string]string
}

// ErrUnsupported is wrapped by the error for a file that is whole, but holds what is
// not read here.
var ErrUnsupported = errors.New("not supported")

// maxFile bounds what is read: as much as a message of the format may have.
const maxFile = 2 << 30

// Read reads a file, and data that lies beside it. The error for operators that are
// missing names them all, each with its node.
func Read(path string) (*Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fmt.Errorf("%s: want a plain file of at most 2 GB", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, err := Parse(data, filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Parse reads the bytes of a file. Data outside of it is looked for in folder.
func Parse(data []byte, folder string) (*Model, error) {
	proto, err := onnxproto.Parse(data)
	if err != nil {
		return nil, err
	}
	r := &importer{folder: folder, tensors: map[string]*onnxproto.Tensor{}, uses: map[string][]use{}}
	m, err := r.model(proto)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// importer makes a network of the messages of a file.
type importer struct {
	folder   string
	tensors  map[string]*onnxproto.Tensor // initializers and constants
	names    []string                     // theirs, in order
	uses     map[string][]use
	problems []string
}

// use is where a value is read.
type use struct {
	op string
	at int
}

func (r *importer) model(p *onnxproto.Model) (*Model, error) {
	if p.Graph == nil {
		return nil, errors.New("the file holds no graph; is it an ONNX model?")
	}
	n := Network{}
	for _, o := range p.Opsets {
		if o.Domain == "" || o.Domain == "ai.onnx" {
			n.Opset = clampInt(o.Version)
		}
	}
	switch {
	case n.Opset == 0:
		return nil, errors.New("the file does not say which version of operators it uses (opset_import)")
	case n.Opset < MinOpset || n.Opset > MaxOpset:
		return nil, fmt.Errorf("%w: operators of version %d (opset); %d to %d are read", ErrUnsupported, n.Opset, MinOpset, MaxOpset)
	}
	if len(p.Graph.Sparse) > 0 {
		r.problem("sparse initializers")
	}
	nodes, err := r.graph(p.Graph, "", nil)
	if err != nil {
		return nil, err
	}
	for _, v := range p.Graph.Inputs {
		if _, held := r.tensors[v.Name]; !held {
			n.Inputs = append(n.Inputs, r.input(v))
		}
	}
	for _, v := range p.Graph.Outputs {
		n.Outputs = append(n.Outputs, v.Name)
	}
	if len(n.Outputs) == 0 {
		return nil, errors.New("the graph has no outputs")
	}
	if n.Nodes, err = sorted(nodes, n.Outputs, r.made(n)); err != nil {
		return nil, err
	}
	r.check(n.Nodes)
	if len(r.problems) > 0 {
		slices.Sort(r.problems)
		return nil, fmt.Errorf("%w:\n  %s", ErrUnsupported, strings.Join(slices.Compact(r.problems), "\n  "))
	}
	m := &Model{Values: map[string][]float32{}, Producer: strings.TrimSpace(p.ProducerName + " " + p.ProducerVersion), Metadata: map[string]string{}}
	for _, e := range p.Metadata {
		m.Metadata[e.Key] = e.Value
	}
	r.count(n.Nodes)
	for i := range n.Inputs {
		n.Inputs[i].Image = len(n.Inputs[i].Dims) == 4 && convolved(n.Nodes, n.Inputs[i].Name)
	}
	for _, name := range r.names {
		if err := r.tensor(m, &n, name); err != nil {
			return nil, err
		}
	}
	m.Network = n
	return m, m.try()
}

func (r *importer) problem(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

// made are the names that stand for something before any node.
func (r *importer) made(n Network) map[string]bool {
	known := map[string]bool{"": true}
	for _, in := range n.Inputs {
		known[in.Name] = true
	}
	for name := range r.tensors {
		known[name] = true
	}
	return known
}

// input is what the file says of an input.
func (r *importer) input(v *onnxproto.ValueInfo) Input {
	in := Input{Name: v.Name}
	if v.Type == nil || v.Type.Tensor == nil {
		r.problem("input %q, which is no tensor", v.Name)
		return in
	}
	typ := v.Type.Tensor.Elem
	in.Elem = typ.String()
	if !typ.Real() && !typ.Whole() {
		r.problem("input %q of %v", v.Name, typ)
	}
	if s := v.Type.Tensor.Shape; s != nil {
		in.Shape = true
		for _, d := range s.Dims {
			dim := Dim{Name: d.Param}
			if d.Value != nil {
				dim.Size = clampInt(max(0, *d.Value))
			}
			in.Dims = append(in.Dims, dim)
		}
	}
	return in
}

// graph returns the nodes of a graph, and takes its constants. Those of a branch get
// names of their own, with a prefix; outer are the names that it had there.
func (r *importer) graph(g *onnxproto.Graph, prefix string, outer map[string]string) ([]Node, error) {
	own := map[string]string{}
	for k, v := range outer {
		own[k] = v
	}
	define := func(name string) string {
		if prefix != "" && name != "" {
			own[name] = prefix + name
		}
		return prefix + name
	}
	rename := func(name string) string {
		if to, ok := own[name]; ok {
			return to
		}
		return name
	}
	for _, t := range g.Initializers {
		if err := r.hold(define(t.Name), t); err != nil {
			return nil, err
		}
	}
	var nodes []Node
	for _, p := range g.Nodes {
		n := Node{Op: p.Op, Domain: p.Domain, Name: p.Name}
		for _, name := range p.Inputs {
			n.Inputs = append(n.Inputs, rename(name))
		}
		if p.Op == "Constant" && n.full() == "Constant" && len(p.Outputs) == 1 {
			t, err := constant(p)
			if err != nil {
				r.problem("%s: %v", n.String(), err)
				t = onnxproto.NewFloat32("", nil, []float32{0})
			}
			if err := r.hold(define(p.Outputs[0]), t); err != nil {
				return nil, err
			}
			continue
		}
		for _, a := range p.Attributes {
			attr, err := r.attribute(&n, a, prefix, own)
			if err != nil {
				return nil, err
			}
			n.Attributes = append(n.Attributes, attr)
		}
		for _, name := range p.Outputs {
			if name == "" {
				n.Outputs = append(n.Outputs, "")
				continue
			}
			n.Outputs = append(n.Outputs, define(name))
		}
		nodes = append(nodes, n)
	}
	for _, v := range g.Outputs {
		v.Name = rename(v.Name)
	}
	return nodes, nil
}

// hold takes a constant under a name, and its data if that lies beside the file.
func (r *importer) hold(name string, t *onnxproto.Tensor) error {
	if _, twice := r.tensors[name]; twice || name == "" {
		return fmt.Errorf("two tensors have the name %q, or it is empty", name)
	}
	if err := t.Load(r.folder); err != nil {
		return err
	}
	t.Name = name
	r.tensors[name] = t
	r.names = append(r.names, name)
	return nil
}

// constant is what a Constant node holds.
func constant(p *onnxproto.Node) (*onnxproto.Tensor, error) {
	for _, a := range p.Attributes {
		switch a.Name {
		case "value":
			if a.Tensor != nil {
				return a.Tensor, nil
			}
		case "value_float":
			return onnxproto.NewFloat32("", nil, []float32{a.Float}), nil
		case "value_floats":
			return onnxproto.NewFloat32("", []int64{int64(len(a.Floats))}, a.Floats), nil
		case "value_int":
			return onnxproto.NewInt64("", nil, []int64{a.Int}), nil
		case "value_ints":
			return onnxproto.NewInt64("", []int64{int64(len(a.Ints))}, a.Ints), nil
		}
	}
	return nil, errors.New("a constant that is no tensor of numbers")
}

// attribute returns an attribute without what the file's form has beside.
func (r *importer) attribute(n *Node, p *onnxproto.Attribute, prefix string, names map[string]string) (Attribute, error) {
	a := Attribute{Name: p.Name, Int: p.Int, Float: Number(p.Float), Text: string(p.String), Ints: p.Ints}
	for _, f := range p.Floats {
		a.Floats = append(a.Floats, Number(f))
	}
	for _, s := range p.Strings {
		a.Texts = append(a.Texts, string(s))
	}
	if p.Ref != "" {
		r.problem("%s: attribute %q, which is that of a function", n, p.Name)
	}
	if p.Tensor != nil {
		if err := p.Tensor.Load(r.folder); err != nil {
			return a, err
		}
		k, err := toConstant(p.Name, p.Tensor)
		if err != nil {
			return a, fmt.Errorf("%s: %w", n, err)
		}
		a.Tensor = []Constant{k}
	}
	if p.Graph != nil {
		if n.full() != "If" {
			return a, nil // the node is refused as a whole
		}
		label := n.Name
		if label == "" {
			label = fmt.Sprintf("if%d", len(r.names))
		}
		nodes, err := r.graph(p.Graph, prefix+label+"."+p.Name+".", names)
		if err != nil {
			return a, err
		}
		body := Body{Nodes: nodes}
		for _, v := range p.Graph.Outputs {
			body.Outputs = append(body.Outputs, v.Name)
		}
		a.Body = []Body{body}
	}
	return a, nil
}

// check adds what is not read here to the problems.
func (r *importer) check(nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		if _, ok := operators[n.full()]; !ok {
			r.problem("%s", n)
		}
		for _, a := range n.Attributes {
			for _, b := range a.Body {
				r.check(b.Nodes)
			}
		}
	}
}

// count notes where each value is read.
func (r *importer) count(nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		for at, name := range n.Inputs {
			r.uses[name] = append(r.uses[name], use{n.full(), at})
		}
		for _, a := range n.Attributes {
			for _, b := range a.Body {
				r.count(b.Nodes)
				for _, name := range b.Outputs {
					r.uses[name] = append(r.uses[name], use{"Identity", 0})
				}
			}
		}
	}
}

// sorted returns the nodes that outputs need, each behind those that it reads. known
// are the names that there are without nodes.
func sorted(nodes []Node, outputs []string, known map[string]bool) ([]Node, error) {
	maker := map[string]int{}
	for i := range nodes {
		for _, name := range nodes[i].Outputs {
			if _, twice := maker[name]; name != "" && (twice || known[name]) {
				return nil, fmt.Errorf("%s makes %q, which there is already", &nodes[i], name)
			}
			maker[name] = i
		}
	}
	state := make([]int, len(nodes)) // 1: on the way, 2: done
	var order []Node
	// A stack of its own, since chains are as long as files make them.
	type frame struct {
		node  int
		needs []string
	}
	for _, out := range outputs {
		if known[out] {
			continue
		}
		first, ok := maker[out]
		if !ok {
			return nil, fmt.Errorf("no node makes the output %q", out)
		}
		if state[first] == 2 {
			continue
		}
		stack := []frame{{first, needs(&nodes[first], nil)}}
		state[first] = 1
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if len(top.needs) == 0 {
				state[top.node] = 2
				order = append(order, nodes[top.node])
				stack = stack[:len(stack)-1]
				continue
			}
			name := top.needs[0]
			top.needs = top.needs[1:]
			if known[name] {
				continue
			}
			next, ok := maker[name]
			switch {
			case !ok:
				return nil, fmt.Errorf("%s reads %q, which nothing makes", &nodes[top.node], name)
			case state[next] == 1:
				return nil, fmt.Errorf("the graph has a cycle: %s needs its own result %q", &nodes[next], name)
			case state[next] == 0:
				state[next] = 1
				stack = append(stack, frame{next, needs(&nodes[next], nil)})
			}
		}
	}
	return order, nil
}

// needs are the names that a node reads from outside of itself; within are those that
// its body makes.
func needs(n *Node, within map[string]bool) []string {
	var list []string
	for _, name := range n.Inputs {
		if !within[name] {
			list = append(list, name)
		}
	}
	for _, a := range n.Attributes {
		for _, b := range a.Body {
			inner := map[string]bool{}
			for name := range within {
				inner[name] = true
			}
			for i := range b.Nodes {
				list = append(list, needs(&b.Nodes[i], inner)...)
				for _, name := range b.Nodes[i].Outputs {
					inner[name] = true
				}
			}
			for _, name := range b.Outputs {
				if !inner[name] {
					list = append(list, name)
				}
			}
		}
	}
	return list
}

// demands reports whether input i of an operator has to be known before data is.
func demands(op string, i int) bool {
	switch op {
	case "Reshape", "Expand", "Tile", "Squeeze", "Unsqueeze", "Split", "Pad", "Slice", "Resize", "Upsample":
		return i > 0
	case "Dropout":
		return i > 0
	case "OneHot":
		return i == 1
	case "ConstantOfShape", "Range", "NonZero", "If":
		return true
	case "Clip", "Pow":
		return i > 0
	}
	return strings.HasPrefix(op, "Reduce") && i > 0
}

// plain are operators whose constants belong to a formula, not to what is learned.
var plain = map[string]bool{
	"Sub": true, "Div": true, "Where": true, "Equal": true, "Less": true, "Greater": true, "LessOrEqual": true,
	"GreaterOrEqual": true, "Max": true, "Min": true, "Mod": true, "OneHot": true,
}

// inline is how many numbers stay a constant of the network's description.
const inline = 1 << 12

// tensor makes a weight or a constant of a tensor, by where it is read.
func (r *importer) tensor(m *Model, n *Network, name string) error {
	t, uses := r.tensors[name], r.uses[name]
	isOutput := slices.Contains(n.Outputs, name)
	if len(uses) == 0 && !isOutput {
		return nil
	}
	elements, err := t.Size()
	if err != nil {
		return err
	}
	known, formula := isOutput, true
	bias := false
	for _, u := range uses {
		known = known || demands(u.op, u.at)
		formula = formula && plain[u.op]
		bias = bias || len(t.Dims) > 0 && (u.op == "Add" || u.op == "Gemm" || strings.HasPrefix(u.op, "Conv") || u.op == "BatchNormalization" || u.op == "MatMul")
	}
	if !t.Type.Real() || known || elements == 0 || formula && elements <= inline || elements == 1 && !bias {
		if elements > maxHost {
			return fmt.Errorf("constant %q has %d numbers; at most %d are read", name, elements, maxHost)
		}
		k, err := toConstant(name, t)
		n.Constants = append(n.Constants, k)
		return err
	}
	w := Weight{Name: name, Role: "weight"}
	for _, d := range t.Dims {
		w.Dims = append(w.Dims, int(d))
	}
	switch {
	case formula:
		w.Role = "buffer"
	case len(t.Dims) <= 1:
		w.Role = "bias"
	}
	for _, u := range uses {
		switch u {
		case use{"BatchNormalization", 1}, use{"InstanceNormalization", 1}, use{"LayerNormalization", 1}, use{"GroupNormalization", 1}:
			w.Role = "norm"
		case use{"BatchNormalization", 3}:
			w.Role = "mean"
		case use{"BatchNormalization", 4}:
			w.Role = "variance"
		case use{"Gather", 0}:
			w.Role = "table"
		case use{"Conv", 1}, use{"ConvTranspose", 1}:
			w.Order = append(natural(len(w.Dims))[min(2, len(w.Dims)):], 1, 0)
		}
	}
	values, err := t.Float32Values()
	if err != nil {
		return err
	}
	m.Values[name] = laid(values, w.Dims, w.Order)
	n.Weights = append(n.Weights, w)
	return nil
}

// laid returns values with axis i being axis order[i] of dims.
func laid(values []float32, dims, order []int) []float32 {
	if order == nil || len(order) != len(dims) {
		return values
	}
	own := steps(dims)
	to := make([]int, len(order))
	by := make([]int, len(order))
	for i, axis := range order {
		to[i], by[i] = dims[axis], own[axis]
	}
	out := make([]float32, len(values))
	at := make([]int, len(order))
	from := 0
	for i := range out {
		out[i] = values[from]
		for k := len(at) - 1; k >= 0; k-- {
			at[k]++
			if from += by[k]; at[k] < to[k] {
				break
			}
			from -= by[k] * to[k]
			at[k] = 0
		}
	}
	return out
}

// toConstant returns a tensor's numbers as part of a network's description.
func toConstant(name string, t *onnxproto.Tensor) (Constant, error) {
	k := Constant{Name: name, Elem: t.Type.String(), Dims: []int{}}
	for _, d := range t.Dims {
		k.Dims = append(k.Dims, int(d))
	}
	if t.Type.Real() {
		values, err := t.Float64Values()
		k.Floats = numbers(values)
		return k, err
	}
	values, err := t.Int64Values()
	k.Ints = values
	return k, err
}

// convolved reports whether a value is an image with its channels before its rows: a
// convolution or a pooling reads it, perhaps behind what works element by element.
func convolved(nodes []Node, name string) bool {
	same := map[string]bool{name: true}
	for i := range nodes {
		n := &nodes[i]
		if len(n.Inputs) == 0 || !same[n.Inputs[0]] && !(len(n.Inputs) > 1 && same[n.Inputs[1]]) {
			continue
		}
		switch op := n.full(); op {
		case "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "InstanceNormalization", "LRN", "Resize", "Upsample":
			if same[n.Inputs[0]] {
				return true
			}
		default:
			_, u := unaries[op]
			_, b := binaries[op]
			if u || b || slices.Contains([]string{"Cast", "Clip", "Pad", "Dropout", "Identity"}, op) {
				for _, out := range n.Outputs {
					same[out] = true
				}
			}
		}
	}
	return false
}

// try traces the network for one row, if its shapes are known, so that what only
// shapes tell is found before anything is computed.
func (m *Model) try() error {
	for i, in := range m.Network.Inputs {
		if !in.Shape {
			return nil
		}
		for k, d := range in.Dims {
			if d.Size == 0 && (k > 0 || i > 0) {
				return nil
			}
		}
	}
	g := graph.New()
	c := nn.NewContext(g, false)
	demanded := m.Network.demanded()
	inputs := make([]value, len(m.Network.Inputs))
	for i, in := range m.Network.Inputs {
		if demanded[in.Name] {
			return nil
		}
		dims := make([]int, len(in.Dims))
		for k, d := range in.Dims {
			dims[k] = max(1, d.Size)
		}
		inputs[i] = of(dataType(in.Elem), g.Input(in.Name, graph.Shape(dims...)))
	}
	m.Network.trace(c, inputs)
	if err := g.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, fault(err))
	}
	return nil
}

// demanded are the values that have to be known before data is.
func (n *Network) demanded() map[string]bool {
	known := map[string]bool{}
	var walk func(nodes []Node)
	walk = func(nodes []Node) {
		for i := len(nodes) - 1; i >= 0; i-- {
			node := &nodes[i]
			op := node.full()
			all := false
			for _, out := range node.Outputs {
				all = all || known[out]
			}
			for at, name := range node.Inputs {
				if demands(op, at) || all && op != "Shape" && op != "Size" {
					known[name] = true
				}
			}
			for _, a := range node.Attributes {
				for _, b := range a.Body {
					walk(b.Nodes)
				}
			}
		}
	}
	walk(n.Nodes)
	return known
}

// Variables are the weights as they lie in memory, under a prefix: "" for the network
// itself, or the path of the layer that it is, as in "0.onnx.".
func (n Network) Variables(prefix string) []engine.Variable {
	var list []engine.Variable
	for _, w := range n.Weights {
		list = append(list, engine.Variable{Name: prefix + w.Name, Type: graph.Shape(w.shape()...)})
	}
	return list
}

// shape is that of the weight in memory.
func (w Weight) shape() []int {
	if len(w.Order) != len(w.Dims) {
		return w.Dims
	}
	dims := make([]int, len(w.Dims))
	for i, axis := range w.Order {
		dims[i] = w.Dims[axis]
	}
	return dims
}

// Store returns the weights' numbers as programs read them.
func (m *Model) Store() *engine.Store {
	s := engine.NewStore(m.Network.Variables("")...)
	for name, values := range m.Values {
		copy(s.Value(name), values)
	}
	return s
}
