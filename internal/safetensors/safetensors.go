// Package safetensors reads and writes the safetensors format, version 0.x:
//
//	8 bytes   n, the header's length, little-endian
//	n bytes   JSON: {"name": {"dtype", "shape", "data_offsets"}, ...,
//	          "__metadata__": {"key": "value", ...}}, padded with spaces
//	the rest  the tensors, little-endian, row-major, without gaps
//
// Writing is deterministic: equal input gives equal bytes. Reading is strict:
// each byte of data belongs to exactly one tensor, and a header that lies is
// refused before anything is allocated for its tensors.
package safetensors

import (
	"fmt"
	"math"
	"math/bits"
)

// Tensor is a named array. Exactly one of Data, F64, I64, BF16, I8 and Later holds its
// elements, row-major; an empty tensor with none of them is float32.
type Tensor struct {
	Name  string
	Shape []int     // empty: a scalar, one element
	Data  []float32 // dtype F32; read also from F16, which it holds exactly
	F64   []float64 // dtype F64
	I64   []int64   // dtype I64; read also from I32, I16, U32, U16, U8 and BOOL
	BF16  []uint16  // dtype BF16: the upper halves of float32
	I8    []int8    // dtype I8

	// Later returns what Data would hold, when it is written, so that not all tensors of
	// a file are in memory at once. They are asked for in their order.
	Later func() ([]float32, error)
}

// File is what a safetensors file holds.
type File struct {
	Meta    map[string]string // nil if the file has none
	Tensors []Tensor          // in the order of their data
}

// Tensor returns the tensor of that name.
func (f *File) Tensor(name string) (Tensor, bool) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

const (
	metaKey   = "__metadata__"
	maxHeader = 100 << 20 // bytes; the limit of the reference implementation
	chunk     = 1 << 16   // bytes converted at a time
)

// width returns the bytes of one element.
func width(dtype string) (int, error) {
	switch dtype {
	case "I8", "U8", "BOOL":
		return 1, nil
	case "F16", "BF16", "I16", "U16":
		return 2, nil
	case "F32", "I32", "U32":
		return 4, nil
	case "F64", "I64":
		return 8, nil
	}
	return 0, fmt.Errorf("dtype %q; want F64, F32, F16, BF16, I64, I32, I16, I8, U32, U16, U8 or BOOL", dtype)
}

// dtype returns the type and length of what t holds.
func (t Tensor) dtype() (string, int, error) {
	name, n, held := "F32", len(t.Data), 0
	if t.Data != nil {
		held++
	}
	if t.F64 != nil {
		name, n, held = "F64", len(t.F64), held+1
	}
	if t.I64 != nil {
		name, n, held = "I64", len(t.I64), held+1
	}
	if t.BF16 != nil {
		name, n, held = "BF16", len(t.BF16), held+1
	}
	if t.I8 != nil {
		name, n, held = "I8", len(t.I8), held+1
	}
	if t.Later != nil {
		size, err := volume(t.Shape, 1)
		if err != nil {
			return "", 0, err
		}
		n, held = size, held+1
	}
	if held > 1 {
		return "", 0, fmt.Errorf("more than one of Data, F64, I64, BF16, I8 and Later is set; want one")
	}
	return name, n, nil
}

// volume returns the number of bytes that a shape takes, or an error if it
// is more than an int64 can count.
func volume(shape []int, width int) (int, error) {
	n := uint64(width)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative size", shape)
		}
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt {
			return 0, fmt.Errorf("shape %v has more elements than can be counted", shape)
		}
		n = lo
	}
	return int(n), nil
}
