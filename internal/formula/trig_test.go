package formula

import (
	"math"
	"testing"
)

// TestTrigQuarters measures sin and cos where they are hardest: at the float32
// next to multiples of π/2, where nearly all of the argument cancels, up to the
// largest argument.
func TestTrigQuarters(t *testing.T) {
	step := 7
	if testing.Short() {
		step = 101
	}
	for _, f := range []Unary{Sin, Cos} {
		worst, at := 0.0, float32(0)
		for k := 1; float64(k)*math.Pi/2 < trigMax; k += step {
			x := float32(float64(k) * math.Pi / 2)
			for _, x := range []float32{math.Nextafter32(x, 0), x, math.Nextafter32(x, trigMax)} {
				if e := ulps(f.Plain()(x), mathCases[f].want(float64(x))); e > worst {
					worst, at = e, x
				}
			}
		}
		t.Logf("%v: %.3f ulp at %v", f, worst, at)
		if worst > mathCases[f].ulp {
			t.Errorf("%v(%v): %.3f ulp, bound %v", f, at, worst, mathCases[f].ulp)
		}
	}
}

// TestTrigBeyond: an argument too large has no sine, rather than a wrong one.
func TestTrigBeyond(t *testing.T) {
	for _, f := range []Unary{Sin, Cos} {
		if y := f.Plain()(trigMax); ulps(y, mathCases[f].want(trigMax)) > mathCases[f].ulp {
			t.Errorf("%v(%v) = %v", f, float32(trigMax), y)
		}
		for _, x := range []float32{math.Nextafter32(trigMax, math.MaxFloat32), -1e10, math.MaxFloat32, float32(math.Inf(1))} {
			if y := f.Plain()(x); y == y {
				t.Errorf("%v(%v) = %v, want NaN", f, x, y)
			}
		}
	}
}
