package schedule

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// Restarts is [Cosine] again and again, each time Mult as long, from a peak
// that is Peak as high:
//
//	s(t) = Floor + ½(1-Floor)·Peakⁱ·(1 + cos(πx/Lᵢ))    Lᵢ = Steps·Multⁱ
//
// where x counts the updates of cycle i = 0, 1, ..., from 0. The last update
// of a cycle is just above Floor, the next is at the peak.
//
// Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm
// Restarts", ICLR 2017, arXiv:1608.03983, equation 5. Equal to PyTorch's
// CosineAnnealingWarmRestarts with Peak 1; Peak is m_mul of TensorFlow.
type Restarts struct {
	Steps int     // updates of the first cycle, > 0
	Mult  int     // each cycle is so many times as long as the one before, ≥ 1
	Floor float64 // factor at the end of a cycle, in [0, 1]
	Peak  float64 // each peak is so many times as high as the one before, in (0, 1]
}

func (s Restarts) At(t int) float64 {
	cycle, length := 0, float64(s.Steps)
	x := float64(t)
	if s.Mult > 1 {
		for ; length > 0 && x >= length; cycle++ {
			x -= length
			length *= float64(s.Mult)
		}
	} else if length > 0 {
		cycle = int(x / length)
		x = float64(t - cycle*s.Steps)
	}
	return s.Floor + float64((1-s.Floor)*canonical.Pow(s.Peak, float64(cycle))*(1+canonical.Cos(math.Pi*x/length))/2)
}

func (s Restarts) Validate() error {
	err := first(steps("Restarts.Steps", s.Steps), share("Restarts.Floor", s.Floor), decay("Restarts.Peak", s.Peak))
	if err == nil && (s.Mult < 1 || s.Mult > 1<<20) {
		err = fmt.Errorf("schedule.Restarts.Mult is %d; a cycle must be 1 to 2^20 times as long as the one before", s.Mult)
	}
	return err
}

func (s Restarts) String() string {
	text := fmt.Sprintf("restarts:steps=%d,mult=%d,floor=%s", s.Steps, s.Mult, number(s.Floor))
	if s.Peak != 1 {
		text += ",peak=" + number(s.Peak)
	}
	return text
}

func parseRestarts(f *fields) Schedule {
	f.only("floor", "mult", "peak", "steps")
	f.need("steps")
	return Restarts{Steps: f.steps("steps", 0), Mult: f.count("mult", 1), Floor: f.number("floor", 0), Peak: f.number("peak", 1)}
}
