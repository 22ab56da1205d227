package schedule

import (
	"fmt"
	"math"
)

// InvSqrt rises to 1 over Steps updates and falls by the inverse root of their
// number from there, without an end:
//
//	s(t) = min(n/Steps, √(Steps/n))    n = t + 1
//
// n counts the update itself, so that none is wasted at rate zero.
//
// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017,
// arXiv:1706.03762, equation 3, in units of its peak.
type InvSqrt struct {
	Steps int // updates until the full rate, > 0
}

func (s InvSqrt) At(t int) float64 {
	n, w := float64(t)+1, float64(s.Steps)
	return math.Min(n/w, math.Sqrt(w/n))
}

func (s InvSqrt) Validate() error { return steps("InvSqrt.Steps", s.Steps) }

func (s InvSqrt) String() string { return fmt.Sprintf("invsqrt:steps=%d", s.Steps) }

func parseInvSqrt(f *fields) Schedule {
	f.only("steps")
	f.need("steps")
	return InvSqrt{Steps: f.steps("steps", 0)}
}
