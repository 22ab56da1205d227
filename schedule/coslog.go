package schedule

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// CosLog rises and falls Waves times, each wave longer than the one before, as
// evenly spaced on a logarithm of the time:
//
//	s(t) = ½(1 - cos(2π·log₂(1 + (2ᵂ-1)·x)))    x = min(t, Steps)/Steps, W = Waves
//
// It begins and ends at 0. With four waves it is the coslog₄ of the paper,
// ½(1 - cos(2π·log₂(1 + 15x))): large and small rates alternate early, and the
// last fall takes more than half of the run.
//
// Source: Holzmüller, Grinsztajn and Steinwart, "Better by Default: Strong
// Pre-Tuned MLPs and Boosted Trees on Tabular Data", NeurIPS 2024,
// arXiv:2407.04491, section 3.
type CosLog struct {
	Steps int // updates of the run, > 0
	Waves int // how often the rate rises and falls, 1 to 30
}

// At computes sin²(π·log₂(1 + (2ᵂ-1)·x)), which is the same: whole powers of two
// drop out of the phase, and with them its rounding.
func (s CosLog) At(t int) float64 {
	x := float64(min(t, s.Steps)) / float64(s.Steps)
	m, _ := math.Frexp(1 + float64((math.Ldexp(1, s.Waves)-1)*x))
	if m < math.Sqrt2/2 {
		m *= 2
	}
	sin := canonical.Sin(math.Pi / math.Ln2 * canonical.Log(m))
	return sin * sin
}

func (s CosLog) Validate() error {
	if s.Waves < 1 || s.Waves > 30 {
		return first(steps("CosLog.Steps", s.Steps), fmt.Errorf("schedule.CosLog.Waves is %d; it must be 1 to 30, such as 4", s.Waves))
	}
	return steps("CosLog.Steps", s.Steps)
}

func (s CosLog) String() string {
	text := fmt.Sprintf("coslog4:steps=%d", s.Steps)
	if s.Waves != 4 {
		text += fmt.Sprintf(",waves=%d", s.Waves)
	}
	return text
}

func parseCosLog(f *fields) Schedule {
	f.only("steps", "waves")
	return CosLog{Steps: f.total(), Waves: f.count("waves", 4)}
}

// FlatCosine stays at 1 for a share of the run and falls to Floor by half a
// cosine in the rest:
//
//	s(t) = 1                                       for x ≤ Flat
//	s(t) = Floor + ½(1-Floor)(1 + cos(π·(x-Flat)/(1-Flat)))
//	x = min(t, Steps)/Steps
//
// With Flat of ½ and no Floor it is the flat_cos of the paper, there for dropout
// and weight decay.
//
// Source: as of [CosLog].
type FlatCosine struct {
	Steps int     // updates of the run, > 0
	Flat  float64 // share of the run at 1, in [0, 1)
	Floor float64 // last factor, in [0, 1]
}

func (s FlatCosine) At(t int) float64 {
	x := float64(min(t, s.Steps)) / float64(s.Steps)
	if x <= s.Flat {
		return 1
	}
	return s.Floor + float64((1-s.Floor)*(1+canonical.Cos(math.Pi*(x-s.Flat)/(1-s.Flat)))/2)
}

func (s FlatCosine) Validate() error {
	if !(s.Flat >= 0 && s.Flat < 1) {
		return first(steps("FlatCosine.Steps", s.Steps), fmt.Errorf("schedule.FlatCosine.Flat is %v; the share of the run before the fall must be in [0, 1), such as 0.5", s.Flat))
	}
	return first(steps("FlatCosine.Steps", s.Steps), share("FlatCosine.Floor", s.Floor))
}

func (s FlatCosine) String() string {
	return fmt.Sprintf("flat-cosine:steps=%d,flat=%s,floor=%s", s.Steps, number(s.Flat), number(s.Floor))
}

func parseFlatCosine(f *fields) Schedule {
	f.only("steps", "flat", "floor")
	return FlatCosine{Steps: f.total(), Flat: f.number("flat", 0.5), Floor: f.number("floor", 0)}
}
