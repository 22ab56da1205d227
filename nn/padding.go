package nn

import (
	"errors"
	"fmt"
	"strconv"
)

// Padding says how far the windows of a convolution or pooling reach over the
// edges of an image: [Valid], the zero value, as PyTorch's and Keras's
// default, [Same], or so many rows and columns on each side, as in Padding: 1.
// A convolution reads zeros there, a maximum -∞, and a mean leaves it out.
// For other amounts on each side put a [Pad] before the layer.
type Padding int

const (
	Valid Padding = 0  // windows stay inside
	Same  Padding = -1 // the result has ⌈size/stride⌉ rows and columns; the odd one is added after, as in Keras

	// Causal is for [Conv1D] alone: zeros before, so that no position sees one that
	// comes after it.
	Causal Padding = -2
)

// sides returns the padding before and after an axis of the given size for
// windows of the given extent.
func (p Padding) sides(size, extent, stride int) [2]int {
	switch p {
	case Same:
		total := max(0, (size-1)/stride*stride+extent-size)
		return [2]int{total / 2, total - total/2}
	case Causal:
		return [2]int{extent - 1, 0}
	}
	return [2]int{int(p), int(p)}
}

// over returns the padding of rows and columns of images [n, h, w, c].
func (p Padding) over(size, extent, stride [2]int) (pad [2][2]int) {
	for i := range pad {
		pad[i] = p.sides(size[i], extent[i], stride[i])
	}
	return pad
}

func (p Padding) check() error {
	if p == Causal {
		return errors.New("padding nn.Causal, which is for nn.Conv1D alone")
	}
	if p < Same {
		return fmt.Errorf("padding %d; want nn.Same, nn.Valid or a number of at least 0", int(p))
	}
	return nil
}

// String returns "valid", "same", "causal" or the number.
func (p Padding) String() string {
	switch p {
	case Valid:
		return "valid"
	case Same:
		return "same"
	case Causal:
		return "causal"
	}
	return strconv.Itoa(int(p))
}

// MarshalText writes what String returns.
func (p Padding) MarshalText() ([]byte, error) {
	if p == Causal {
		return []byte(p.String()), nil
	}
	return []byte(p.String()), p.check()
}

// UnmarshalText reads what MarshalText writes.
func (p *Padding) UnmarshalText(text []byte) error {
	switch string(text) {
	case "valid":
		*p = Valid
	case "same":
		*p = Same
	case "causal":
		*p = Causal
	default:
		n, err := strconv.Atoi(string(text))
		if err != nil || n < 0 {
			return fmt.Errorf("padding %q; want same, valid, causal or a number of at least 0", text)
		}
		*p = Padding(n)
	}
	return nil
}

// Square returns the size of a square window: Kernel: nn.Square(3).
func Square(n int) [2]int { return [2]int{n, n} }

// orOnes returns size with 1 in place of 0.
func orOnes(size [2]int) [2]int {
	for i := range size {
		if size[i] == 0 {
			size[i] = 1
		}
	}
	return size
}
