package nn

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn/initial"
)

// Update says that a buffer takes a new value at the end of a training step.
type Update struct {
	Buffer graph.Tensor // from [Context.Buffer]
	Value  graph.Tensor // of the same shape

	// Of [Context.SetRunning]: Value is Keep·Buffer + Term. Else Term is not valid.
	Keep float64
	Term graph.Tensor
}

// Buffer declares state of the given shape under the current path and returns
// it: numbers that are saved with the model but never trained, such as running
// means. They change only by [Context.SetBuffer] and [Context.SetRunning].
func (c *Context) Buffer(name string, init initial.Initializer, dims ...int) graph.Tensor {
	return c.Declare(Param{Name: name, Init: init, Role: Buffer}, dims...)
}

// SetBuffer gives buffer the value that it has after this training step. In a
// trace that is not for training it does nothing.
func (c *Context) SetBuffer(buffer, value graph.Tensor) {
	c.setBuffer(Update{Buffer: buffer, Value: value})
}

// SetRunning lets buffer follow a statistic of the batch,
//
//	buffer ← keep·buffer + term
//
// as [Context.SetBuffer] does. What term says may then be computed elsewhere than where the
// buffer is: members of a group take in each other's, in the order of the rows.
// term depends on no buffer that changes.
func (c *Context) SetRunning(buffer graph.Tensor, keep float64, term graph.Tensor) {
	if c.training && c.graph.Err() == nil {
		c.setBuffer(Update{buffer, buffer.Scale(keep).Add(term), keep, term})
	}
}

func (c *Context) setBuffer(u Update) {
	if !c.training || c.graph.Err() != nil {
		return
	}
	known := false
	buffer, value := u.Buffer, u.Value
	for _, p := range c.params {
		known = known || p.Role == Buffer && p.Tensor == buffer
	}
	for _, have := range c.updates {
		if have.Buffer == buffer {
			c.fail("SetBuffer", errors.New("the buffer has a new value already"), buffer.Type())
		}
	}
	switch {
	case !known:
		c.fail("SetBuffer", errors.New("the first operand is no buffer; declare it with Context.Buffer"), buffer.Type())
	case value.Type() != buffer.Type():
		c.fail("SetBuffer", fmt.Errorf("the buffer takes a value of its own shape %v", buffer.Type()), value.Type())
	default:
		u.Value = value.StopGradient()
		c.updates = append(c.updates, u)
	}
}

// Updates returns the new values of buffers, in the order in which they were set.
func (c *Context) Updates() []Update { return c.updates }
