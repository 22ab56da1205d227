package rawbytes

import (
	"slices"
	"testing"
)

// TestNumbers: bytes are those of the numbers, in the same memory, and back.
func TestNumbers(t *testing.T) {
	v := []float64{1, -2.5, 3}
	b := Of(v)
	if len(b) != 24 || len(Of([]int16(nil))) != 0 || len(Numbers[int32](nil)) != 0 {
		t.Fatalf("%d bytes", len(b))
	}
	v[1] = 7
	if got := Numbers[float64](b); !slices.Equal(got, v) || &got[0] != &v[0] {
		t.Errorf("got %v, want %v", got, v)
	}
	if got := Numbers[uint16](Of([]uint8{1, 1, 2, 2, 3})); !slices.Equal(got, []uint16{0x101, 0x202}) {
		t.Errorf("got %x", got)
	}
}
