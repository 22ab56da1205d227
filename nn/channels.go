package nn

import (
	"fmt"

	"descent/graph"
)

// EnsureChannels adds the axis of channels that grey images may come without,
// so that what follows takes either:
//
//	x [n, h, w] → y [n, h, w, 1]    x [n, h, w, c] → y = x
type EnsureChannels struct{}

// Forward implements [Layer].
func (EnsureChannels) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch t.Rank() {
	case 3:
		return x.Reshape(append(t.Dims(), 1)...)
	case 4:
		return x
	}
	return c.fail("EnsureChannels", fmt.Errorf("takes images [n, h, w] or [n, h, w, channels]; put nn.Reshape before it"), t)
}

// images returns an error unless t is [n, h, w, channels].
func images(t graph.Type) error {
	switch t.Rank() {
	case 4:
		return nil
	case 3:
		return fmt.Errorf("takes images [n, h, w, channels]; put nn.EnsureChannels{} before it to add the channel of grey ones, or use a 1-D layer for sequences")
	}
	return fmt.Errorf("takes images [n, h, w, channels]; put nn.Reshape{Dims: []int{h, w, channels}} before it")
}

// sequences returns an error unless t is [n, length, channels].
func sequences(t graph.Type) error {
	if t.Rank() == 3 {
		return nil
	}
	return fmt.Errorf("takes sequences [n, length, channels]; put nn.Reshape{Dims: []int{length, channels}} before it")
}

// asImage returns the sequence [n, l, c] as an image [n, 1, l, c].
func asImage(x graph.Tensor) graph.Tensor {
	t := x.Type()
	return x.Reshape(t.Dim(0), 1, t.Dim(1), t.Dim(2))
}

// asSequence is the reverse of asImage.
func asSequence(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if c.graph.Err() != nil {
		return c.none()
	}
	return x.Reshape(t.Dim(0), t.Dim(2), t.Dim(3))
}
