package onnx

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"descent/graph"
	"descent/internal/onnxproto"
	"descent/nn"
)

// around is a part of a file that the host computes, in float64 and with texts: what stands
// between the inputs of a table and those of the network, or behind the network.
type around struct {
	nodes     []Node
	opset     int
	constants map[string]*array
	reads     []string // values of elsewhere
}

// Around returns the nodes of the file that are no part of the network: those before it and
// those behind it, which [Model.Run] computes in float64 and with texts.
func (m *Model) Around() (before, behind []Node) { return m.before.nodes, m.after.nodes }

// run adds to values what the nodes make of them.
func (p *around) run(values map[string]*array) error {
	if len(p.nodes) == 0 {
		return nil
	}
	tr := newTracer(nn.NewContext(graph.New(), false), &Network{Opset: p.opset})
	for name, a := range p.constants {
		tr.values[name] = hosted(a)
	}
	for _, name := range p.reads {
		a := values[name]
		if a == nil {
			return fmt.Errorf("%q is not computed, and operators beside the network read it", name)
		}
		tr.values[name] = hosted(a)
	}
	tr.walk(p.nodes)
	if err := tr.c.Graph().Err(); err != nil {
		return fault(err)
	}
	for i := range p.nodes {
		for _, name := range p.nodes[i].Outputs {
			if v, ok := tr.values[name]; ok && v.host == nil {
				return fmt.Errorf("%s: %w: it is not computed of numbers in %v", &p.nodes[i], ErrUnsupported, v.typ)
			} else if ok {
				values[name] = v.host
			}
		}
	}
	return nil
}

// hostable reports whether the host can compute a node.
func hostable(n *Node) bool {
	op := n.full()
	if u, ok := unaries[op]; ok {
		return u.real != nil
	}
	if b, ok := binaries[op]; ok {
		return b.real != nil
	}
	switch op {
	case "ArgMax", "ArgMin", "Clip", "Shape", "Size":
		return true
	case "Cast":
		return casts(n) != onnxproto.String
	}
	return moves(op, 0) || moves(op, 1)
}

// divide divides the nodes of a file into the network and what is computed around it. n has
// the inputs of the file.
func (r *importer) divide(m *Model, n *Network, nodes []Node, outputs []*onnxproto.ValueInfo) (err error) {
	texts := r.texts(nodes)
	var ofTexts []string
	for _, v := range outputs {
		if texts[v.Name] {
			ofTexts = append(ofTexts, v.Name)
		} else {
			n.Outputs = append(n.Outputs, v.Name)
		}
	}
	if len(n.Outputs) == 0 {
		n.Outputs, ofTexts = ofTexts, nil // which says what is wrong with them
	}
	if len(n.Outputs) == 0 {
		return errors.New("the graph has no outputs")
	}
	known := r.made(*n)
	if n.Nodes, err = sorted(nodes, n.Outputs, known); err != nil {
		return err
	}
	m.Inputs = n.Inputs
	answers := map[string]bool{}
	for _, name := range n.Outputs {
		answers[name] = true
	}
	raw, all := encodes(n.Inputs, n.Nodes), n.Nodes
	var first, last, pure []Node
	if raw {
		first, n.Nodes, last, pure = r.cut(n.Inputs, all)
	}
	made := makes(all)
	for _, name := range ofTexts {
		more, err := sorted(nodes, []string{name}, known)
		more = without(more, made)
		if err != nil || slices.ContainsFunc(more, func(n Node) bool { return !hostable(&n) }) {
			m.Texts = append(m.Texts, name)
			continue
		}
		answers[name] = true
		last = append(last, more...)
		maps.Copy(made, makes(more))
	}
	for _, v := range outputs {
		if answers[v.Name] {
			m.Outputs = append(m.Outputs, v.Name)
		}
	}
	if m.before, err = r.around(first, pure, n.Opset); err != nil {
		return err
	}
	if m.after, err = r.around(last, pure, n.Opset); err != nil || !raw {
		return err
	}
	return r.between(m, n)
}

