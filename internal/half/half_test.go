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
