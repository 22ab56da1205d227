package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/graph"
	"descent/internal/onnxproto"
	"descent/nn"
)

// Model is what an ONNX file holds: a network and the numbers of its weights.
//
// Where a file begins with the columns of a table or ends with names of classes, these parts
// are no part of the network: [Model.Run] computes them beside it, in float64. Inputs and
// Outputs are those of the file, which are the network's if there are no such parts.
type Model struct {
	Network  Network
	Inputs   []Input
	Outputs  []string
	Values   map[string][]float32 // of each weight, in the order in which it lies in memory
	Producer string               // what wrote the file
	Metadata map[string]string
	Texts    []string // outputs of the file that are made of texts by what is not read here, and left out

	before, after around
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
	r := &importer{folder: onnxproto.NewFolder(folder), tensors: map[string]*onnxproto.Tensor{}, uses: map[string][]use{}}
	m, err := r.model(proto)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// importer makes a network of the messages of a file.
type importer struct {
	folder   *onnxproto.Folder
	tensors  map[string]*onnxproto.Tensor // initializers and constants
	names    []string                     // theirs, in order
	uses     map[string][]use
	bodies   int // how many branches were read: names of nodes need not be unique
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
		if _, held := r.tensors[v.Name]; held {
			continue
		}
		if slices.ContainsFunc(n.Inputs, func(in Input) bool { return in.Name == v.Name }) {
			return nil, fmt.Errorf("two inputs have the name %q", v.Name)
		}
		n.Inputs = append(n.Inputs, r.input(v))
	}
	m := &Model{Values: map[string][]float32{}, Producer: strings.TrimSpace(p.ProducerName + " " + p.ProducerVersion), Metadata: map[string]string{}}
	if err := r.divide(m, &n, nodes, p.Graph.Outputs); err != nil {
		return nil, err
	}
	r.check(n.Nodes)
	for _, in := range n.Inputs {
		if in.Elem == onnxproto.String.String() {
			r.problem("input %q of texts, where it is read", in.Name)
		}
	}
	if len(r.problems) > 0 {
		slices.Sort(r.problems)
		return nil, fmt.Errorf("%w:\n  %s", ErrUnsupported, strings.Join(slices.Compact(r.problems), "\n  "))
	}
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

// texts are the values that depend on constants of texts. nodes may be in any order.
func (r *importer) texts(nodes []Node) map[string]bool {
	texts := map[string]bool{}
	var next []string
	readers := map[string][]*Node{}
	for name, t := range r.tensors {
		if t.Type == onnxproto.String {
			next = append(next, name)
		}
	}
	for i := range nodes {
		for _, name := range nodes[i].Inputs {
			readers[name] = append(readers[name], &nodes[i])
		}
	}
	for len(next) > 0 {
		name := next[len(next)-1]
		if next = next[:len(next)-1]; texts[name] {
			continue
		}
		texts[name] = true
		for _, n := range readers[name] {
			next = append(next, n.Outputs...)
		}
	}
	return texts
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
	if !typ.Real() && !typ.Whole() && typ != onnxproto.String {
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
