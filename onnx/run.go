package onnx

import (
	"fmt"
	"slices"

	"descent/engine"
	"descent/graph"
	"descent/internal/onnxproto"
	"descent/internal/suggest"
	"descent/nn"
)

// Tensor is numbers or texts with a shape.
type Tensor struct {
	Type   string // of elements, as in "float32" or "int64"; "string" of texts
	Dims   []int
	Values []float64
	Texts  []string
}

// maxKnown bounds how many numbers of an input may decide shapes.
const maxKnown = 1 << 12

// Program is a network compiled for inputs of given shapes. It is for one goroutine.
type Program struct {
	engine  *engine.Engine // nil: all outputs are known
	model   *Model
	shapes  map[string][]int  // of the network's inputs
	fixed   map[string]Tensor // inputs that shapes depend on
	fed     []string
	names   []string        // of what the network hands out
	values  []value         // these
	program *engine.Program // nil: all are known
	at      []int           // where each that is computed stands
}

// Compile compiles the network for inputs of the shapes of these, and where shapes
// depend on numbers, for these numbers. It takes all cores. The model's values must not
// change from then on.
func (m *Model) Compile(inputs map[string]Tensor) (*Program, error) {
	_, inputs, err := m.enter(inputs)
	if err != nil {
		return nil, err
	}
	n := &m.Network
	p := &Program{model: m, shapes: map[string][]int{}, fixed: map[string]Tensor{}}
	g := graph.New()
	demanded := n.demanded()
	values := make([]value, len(n.Inputs))
	for i, in := range n.Inputs {
		x := inputs[in.Name]
		p.shapes[in.Name] = x.Dims
		if typ := dataType(in.Elem); len(x.Values) == 0 || demanded[in.Name] && len(x.Values) <= maxKnown {
			values[i] = hosted(x.array(typ))
			p.fixed[in.Name] = x
		} else {
			values[i] = of(typ, g.Input(in.Name, graph.Shape(x.Dims...)))
			p.fed = append(p.fed, in.Name)
		}
	}
	c := nn.NewContext(g, false)
	tr := newTracer(c, n)
	p.values, p.names = tr.run(values), slices.Clone(n.Outputs)
	for _, name := range m.after.reads {
		if v, ok := tr.values[name]; ok && !slices.Contains(p.names, name) {
			p.names, p.values = append(p.names, name), append(p.values, v)
		}
	}
	var tensors []graph.Tensor
	for i, v := range p.values {
		p.at = append(p.at, -1)
		if v.host == nil && v.valid() {
			p.at[i] = len(tensors)
			tensors = append(tensors, tr.plain(v))
		}
	}
	if err := g.Err(); err != nil {
		return nil, fmt.Errorf("onnx: %w", fault(err))
	}
	if len(tensors) == 0 {
		p.fed = nil
		return p, nil
	}
	plan, err := engine.Compile(g, tensors)
	if err != nil {
		return nil, err
	}
	store, err := engine.StoreOf(m.Values, plan.Variables()...)
	if err != nil {
		return nil, err
	}
	p.engine = engine.New(0)
	if p.program, err = plan.Bind(p.engine, store.Fixed()); err != nil {
		p.engine.Close()
		return nil, err
	}
	var read []string
	for _, in := range plan.Inputs() {
		read = append(read, in.Name)
	}
	p.fed = slices.DeleteFunc(p.fed, func(name string) bool { return !slices.Contains(read, name) })
	return p, nil
}

