package nn

import (
	"fmt"

	"descent/graph"
)

// Reshape gives each sample another shape with as many elements, in the same
// order:
//
//	x [n, ...] → y [n, Dims...]
//
// One size may be -1: what remains.
type Reshape struct {
	Dims []int
}

// Pad adds rows, columns and channels of zeros around images, or elements and
// channels around sequences, for which Left and Right count:
//
//	x [n, h, w, c] → y [n, Top + h + Bottom, Left + w + Right, Before + c + After]
//	x [n, length, c] → y [n, Left + length + Right, Before + c + After]
type Pad struct {
	Top, Bottom, Left, Right int // at least 0
	Before, After            int // channels, at least 0
}

// Forward implements [Layer].
func (r Reshape) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	if t.Rank() < 1 {
		return c.fail("Reshape", fmt.Errorf("takes a batch [n, ...]"), t)
	}
	size, rest := 1, 0
	for _, d := range r.Dims {
		switch {
		case d == -1:
			rest++
		case d < 1:
			return c.fail("Reshape", fmt.Errorf("shape %v of a sample; want sizes of at least 1, one may be -1", r.Dims), t)
		default:
			size *= d
		}
	}
	if have := t.Size() / t.Dim(0); rest > 1 || have%size != 0 || rest == 0 && have != size {
		return c.fail("Reshape", fmt.Errorf("a sample of %d elements does not fill shape %v", have, r.Dims), t)
	}
	return x.Reshape(append([]int{t.Dim(0)}, r.Dims...)...)
}

// Forward implements [Layer].
func (p Pad) Forward(c *Context, x graph.Tensor) graph.Tensor {
	t := x.Type()
	switch {
	case min(p.Top, p.Bottom, p.Left, p.Right, p.Before, p.After) < 0:
		return c.fail("Pad", fmt.Errorf("%+v; want numbers of at least 0", p), t)
	case t.Rank() == 4:
		return x.Pad(1, p.Top, p.Bottom).Pad(2, p.Left, p.Right).Pad(3, p.Before, p.After)
	case t.Rank() == 3 && p.Top == 0 && p.Bottom == 0:
		return x.Pad(1, p.Left, p.Right).Pad(2, p.Before, p.After)
	case t.Rank() == 3:
		return c.fail("Pad", fmt.Errorf("a sequence [n, length, channels] has no top and bottom; set Left and Right"), t)
	}
	return c.fail("Pad", images(t), t)
}
