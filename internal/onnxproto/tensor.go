package onnxproto

import (
	"encoding/binary"
	"fmt"
	"math"

	"descent/internal/half"
)

// DataType is the type of a tensor's elements.
type DataType int32

// Types of elements, by the standard's numbers.
const (
	Float32   DataType = 1
	Uint8     DataType = 2
	Int8      DataType = 3
	Uint16    DataType = 4
	Int16     DataType = 5
	Int32     DataType = 6
	Int64     DataType = 7
	String    DataType = 8
	Bool      DataType = 9
	Float16   DataType = 10
	Float64   DataType = 11
	Uint32    DataType = 12
	Uint64    DataType = 13
	Complex64 DataType = 14
	BFloat16  DataType = 16
)

// elements says of each type its name and how many bytes an element takes.
var elements = map[DataType]struct {
	name string
	size int
}{
	Float32: {"float32", 4}, Uint8: {"uint8", 1}, Int8: {"int8", 1}, Uint16: {"uint16", 2}, Int16: {"int16", 2},
	Int32: {"int32", 4}, Int64: {"int64", 8}, Bool: {"bool", 1}, Float16: {"float16", 2}, Float64: {"float64", 8},
	Uint32: {"uint32", 4}, Uint64: {"uint64", 8}, BFloat16: {"bfloat16", 2}, String: {"string", 0}, Complex64: {"complex64", 0},
}

func (d DataType) String() string {
	if e, ok := elements[d]; ok {
		return e.name
	}
	return fmt.Sprintf("type %d", int32(d))
}

// Real reports whether elements are floating-point numbers.
func (d DataType) Real() bool {
	return d == Float32 || d == Float64 || d == Float16 || d == BFloat16
}

// Whole reports whether elements are whole numbers or truth values.
func (d DataType) Whole() bool { return elements[d].size > 0 && !d.Real() }

// Tensor is numbers with a shape, in Raw or in the field for its type.
type Tensor struct {
	Dims     []int64   `onnx:"1"`
	Type     DataType  `onnx:"2"`
	Floats   []float32 `onnx:"4"`
	Int32s   []int32   `onnx:"5"` // also of smaller types, and the bits of 16-bit floats
	Strings  [][]byte  `onnx:"6"`
	Int64s   []int64   `onnx:"7"`
	Name     string    `onnx:"8"`
	Doc      string    `onnx:"12"`
	Raw      []byte    `onnx:"9"` // little-endian
	Doubles  []float64 `onnx:"10"`
	Uint64s  []uint64  `onnx:"11"` // also of 32 bits
	External []*Entry  `onnx:"13"` // where Raw lies if Location is 1
	Location int32     `onnx:"14"`
}

// NewFloat32 returns the tensor of values under name.
func NewFloat32(name string, dims []int64, values []float32) *Tensor {
	t := &Tensor{Name: name, Dims: dims, Type: Float32, Raw: make([]byte, 0, 4*len(values))}
	for _, v := range values {
		t.Raw = binary.LittleEndian.AppendUint32(t.Raw, math.Float32bits(v))
	}
	return t
}

// NewInt64 returns the tensor of values under name.
func NewInt64(name string, dims []int64, values []int64) *Tensor {
	t := &Tensor{Name: name, Dims: dims, Type: Int64, Raw: make([]byte, 0, 8*len(values))}
	for _, v := range values {
		t.Raw = binary.LittleEndian.AppendUint64(t.Raw, uint64(v))
	}
	return t
}

// Size returns how many elements the tensor says to have. It is an error if a size
// is negative or their product out of range.
func (t *Tensor) Size() (int, error) {
	n := int64(1)
	for _, d := range t.Dims {
		if d < 0 {
			return 0, fmt.Errorf("tensor %q: size %d is negative", t.Name, d)
		}
		if d > 0 && n > math.MaxInt32*8/d {
			return 0, fmt.Errorf("tensor %q: shape %v is too large", t.Name, t.Dims)
		}
		n *= d
	}
	return int(n), nil
}

// Float32Values returns the elements of a tensor of any type of numbers, rounded to
// float32. It is an error if they are not as many as the shape says, so that memory
// is that of the data.
func (t *Tensor) Float32Values() ([]float32, error) {
	return decode(t, func(x float64) float32 { return float32(x) }, func(x int64) float32 { return float32(x) })
}