// makes are the results of nodes.
func makes(nodes []Node) map[string]bool {
	made := map[string]bool{}
	for i := range nodes {
		for _, name := range nodes[i].Outputs {
			made[name] = name != ""
		}
	}
	return made
}

// without removes the nodes whose results are made.
func without(nodes []Node, made map[string]bool) []Node {
	return slices.DeleteFunc(nodes, func(n Node) bool { return len(n.Outputs) > 0 && made[n.Outputs[0]] })
}

// between gives the network the inputs and outputs that it has between the other parts.
func (r *importer) between(m *Model, n *Network) (err error) {
	own, reads := makes(n.Nodes), map[string]bool{}
	for i := range n.Nodes {
		for _, name := range needs(&n.Nodes[i], nil) {
			reads[name] = true
		}
	}
	n.Outputs = nil
	for _, name := range slices.Concat(m.Outputs, m.after.reads) {
		if own[name] && !slices.Contains(n.Outputs, name) {
			n.Outputs = append(n.Outputs, name)
		}
	}
	n.Inputs = slices.DeleteFunc(slices.Clone(m.Inputs), func(in Input) bool { return !reads[in.Name] })
	var cuts []string
	for i := range m.before.nodes {
		for _, name := range m.before.nodes[i].Outputs {
			if reads[name] && !own[name] {
				cuts = append(cuts, name)
			}
		}
	}
	probed, err := m.before.probed(m.Inputs, cuts)
	if err != nil {
		return err
	}
	n.Inputs = append(n.Inputs, probed...)
	known := r.made(*n)
	n.Nodes, err = sorted(n.Nodes, n.Outputs, known)
	return err
}

// encodes reports whether a file begins with raw rows: texts, and numbers of which some may
// be missing. Others are a network from their inputs on.
func encodes(inputs []Input, nodes []Node) bool {
	return slices.ContainsFunc(inputs, func(in Input) bool { return in.Elem == onnxproto.String.String() }) ||
		slices.ContainsFunc(nodes, func(n Node) bool { return n.full() == "IsNaN" || n.full() == labelEncoder })
}

// cut takes what the host computes off the nodes of a file, which are in order: first what
// is made of texts and float64 alone, until it is of another type of numbers, and of the
// rest last what is made of texts, or of what is cast to float64. pure are those of the
// rest that depend on no input.
func (r *importer) cut(inputs []Input, nodes []Node) (first, middle, last, pure []Node) {
	open, data := map[string]bool{}, map[string]bool{}
	for _, in := range inputs {
		data[in.Name] = true
		open[in.Name] = in.Elem == onnxproto.String.String() || in.Elem == onnxproto.Float64.String()
	}
	readers := map[string][]int{}
	var rest []Node
	for i := range nodes {
		n := &nodes[i]
		depends, all := false, hostable(n)
		for _, name := range needs(n, nil) {
			depends, all = depends || data[name], all && (open[name] || !data[name])
		}
		early := depends && all
		for _, name := range n.Outputs {
			data[name] = depends
			open[name] = early && (n.full() != "Cast" || casts(n) == onnxproto.Float64 || !casts(n).Real())
		}
		if early {
			first = append(first, *n)
			continue
		}
		if !depends {
			pure = append(pure, *n)
		}
		for _, name := range needs(n, nil) {
			readers[name] = append(readers[name], len(rest))
		}
		rest = append(rest, *n)
	}
	free := make([]bool, len(rest)) // the host can compute it, and whatever reads it
	for i := len(rest) - 1; i >= 0; i-- {
		free[i] = hostable(&rest[i])
		for _, name := range rest[i].Outputs {
			for _, reader := range readers[name] {
				free[i] = free[i] && free[reader]
			}
		}
	}
	late := map[string]bool{}
	for i := range rest {
		n := &rest[i]
		is := casts(n) == onnxproto.Float64
		for _, name := range n.Inputs {
			t, ok := r.tensors[name]
			is = is || late[name] || ok && t.Type == onnxproto.String
		}
		if !is || !free[i] {
			middle = append(middle, *n)
			continue
		}
		for _, name := range n.Outputs {
			late[name] = name != ""
		}
		last = append(last, *n)
	}
	return first, middle, last, pure
}

