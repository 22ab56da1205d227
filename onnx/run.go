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

// Tensor is numbers with a shape.
type Tensor struct {
	Type   string // of elements, as in "float32" or "int64"
	Dims   []int
	Values []float64
}

// maxKnown bounds how many numbers of an input may decide shapes.
const maxKnown = 1 << 12

// Program is a network compiled for inputs of given shapes. It is for one goroutine.
type Program struct {
	engine  *engine.Engine // nil: all outputs are known
	net     *Network
	shapes  map[string][]int
	fixed   map[string]Tensor // inputs that shapes depend on
	fed     []string
	outputs []value
	program *engine.Program // nil: all outputs are known
	at      []int           // where each output that is computed stands
}

// Compile compiles the network for inputs of the shapes of these, and where shapes
// depend on numbers, for these numbers. It takes all cores. The model's values must not
// change from then on.
func (m *Model) Compile(inputs map[string]Tensor) (*Program, error) {
	n := &m.Network
	p := &Program{net: n, shapes: map[string][]int{}, fixed: map[string]Tensor{}}
	var names []string
	for _, in := range n.Inputs {
		names = append(names, in.Name)
	}
	for name := range inputs {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("onnx: %w", suggest.Unknown("input", name, names))
		}
	}
	g := graph.New()
	demanded := n.demanded()
	values := make([]value, len(n.Inputs))
	for i, in := range n.Inputs {
		x, ok := inputs[in.Name]
		if !ok {
			return nil, fmt.Errorf("onnx: input %q is missing; it is %s", in.Name, in)
		}
		if err := x.check(); err != nil {
			return nil, fmt.Errorf("onnx: input %q: %w", in.Name, err)
		}
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
	p.outputs = n.trace(c, values)
	tr := &tracer{c: c}
	var tensors []graph.Tensor
	for i, v := range p.outputs {
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

// Run computes the outputs, by their names.
func (p *Program) Run(inputs map[string]Tensor) (map[string]Tensor, error) {
	for name, dims := range p.shapes {
		x := inputs[name]
		if !slices.Equal(x.Dims, dims) {
			return nil, fmt.Errorf("onnx: input %q has shape %v; this is compiled for %v", name, x.Dims, dims)
		}
		if err := x.check(); err != nil {
			return nil, fmt.Errorf("onnx: input %q: %w", name, err)
		}
		if f, ok := p.fixed[name]; ok && !slices.Equal(f.Values, x.Values) {
			return nil, fmt.Errorf("onnx: input %q decides shapes, and this is compiled for other numbers", name)
		}
	}
	for _, name := range p.fed {
		values := make([]float32, len(inputs[name].Values))
		for i, v := range inputs[name].Values {
			values[i] = float32(v)
		}
		if err := p.program.Feed(name, values); err != nil {
			return nil, err
		}
	}
	if p.program != nil {
		p.program.Run()
	}
	out := map[string]Tensor{}
	for i, name := range p.net.Outputs {
		v := p.outputs[i]
		t := Tensor{Type: v.typ.String(), Dims: slices.Clone(v.dims())}
		if v.host != nil {
			t.Values = v.host.values()
		} else {
			for _, x := range p.program.Output(p.at[i]) {
				t.Values = append(t.Values, float64(x))
			}
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

// check returns an error if there are not as many numbers as the shape says.
func (t Tensor) check() error {
	if err := within(t.Dims, maxResult); err != nil {
		return err
	}
	if len(t.Values) != size(t.Dims) {
		return fmt.Errorf("%d numbers for shape %v", len(t.Values), t.Dims)
	}
	return nil
}

// array returns the numbers as those of a type.
func (t Tensor) array(typ onnxproto.DataType) *array {
	a := like(typ, t.Dims)
	for i, v := range t.Values {
		if typ.Real() {
			a.real[i] = v
		} else {
			a.ints[i] = toInt(v)
		}
	}
	return a
}
