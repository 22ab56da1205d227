package formula

import (
	"math"
	"testing"
)

// mathCases are the transcendental functions: their meaning in float64, the
// range in which they are neither 0 nor saturated, and the error bound in units
// of the last place: measured, then rounded up.
var mathCases = map[Unary]struct {
	want   func(float64) float64
	lo, hi float32
	ulp    float64
}{
	Exp:     {math.Exp, -110, 95, 1},
	Expm1:   {math.Expm1, -110, 95, 1.5},
	Log:     {math.Log, 0, math.MaxFloat32, 1},
	Log1p:   {math.Log1p, -1, math.MaxFloat32, 2},
	Tanh:    {math.Tanh, -12, 12, 2.5},
	Erf:     {math.Erf, -5, 5, 1},
	Sigmoid: {sigmoid64, -110, 110, 2.5},
	Sin:     {math.Sin, -trigMax, trigMax, 2.5},
	Cos:     {math.Cos, -trigMax, trigMax, 2.5},
	Round:   {math.RoundToEven, -0x1p25, 0x1p25, 0.5},
	Floor:   {math.Floor, -0x1p25, 0x1p25, 0.5},
}

// TestMathCases holds every function that rounds more than once to a bound.
func TestMathCases(t *testing.T) {
	for f := range UnaryCount {
		if _, ok := mathCases[f]; !ok && f.Operations() > 1 {
			t.Errorf("%v has no row in mathCases", f)
		}
	}
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
	for f, c := range mathCases {
		plain := f.Plain()
		worst, at := 0.0, float32(0)
		check := func(x float32) {
			want := c.want(float64(x))
			if math.Abs(want) > math.MaxFloat32 || want != want {
				return // see TestMathSpecial
			}
			if e := ulps(plain(x), want); e > worst {
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
		t.Logf("%v: %.3f ulp at %v", f, worst, at)
		if worst > c.ulp {
			t.Errorf("%v(%v): %.3f ulp, bound %v", f, at, worst, c.ulp)
		}
	}
}

// TestMathSpecial compares signs of zero, infinities, NaN and overflow with
// the same function in float64.
func TestMathSpecial(t *testing.T) {
	inf := float32(math.Inf(1))
	for f, c := range mathCases {
		plain := f.Plain()
		for _, x := range []float32{0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()),
			1e-45, -1e-45, 1e-39, -1e-39, 1e-20, -1e-20, 1, -1, -1.0000001, -2, 88.72283, 88.72284, 89, 90, 1000,
			-87.5, -103.97, -103.98, -104, -1000, math.MaxFloat32, -math.MaxFloat32} {
			want := c.want(float64(x))
			got := plain(x)
			switch w := float32(want); {
			case want != want:
				if got == got {
					t.Errorf("%v(%v) = %v, want NaN", f, x, got)
				}
			case w == 0 || math.IsInf(float64(w), 0):
				if math.Float32bits(got) != math.Float32bits(w) {
					t.Errorf("%v(%v) = %v, want %v", f, x, got, w)
				}
			case ulps(got, want) > c.ulp:
				t.Errorf("%v(%v) = %v, want %v", f, x, got, want)
			}
		}
	}
}