// Float64Values is Float32Values without rounding.
func (t *Tensor) Float64Values() ([]float64, error) {
	return decode(t, func(x float64) float64 { return x }, func(x int64) float64 { return float64(x) })
}

// Int64Values returns the elements of a tensor of whole numbers or truth values;
// those of uint64 from 2⁶³ on are an error.
func (t *Tensor) Int64Values() ([]int64, error) {
	if t.Type.Real() {
		return nil, fmt.Errorf("tensor %q: elements of %v where whole numbers are wanted", t.Name, t.Type)
	}
	values, err := decode(t, func(float64) int64 { return 0 }, func(x int64) int64 { return x })
	if t.Type == Uint64 {
		for _, v := range values {
			if v < 0 {
				return nil, fmt.Errorf("tensor %q: %d is larger than 2⁶³-1", t.Name, uint64(v))
			}
		}
	}
	return values, err
}

// decode returns the elements by the function for their kind.
func decode[T any](t *Tensor, real func(float64) T, whole func(int64) T) ([]T, error) {
	n, err := t.Size()
	if err != nil {
		return nil, err
	}
	size := elements[t.Type].size
	if size == 0 {
		return nil, fmt.Errorf("tensor %q: elements of %v are not numbers that can be read", t.Name, t.Type)
	}
	if t.Location != 0 {
		return nil, fmt.Errorf("tensor %q: its data lies outside of the file", t.Name)
	}
	held := func(have, want int, what string) error {
		if have != want {
			return fmt.Errorf("tensor %q: shape %v of %v takes %d %s; there are %d", t.Name, t.Dims, t.Type, want, what, have)
		}
		return nil
	}
	var at func(i int) T
	switch {
	case len(t.Raw) > 0:
		if err := held(len(t.Raw), n*size, "bytes"); err != nil {
			return nil, err
		}
		at = fromRaw(t, real, whole)
	case t.Type == Float32:
		err = held(len(t.Floats), n, "numbers")
		at = func(i int) T { return real(float64(t.Floats[i])) }
	case t.Type == Float64:
		err = held(len(t.Doubles), n, "numbers")
		at = func(i int) T { return real(t.Doubles[i]) }
	case t.Type == Int64:
		err = held(len(t.Int64s), n, "numbers")
		at = func(i int) T { return whole(t.Int64s[i]) }
	case t.Type == Uint32 || t.Type == Uint64:
		err = held(len(t.Uint64s), n, "numbers")
		at = func(i int) T { return whole(int64(t.Uint64s[i])) }
	default:
		err = held(len(t.Int32s), n, "numbers")
		at = func(i int) T { return whole(int64(t.Int32s[i])) }
		if t.Type.Real() {
			at = func(i int) T { return real(widen(t.Type, uint16(t.Int32s[i]))) }
		}
	}
	if err != nil {
		return nil, err
	}
	values := make([]T, n)
	for i := range values {
		values[i] = at(i)
	}
	return values, nil
}

// fromRaw returns the function that reads element i of Raw.
func fromRaw[T any](t *Tensor, real func(float64) T, whole func(int64) T) func(i int) T {
	le, b := binary.LittleEndian, t.Raw
	switch t.Type {
	case Float32:
		return func(i int) T { return real(float64(math.Float32frombits(le.Uint32(b[4*i:])))) }
	case Float64:
		return func(i int) T { return real(math.Float64frombits(le.Uint64(b[8*i:]))) }
	case Float16, BFloat16:
		return func(i int) T { return real(widen(t.Type, le.Uint16(b[2*i:]))) }
	case Int64, Uint64:
		return func(i int) T { return whole(int64(le.Uint64(b[8*i:]))) }
	case Int32:
		return func(i int) T { return whole(int64(int32(le.Uint32(b[4*i:])))) }
	case Uint32:
		return func(i int) T { return whole(int64(le.Uint32(b[4*i:]))) }
	case Int16:
		return func(i int) T { return whole(int64(int16(le.Uint16(b[2*i:])))) }
	case Uint16:
		return func(i int) T { return whole(int64(le.Uint16(b[2*i:]))) }
	case Int8:
		return func(i int) T { return whole(int64(int8(b[i]))) }
	}
	return func(i int) T { return whole(int64(b[i])) } // uint8, bool
}

// widen returns the number that 16 bits stand for.
func widen(d DataType, h uint16) float64 {
	if d == BFloat16 {
		return float64(half.BFloat16(h))
	}
	return float64(half.Float32(h))
}
