package nn

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"descent/graph"
	"descent/nn/initial"
)

// Context is what a layer sees while a network is traced: the graph, whether
// the trace is for training, and where weights are declared.
type Context struct {
	graph    *graph.Graph
	training bool
	params   []Param
	updates  []Update
	declared map[string]bool
	draws    map[string]int // random tensors made so far, by path
	rows     []Row          // one for each call; the first stands for the network
	open     []int          // rows of the calls that have not returned
	outputs  []Output
	inputs   map[string]graph.Tensor       // fields of the samples, by name
	heads    map[string]graph.Tensor       // by [Context.Head]
	members  map[graph.Tensor]graph.Tensor // by their mean, see [Context.Members]

	continues *Continuation // by [Context.Continue]; nil: x are whole sequences

	freeze []string // by [Context.Freeze]

	factors  map[string]func(t int) float64 // by [Context.Follow]
	followed []string
}

// Output is what a layer made of its operand.
type Output struct {
	Path   string // of the layer, as in "1.dense"
	Tensor graph.Tensor
}

// NewContext returns a context that traces into g. Layers such as [Dropout]
// act only if training.
func NewContext(g *graph.Graph, training bool) *Context {
	return &Context{
		graph:    g,
		training: training,
		declared: map[string]bool{},
		draws:    map[string]int{},
		rows:     make([]Row, 1),
		open:     make([]int, 1),
	}
}

// Freeze says which parameters and buffers stay as they start, by patterns of their names
// as [Frozen] reads them.
func (c *Context) Freeze(patterns ...string) { c.freeze = patterns }

// Frozen reports whether a pattern such as "0.*" matches the name of a parameter or
// buffer. It is as of [path.Match], but that * takes slashes, too.
func Frozen(pattern, name string) (bool, error) {
	return path.Match(strings.ReplaceAll(pattern, "/", "."), strings.ReplaceAll(name, "/", "."))
}

// Frozen reports whether the parameter or buffer that the layer at hand declares under
// name stays as it starts.
func (c *Context) Frozen(name string) bool {
	if at := c.graph.Path(); at != "" {
		name = at + "." + name
	}
	return slices.ContainsFunc(c.freeze, func(pattern string) bool {
		ok, err := Frozen(pattern, name)
		return ok && err == nil
	})
}

// Graph is the graph that is traced into.
func (c *Context) Graph() *graph.Graph { return c.graph }

// Training reports whether the trace is for training.
func (c *Context) Training() bool { return c.training }

// Params returns the weights and buffers declared so far, in that order.
func (c *Context) Params() []Param { return c.params }

// Outputs returns what the layers that were called through [Context.Call]
// returned, in the order in which they did.
func (c *Context) Outputs() []Output { return c.outputs }

// Param declares a weight of the given shape under the current path and
// returns it. The weight is subject to penalties and decay; see [Context.Bias]
// and [Context.Declare] for others.
//
//	w := c.Param("weight", initial.XavierUniform{}, x.Dim(-1), 10) // "1.dense.weight"
func (c *Context) Param(name string, init initial.Initializer, dims ...int) graph.Tensor {
	return c.Declare(Param{Name: name, Init: init}, dims...)
}

// Bias declares a weight that starts at zero and that penalties and decay
// leave alone.
func (c *Context) Bias(name string, dims ...int) graph.Tensor {
	return c.Declare(Param{Name: name, Init: initial.Zeros{}, Role: Bias}, dims...)
}

// Declare is the general form of [Context.Param]: p.Name is the name within
// the layer, to which the path is added; p.Tensor is ignored.
//
// To use one weight twice, keep the tensor: a second declaration under the
// same path and name is an error.
func (c *Context) Declare(p Param, dims ...int) graph.Tensor {
	if p.Name == "" {
		return c.fail("Param", errors.New("a weight needs a name"))
	}
	if path := c.graph.Path(); path != "" {
		p.Name = path + "." + p.Name
	}
	if c.declared[p.Name] {
		return c.fail("Param", fmt.Errorf("weight %q is declared twice; call each layer under a name of its own, or keep the tensor to share it", p.Name))
	}
	t := graph.Shape(dims...)
	if err := p.check(t); err != nil {
		return c.fail("Param", fmt.Errorf("weight %q: %w", p.Name, err), t)
	}
	if p.Tensor = c.graph.Variable(p.Name, t); p.Tensor.Valid() {
		c.declared[p.Name] = true
		c.params = append(c.params, p)
		if p.Role != Buffer {
			c.rows[c.open[len(c.open)-1]].Params += t.Size()
		}
	}
	return p.Tensor
}

// Uniform returns a tensor drawn anew in each forward pass, uniform on
// [0, 1). Its stream comes from the path and the number of draws made there
// before, so that no two are the same.
func (c *Context) Uniform(dims ...int) graph.Tensor {
	return c.graph.Uniform(c.draw("uniform"), dims...)
}

// draw returns a name for a random tensor that no other has that was made in the
// same layer.
func (c *Context) draw(what string) string {
	path := c.graph.Path()
	name := fmt.Sprintf("%s%d", what, c.draws[path])
	c.draws[path]++
	return name
}

// Call applies l to x with name added to the path, so that its weights,
// random streams and errors carry it. A layer made of others calls each of
// them through here, under different names.
func (c *Context) Call(name string, l Layer, x graph.Tensor) graph.Tensor {
	defer c.graph.Enter(name)()
	switch {
	case l == nil:
		return c.fail("Call", errors.New("the layer is nil"))
	case c.graph.Err() == nil && !x.Valid():
		return c.fail("Call", errors.New("the layer's operand is the zero Tensor"))
	case c.graph.Err() != nil || !c.goesOn(l):
		return c.none()
	}
	row := len(c.rows)
	c.rows = append(c.rows, Row{Path: c.graph.Path(), Kind: kind(l)})
	c.open = append(c.open, row)
	y := l.Forward(c, x)
	c.open = c.open[:len(c.open)-1]
	if !y.Valid() {
		return c.fail(kind(l), errors.New("the layer returned no tensor"), x.Type())
	}
	c.rows[row].Output = sample(y.Type())
	c.outputs = append(c.outputs, Output{c.graph.Path(), y})
	return y
}

// fail records err, unless there was one before, and returns a tensor on
// which further calls do nothing.
func (c *Context) fail(op string, err error, in ...graph.Type) graph.Tensor {
	c.graph.Fail(op, err, in...)
	return c.none()
}

func (c *Context) none() graph.Tensor { return c.graph.Const(0) }

// sample returns the shape of one row of a batch.
func sample(t graph.Type) []int {
	if t.Rank() == 0 {
		return nil
	}
	return t.Dims()[1:]
}
