package nn

import (
	"errors"
	"fmt"

	"descent/graph"
)

// Continuation is what a trace knows that goes on with sequences: x holds only the
// next positions, and what came before is in states, variables that a layer keeps
// from run to run. Who runs it gives each sequence states of its own, which are
// zero before the first position.
type Continuation struct {
	At      graph.Tensor // [], the number of the first of the positions in x
	Context int          // how many positions there are at most
	First   bool         // x is the beginning: At is 0 in every run
	States  []graph.Update

	// Stepwise says that a state is not a row for each position: such layers
	// take the positions one by one, as those after the end of x would change it.
	Stepwise bool

	// Bounded says that there is nothing after the last position of the context, as
	// for learned positions and what [Context.Past] keeps.
	Bounded bool
}

// Continue applies l to x as one that goes on with sequences of at most so many
// positions. With first, x is their beginning; else it is one position, whose number
// is the scalar [Position].
func (c *Context) Continue(l Layer, x graph.Tensor, context int, first bool) (graph.Tensor, *Continuation) {
	c.continues = &Continuation{Context: context, First: first, At: c.graph.Const(0)}
	if !first {
		c.continues.At = c.graph.Scalar(Position, nil)
	}
	if !c.goesOn(l) {
		return c.none(), c.continues
	}
	return l.Forward(c, x), c.continues
}

// Position is the scalar that says which position a trace by [Context.Continue]
// goes on with.
const Position = "position"

// Continues returns what [Context.Continue] made of the trace, nil for a trace over
// whole sequences.
func (c *Context) Continues() *Continuation { return c.continues }

// Positions returns the numbers of the positions of a sequence x [n, t, ...], as [t].
func (c *Context) Positions(x graph.Tensor) graph.Tensor {
	p := c.graph.Count(x.Dim(1))
	if c.continues != nil && !c.continues.First {
		p = p.Add(c.continues.At)
	}
	return p
}

// Past returns what x [n, t, ...], something that a layer made of each position, was
// at all positions so far and is at those of x: [n, context, ...], of which the rows
// after the last position mean nothing. It keeps that as a state under name. In a
// trace over whole sequences, and in that of their beginning, it returns x.
func (c *Context) Past(name string, x graph.Tensor) graph.Tensor {
	k := c.continues
	if k == nil || c.graph.Err() != nil {
		return x
	}
	k.Bounded = true
	dims := x.Type().Dims()
	dims[1] = k.Context
	before := c.state(name, dims)
	all := before.SetRows(x, k.At)
	c.SetState(before, all)
	if k.First {
		return x
	}
	return all
}

// State returns a state of the given shape under name, for layers that take one
// position after the other in a trace by [Context.Continue]; [Context.SetState]
// gives it its value for the next one.
func (c *Context) State(name string, dims ...int) graph.Tensor {
	c.continues.Stepwise = true
	return c.state(name, dims)
}

// SetState gives a state from [Context.State] the value that the next run sees.
func (c *Context) SetState(state, value graph.Tensor) {
	c.continues.States = append(c.continues.States, graph.Update{Variable: state, Value: value})
}

// window returns x [n, t, ...] behind the back positions before it, which it keeps as a
// state; zeros before the first.
func (c *Context) window(name string, x graph.Tensor, back int) graph.Tensor {
	dims := x.Type().Dims()
	dims[1] = back
	before := c.State(name, dims...)
	all := before.Concat(1, x)
	c.SetState(before, all.Slice(1, all.Dim(1)-back, all.Dim(1)))
	return all
}

func (c *Context) state(name string, dims []int) graph.Tensor {
	if path := c.graph.Path(); path != "" {
		name = path + "." + name
	}
	if c.declared[name] {
		return c.fail("State", fmt.Errorf("state %q is declared twice", name))
	}
	c.declared[name] = true
	return c.graph.Variable(name, graph.Shape(dims...))
}

// CausalLayer is implemented by layers of one's own that [Context.Continue] may have in a
// trace: what they make of a position depends on it and, by [Context.Past] or
// [Context.State], on those before.
type CausalLayer interface {
	Layer
	Causal()
}

// causal reports whether l can go on with sequences.
func causal(l Layer) bool {
	switch l := l.(type) {
	case Activation, Sequential, Residual, Concat, Identity, Dense, Embedding, Dropout, SpatialDropout, DropPath,
		BatchNorm, LayerNorm, RMSNorm, Scale, Parametric, Clamp, Temperature, Select,
		Tied, Positions, SwiGLU, SoftCap, GRU, LSTM:
		return true
	case MultiHeadAttention:
		return l.Causal
	case Conv1D:
		return l.Padding == Causal && l.Stride <= 1
	case CausalLayer:
		return true
	}
	return false
}

// goesOn records an error where l cannot go on with sequences.
func (c *Context) goesOn(l Layer) bool {
	if c.continues == nil || causal(l) {
		return true
	}
	c.fail(kind(l), errors.New("looks at a sequence as a whole, or may do so, and cannot go on with one position by position"))
	return false
}
