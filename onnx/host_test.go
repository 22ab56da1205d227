package onnx

import (
	"math"
	"slices"
	"testing"

	"descent/internal/onnxproto"
)

// TestCast: what NumPy's astype gives, too.
func TestCast(t *testing.T) {
	real := &array{typ: onnxproto.Float64, dims: []int{8}, real: []float64{65519.9, 65520, 2049, 2051, 3e-8, -1e-8, 1.00390625, -3.4e38}}
	inf := math.Inf(1)
	for typ, want := range map[onnxproto.DataType][]float64{
		onnxproto.Float16:  {65504, inf, 2048, 2052, 0x1p-24, 0, 1.00390625, -inf},
		onnxproto.BFloat16: {65536, 65536, 2048, 2048, 0x1.02p-25, -0x1.58p-27, 1, -inf},
	} {
		if got := real.cast(typ).real; !slices.Equal(got, want) {
			t.Errorf("as %v: %v, want %v", typ, got, want)
		}
	}
	whole := wholeArray(onnxproto.Int64, []int{5}, 300, -1, 128, 1<<31, 1<<32+5)
	for typ, want := range map[onnxproto.DataType][]int64{
		onnxproto.Int8: {44, -1, -128, 0, 5}, onnxproto.Uint8: {44, 255, 128, 0, 5}, onnxproto.Int16: {300, -1, 128, 0, 5},
		onnxproto.Uint16: {300, 65535, 128, 0, 5}, onnxproto.Int32: {300, -1, 128, -1 << 31, 5}, onnxproto.Uint32: {300, 1<<32 - 1, 128, 1 << 31, 5},
	} {
		if got := whole.cast(typ).ints; !slices.Equal(got, want) {
			t.Errorf("as %v: %v, want %v", typ, got, want)
		}
	}
}

// TestModulo: the sign is that of the second operand, or in C of the first.
func TestModulo(t *testing.T) {
	for _, row := range [][4]int64{{7, 3, 1, 1}, {-7, 3, 2, -1}, {7, -3, -2, 1}, {-7, -3, -1, -1}, {6, -3, 0, 0}, {1, 0, 0, 0}} {
		if m, r := modulo(row[0], row[1]), rest(row[0], row[1]); m != row[2] || r != row[3] {
			t.Errorf("%d and %d: %d and %d, want %v", row[0], row[1], m, r, row[2:])
		}
	}
}
