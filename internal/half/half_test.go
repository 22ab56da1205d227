package half

import (
	"math"
	"testing"
)

func TestFloat32(t *testing.T) {
	for _, tt := range []struct {
		bits uint16
		want float64
	}{
		{0x0000, 0}, {0x0001, 0x1p-24}, {0x03ff, 1023 * 0x1p-24}, {0x0400, 0x1p-14},
		{0x3c00, 1}, {0x3c01, 1 + 0x1p-10}, {0xc000, -2}, {0x7bff, 65504},
		{0x7c00, math.Inf(1)}, {0xfc00, math.Inf(-1)}, {0x8001, -0x1p-24},
	} {
		if got := Float32(tt.bits); float64(got) != tt.want {
			t.Errorf("%#04x is %v, want %v", tt.bits, got, tt.want)
		}
	}
	if v := Float32(0x7e01); v == v {
		t.Errorf("a NaN is %v", v)
	}
	if v := Float32(0x8000); v != 0 || !math.Signbit(float64(v)) {
		t.Errorf("-0 is %v", v)
	}
	// Every finite number is sign · 2^(e-15) · (1 + f/1024), or 2^-14 · f/1024.
	for h := range uint16(1 << 15) {
		e, f := int(h>>10), float64(h&1023)/1024
		want := math.Ldexp(1+f, e-15)
		if e == 0 {
			want = math.Ldexp(f, -14)
		}
		if e < 31 && (float64(Float32(h)) != want || float64(Float32(h|1<<15)) != -want) {
			t.Fatalf("%#04x is %v, want %v", h, Float32(h), want)
		}
	}
}

// TestNearest: each number of bfloat16 is itself, and between two the even one is nearest.
func TestNearest(t *testing.T) {
	for h := range uint16(0x7f80) {
		v, next := BFloat16(h), BFloat16(h+1)
		if h == 0x7f7f { // where the next would be without an end
			next = 0
		}
		if Nearest(v) != h || Nearest(-v) != h|1<<15 {
			t.Fatalf("%v is nearest to %#04x, want %#04x", v, Nearest(v), h)
		}
		if next == 0 {
			continue
		}
		between, even := math.Float32frombits(math.Float32bits(v)+1<<15), h+h&1
		if got := Nearest(between); got != even {
			t.Fatalf("%v is nearest to %#04x, want %#04x", between, got, even)
		}
		if got := Nearest(math.Nextafter32(between, 0)); got != h {
			t.Fatalf("below %v nearest is %#04x, want %#04x", between, got, h)
		}
		if got := Nearest(math.Nextafter32(between, next)); got != h+1 {
			t.Fatalf("above %v nearest is %#04x, want %#04x", between, got, h+1)
		}
	}
	if v := BFloat16(Nearest(math.MaxFloat32)); !math.IsInf(float64(v), 1) {
		t.Errorf("the largest float32 is %v", v)
	}
}
