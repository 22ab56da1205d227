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
}

// Buffer declares state of the given shape under the current path and returns
// it: numbers that are saved with the model but never trained, such as running
// means. They change only by [Context.SetBuffer].
func (c *Context) Buffer(name string, init initial.Initializer, dims ...int) graph.Tensor {
	return c.Declare(Param{Name: name, Init: init, Role: Buffer}, dims...)
}

// SetBuffer gives buffer the value that it has after this training step. In a
// trace that is not for training it does nothing.
func (c *Context) SetBuffer(buffer, value graph.Tensor) {
	if !c.training || c.graph.Err() != nil {
		return
	}
	known := false
	for _, p := range c.params {
		known = known || p.Role == Buffer && p.Tensor == buffer
	}
	for _, u := range c.updates {
		if u.Buffer == buffer {
			c.fail("SetBuffer", errors.New("the buffer has a new value already"), buffer.Type())
		}
	}
	switch {
	case !known:
		c.fail("SetBuffer", errors.New("the first operand is no buffer; declare it with Context.Buffer"), buffer.Type())
	case value.Type() != buffer.Type():
		c.fail("SetBuffer", fmt.Errorf("the buffer takes a value of its own shape %v", buffer.Type()), value.Type())
	default:
		c.updates = append(c.updates, Update{buffer, value.StopGradient()})
	}
}

// Updates returns the new values of buffers, in the order of SetBuffer's calls.
func (c *Context) Updates() []Update { return c.updates }