// enter checks inputs of the file, and computes those of the network, which it returns
// beside all that is known.
func (m *Model) enter(inputs map[string]Tensor) (known map[string]*array, own map[string]Tensor, err error) {
	var names []string
	for _, in := range m.Inputs {
		names = append(names, in.Name)
	}
	for name := range inputs {
		if !slices.Contains(names, name) {
			return nil, nil, fmt.Errorf("onnx: %w", suggest.Unknown("input", name, names))
		}
	}
	known, own = map[string]*array{}, map[string]Tensor{}
	for _, in := range m.Inputs {
		x, ok := inputs[in.Name]
		if !ok {
			return nil, nil, fmt.Errorf("onnx: input %q is missing; it is %s", in.Name, in)
		}
		if err := x.check(in); err != nil {
			return nil, nil, fmt.Errorf("onnx: input %q: %w", in.Name, err)
		}
		if own[in.Name] = x; slices.Contains(m.before.reads, in.Name) || slices.Contains(m.after.reads, in.Name) || slices.Contains(m.Outputs, in.Name) {
			known[in.Name] = x.array(dataType(in.Elem))
		}
	}
	if err := m.before.run(known); err != nil {
		return nil, nil, fmt.Errorf("onnx: %w", err)
	}
	for _, in := range m.Network.Inputs {
		if a, ok := known[in.Name]; ok && !slices.Contains(names, in.Name) {
			own[in.Name] = a.tensor()
		}
	}
	return known, own, nil
}

// Run computes the outputs, by their names.
func (p *Program) Run(inputs map[string]Tensor) (map[string]Tensor, error) {
	known, own, err := p.model.enter(inputs)
	if err != nil {
		return nil, err
	}
	for name, dims := range p.shapes {
		x := own[name]
		if !slices.Equal(x.Dims, dims) {
			return nil, fmt.Errorf("onnx: input %q has shape %v; this is compiled for %v", name, x.Dims, dims)
		}
		if f, ok := p.fixed[name]; ok && !slices.Equal(f.Values, x.Values) {
			return nil, fmt.Errorf("onnx: input %q decides shapes, and this is compiled for other numbers", name)
		}
	}
	for _, name := range p.fed {
		values := make([]float32, len(own[name].Values))
		for i, v := range own[name].Values {
			values[i] = float32(v)
		}
		if err := p.program.Feed(name, values); err != nil {
			return nil, err
		}
	}
	if p.program != nil {
		p.program.Run()
	}
	made := map[string]Tensor{}
	for i, name := range p.names {
		v := p.values[i]
		t := Tensor{Type: v.typ.String(), Dims: slices.Clone(v.dims())}
		if v.host != nil {
			t = v.host.tensor()
		} else {
			for _, x := range p.program.Output(p.at[i]) {
				t.Values = append(t.Values, float64(x))
			}
		}
		made[name] = t
	}
	if len(p.model.after.nodes) > 0 {
		for _, name := range p.model.after.reads {
			if t, ok := made[name]; ok {
				known[name] = t.array(dataType(t.Type))
			}
		}
		if err := p.model.after.run(known); err != nil {
			return nil, fmt.Errorf("onnx: %w", err)
		}
	}
	out := map[string]Tensor{}
	for _, name := range p.model.Outputs {
		t, ok := made[name]
		if a := known[name]; !ok && a != nil {
			t = a.tensor()
		}
		out[name] = t
	}
	return out, nil
}

// Close ends what computes.
func (p *Program) Close() {
	if p.engine != nil {
		p.engine.Close()
	}
}

// Run compiles the network and computes its outputs once.
func (m *Model) Run(inputs map[string]Tensor) (map[string]Tensor, error) {
	p, err := m.Compile(inputs)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return p.Run(inputs)
}

// check returns an error if there are not as many elements as the shape says, or others
// than the input takes.
func (t Tensor) check(in Input) error {
	if err := within(t.Dims, maxResult); err != nil {
		return err
	}
	have, other, what := len(t.Values), len(t.Texts), "numbers"
	if in.Elem == onnxproto.String.String() {
		have, other, what = other, have, "texts"
	}
	switch {
	case other > 0:
		return fmt.Errorf("it is %s; want %s", in, what)
	case have != size(t.Dims):
		return fmt.Errorf("%d %s for shape %v", have, what, t.Dims)
	}
	return nil
}

// array returns the elements as those of a type.
func (t Tensor) array(typ onnxproto.DataType) *array {
	a := like(typ, t.Dims)
	copy(a.text, t.Texts)
	for i, v := range t.Values {
		if typ.Real() {
			a.real[i] = v
		} else {
			a.ints[i] = toInt(v)
		}
	}
	return a
}
