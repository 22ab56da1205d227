package kernel

import (
	"math"
	"testing"
)

// mathCases are the transcendental functions, the meaning in float64, and the
// error bound in units of the last place: measured, then rounded up.
var mathCases = []struct {
	name   string
	op     opcode
	f      func(float32) float32
	want   func(float64) float64
	lo, hi float32
	ulp    float64
}{
	{"exp", opExp, exp32, math.Exp, -110, 95, 1},
	{"expm1", opExpm1, expm1f32, math.Expm1, -110, 95, 1.5},
	{"log", opLog, log32, math.Log, 0, math.MaxFloat32, 1},
	{"log1p", opLog1p, log1p32, math.Log1p, -1, math.MaxFloat32, 2},
	{"tanh", opTanh, tanh32, math.Tanh, -12, 12, 2.5},
	{"erf", opErf, erf32, math.Erf, -5, 5, 1},
	{"sigmoid", opSigmoid, sigmoid32, sigmoid64, -110, 110, 2.5},
}

func sigmoid64(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

// ulps is the distance of got from want in units of the last place of want.
func ulps(got float32, want float64) float64 {
	_, e := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(e-24, -149))
}

// TestMathError measures the error over samples of all exponents and, more
// densely, over the range where the function is neither 0 nor saturated.
func TestMathError(t *testing.T) {
	for _, c := range mathCases {
		worst, at := 0.0, float32(0)
		check := func(x float32) {
			want := c.want(float64(x))
			if math.Abs(want) > math.MaxFloat32 || want != want {
				return // see TestMathSpecial
			}
			if e := ulps(c.f(x), want); e > worst {
				worst, at = e, x
			}
		}
		for b := uint32(0); b < 0xff800000; b += 20011 {
			if x := math.Float32frombits(b); x >= c.lo && x <= c.hi {
				check(x)
			}
		}
		for i := range 60000 {
			x := -20 + float32(i)/1500
			if x >= c.lo {
				check(x)
			}
		}
		t.Logf("%s: %.3f ulp at %v", c.name, worst, at)
		if worst > c.ulp {
			t.Errorf("%s(%v): %.3f ulp, bound %v", c.name, at, worst, c.ulp)
		}
	}
}

// TestMathSpecial compares signs of zero, infinities, NaN and overflow with
// the same function in float64.
func TestMathSpecial(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range mathCases {
		for _, x := range []float32{0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()),
			1e-45, -1e-45, 1e-39, -1e-39, 1e-20, -1e-20, 1, -1, -1.0000001, -2, 88.72283, 88.72284, 89, 90, 1000,
			-87.5, -103.97, -103.98, -104, -1000, math.MaxFloat32, -math.MaxFloat32} {
			want := c.want(float64(x))
			got := c.f(x)
			switch w := float32(want); {
			case want != want:
				if got == got {
					t.Errorf("%s(%v) = %v, want NaN", c.name, x, got)
				}
			case w == 0 || math.IsInf(float64(w), 0):
				if math.Float32bits(got) != math.Float32bits(w) {
					t.Errorf("%s(%v) = %v, want %v", c.name, x, got, w)
				}
			case ulps(got, want) > c.ulp:
				t.Errorf("%s(%v) = %v, want %v", c.name, x, got, want)
			}
		}
	}
}
