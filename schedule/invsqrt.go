package schedule

import (
	"fmt"
	"math"
)

// InvSqrt rises to 1 over Steps updates and falls by the inverse root of their
// number from there, without an end:
//
//	s(t) = min(n/Steps, √(Steps/n))    n = t + 1
//	s(t) = min(1, √(Steps/n))          with Hold
//
// n counts the update itself, so that none is wasted at rate zero.
//
// A rule that wants rates as such, η = min(a, b/√n), has them at η₀ = a with Hold
// and Steps = (b/a)²; η = min(a·n, b/√n) at η₀ = b/√Steps with Steps = (b/a)^⅔.
// So min(0.01, 1/√n) and min(10⁻⁶n, 1/√n) of Adafactor are both at η₀ = 0.01
// with Steps = 10,000.
//
// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017,
// arXiv:1706.03762, equation 3, in units of its peak.
type InvSqrt struct {
	Steps int  // updates until the full rate, > 0
	Hold  bool // begin at the full rate, and hold it until then
}

func (s InvSqrt) At(t int) float64 {
	n, w := float64(t)+1, float64(s.Steps)
	if s.Hold {
		return math.Min(1, math.Sqrt(w/n))
	}
	return math.Min(n/w, math.Sqrt(w/n))
}

func (s InvSqrt) Validate() error { return steps("InvSqrt.Steps", s.Steps) }

func (s InvSqrt) String() string {
	text := fmt.Sprintf("invsqrt:steps=%d", s.Steps)
	if s.Hold {
		text += ",hold"
	}
	return text
}

func parseInvSqrt(f *fields) Schedule {
	f.only("hold", "steps")
	f.need("steps")
	return InvSqrt{Steps: f.steps("steps", 0), Hold: f.flag("hold")}
}
