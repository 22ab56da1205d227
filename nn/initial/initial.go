// Package initial holds how weights start: each initializer is a small struct
// that fills a weight from a random stream.
//
//	nn.Dense{Units: 10, Init: initial.Orthogonal{}}
//	init, err := initial.Parse("he-normal")
package initial

import (
	"fmt"
	"math"

	"descent/internal/rng"
)

// Key is a random stream: element i of it, Key.Normal(i) or Key.Float64(i),
// is a function of the key and i alone.
type Key = rng.Key

// Initializer gives a weight its first value. One that does not fit every
// shape may also have the method
//
//	Fits(dims []int) error
//
// which a network asks before it declares a weight. [Parse] reads the
// initializers of this package back from their String, and those of one's own
// after [Register].
type Initializer interface {
	// Fill sets dst, of shape dims in row-major order, with draws from k only.
	Fill(dst []float32, dims []int, k Key)
	// Validate returns what is wrong with the fields, if anything is.
	Validate() error
	// String is the initializer as written on the command line, "he-normal".
	String() string
}

// fans returns how many inputs one output sums over, and how many outputs one
// input reaches. The last axis counts outputs, the one before it inputs, and
// any before those are positions of a receptive field:
//
//	dense [in, out]    convolution [height, width, in, out]
func fans(dims []int) (in, out float64) {
	switch n := len(dims); n {
	case 0:
		return 1, 1
	case 1:
		return float64(dims[0]), float64(dims[0])
	default:
		field := 1.0
		for _, d := range dims[:n-2] {
			field *= float64(d)
		}
		return field * float64(dims[n-2]), field * float64(dims[n-1])
	}
}

// Zeros starts a weight at 0.
type Zeros struct{}

// Ones starts a weight at 1.
type Ones struct{}

// Constant starts a weight at Value.
type Constant struct{ Value float64 }

// Identity starts a weight [in, out] as the matrix with 1 on its diagonal, so
// that a layer begins by copying its input. In a convolution's weight
// [height, width, in, out] the ones stand at the centre of the receptive field.
type Identity struct{}

func (Zeros) Fill(dst []float32, _ []int, _ Key) { clear(dst) }
func (Ones) Fill(dst []float32, _ []int, _ Key)  { fill(dst, 1) }
func (c Constant) Fill(dst []float32, _ []int, _ Key) {
	fill(dst, float32(c.Value))
}

func fill(dst []float32, v float32) {
	for i := range dst {
		dst[i] = v
	}
}

func (Identity) Fill(dst []float32, dims []int, _ Key) {
	clear(dst)
	n := len(dims)
	if n < 2 {
		return
	}
	in, out := dims[n-2], dims[n-1]
	centre := 0
	for _, d := range dims[:n-2] {
		centre = centre*d + d/2
	}
	for i := range min(in, out) {
		dst[(centre*in+i)*out+i] = 1
	}
}

func (Zeros) Validate() error    { return nil }
func (Ones) Validate() error     { return nil }
func (Identity) Validate() error { return nil }
func (c Constant) Validate() error {
	if math.IsNaN(c.Value) || math.IsInf(c.Value, 0) {
		return fmt.Errorf("constant of %v; want a finite number", c.Value)
	}
	return nil
}

// Fits returns an error unless the weight has inputs and outputs.
func (Identity) Fits(dims []int) error { return matrix("identity", dims) }

func matrix(name string, dims []int) error {
	if len(dims) < 2 {
		return fmt.Errorf("%s needs a weight of shape [in, out], not %v", name, dims)
	}
	return nil
}