// casts is the type that a node casts to; 0: it does not.
func casts(n *Node) onnxproto.DataType {
	if n.full() != "Cast" {
		return 0
	}
	return onnxproto.DataType(n.int("to", 0))
}

// around makes a part of nodes that the host computes, and of pure ones that they need.
func (r *importer) around(nodes, pure []Node, opset int) (around, error) {
	p := around{opset: opset, constants: map[string]*array{}}
	if len(nodes) == 0 {
		return p, nil
	}
	made := makes(nodes)
	list := slices.Concat(nodes, without(slices.Clone(pure), made))
	wanted := slices.Sorted(maps.Keys(made))
	all := makes(list)
	known := map[string]bool{"": true}
	for i := range list {
		for _, name := range needs(&list[i], nil) {
			known[name] = !all[name]
		}
	}
	var err error
	if p.nodes, err = sorted(list, slices.DeleteFunc(wanted, func(name string) bool { return name == "" }), known); err != nil {
		return p, err
	}
	for i := range p.nodes {
		for _, name := range needs(&p.nodes[i], nil) {
			t, held := r.tensors[name]
			switch {
			case !known[name] || name == "" || p.constants[name] != nil || slices.Contains(p.reads, name):
			case !held:
				p.reads = append(p.reads, name)
			default:
				if p.constants[name], err = heldArray(t); err != nil {
					return p, err
				}
			}
		}
	}
	return p, nil
}

// heldArray returns a tensor of the file, of numbers or texts.
func heldArray(t *onnxproto.Tensor) (*array, error) {
	if t.Type != onnxproto.String {
		k, err := toConstant(t.Name, t)
		if err != nil {
			return nil, err
		}
		return k.array()
	}
	a := &array{typ: t.Type, dims: []int{}}
	for _, d := range t.Dims {
		a.dims = append(a.dims, clampInt(d))
	}
	for _, text := range t.Strings {
		a.text = append(a.text, string(text))
	}
	if err := checkSize(a.dims); err != nil {
		return nil, fmt.Errorf("constant %q: %w", t.Name, err)
	}
	if len(a.text) != size(a.dims) {
		return nil, fmt.Errorf("constant %q: %d texts for shape %v", t.Name, len(a.text), a.dims)
	}
	return a, nil
}

// probed describes values that the first part makes, as inputs of the network: those of
// one row and of two say which sizes are open.
func (p *around) probed(inputs []Input, names []string) ([]Input, error) {
	var made [2]map[string]*array
	for i := range made {
		made[i] = map[string]*array{}
		for _, in := range inputs {
			if !slices.Contains(p.reads, in.Name) {
				continue
			}
			var dims []int
			for _, d := range in.Dims {
				if d.Size == 0 {
					d.Size = i + 1
				}
				dims = append(dims, d.Size)
			}
			if err := checkSize(dims); err != nil {
				return nil, fmt.Errorf("input %q: %w", in.Name, err)
			}
			made[i][in.Name] = like(dataType(in.Elem), dims)
		}
		if err := p.run(made[i]); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
		}
	}
	var list []Input
	for _, name := range names {
		one, two := made[0][name], made[1][name]
		if one == nil || two == nil || len(one.dims) != len(two.dims) {
			return nil, fmt.Errorf("%w: %q has no shape that only rows open", ErrUnsupported, name)
		}
		in := Input{Name: name, Elem: one.typ.String(), Shape: true}
		for i, d := range one.dims {
			if d != two.dims[i] {
				in.Dims = append(in.Dims, Dim{Name: "n"})
			} else {
				in.Dims = append(in.Dims, Dim{Size: d})
			}
		}
		list = append(list, in)
	}
	return list, nil
}

// tensor returns the numbers or texts.
func (a *array) tensor() Tensor {
	t := Tensor{Type: a.typ.String(), Dims: slices.Clone(a.dims)}
	if a.typ == onnxproto.String {
		t.Texts = a.text
	} else {
		t.Values = a.values()
	}
	return t
}
