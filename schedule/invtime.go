package schedule

import (
	"fmt"
	"math"
)

// InverseTime falls by the number of updates, quickly at first and ever more
// slowly, without an end:
//
//	s(t) = 1/(1 + Decay·t/Every)
//	s(t) = 1/(1 + Decay·⌊t/Every⌋)    with Stairs
//
// Equal to Keras's InverseTimeDecay, and with Every: 1 to the lr_decay of
// PyTorch's Adagrad.
//
// Source: Robbins and Monro, "A Stochastic Approximation Method", Annals of
// Mathematical Statistics 22, 1951: rates whose sum has no bound, and whose
// squares have one.
type InverseTime struct {
	Every  int     // updates over which Decay is added once, > 0
	Decay  float64 // k, > 0
	Stairs bool    // whole multiples of Every only
}

func (s InverseTime) At(t int) float64 {
	x := float64(t) / float64(s.Every)
	if s.Stairs {
		x = math.Floor(x)
	}
	return 1 / (1 + float64(s.Decay*x))
}

func (s InverseTime) Validate() error {
	err := steps("InverseTime.Every", s.Every)
	if err == nil && !(s.Decay > 0 && !math.IsInf(s.Decay, 1)) {
		err = fmt.Errorf("schedule.InverseTime.Decay is %v; it must be a positive number, such as 0.5", s.Decay)
	}
	return err
}

func (s InverseTime) String() string {
	text := fmt.Sprintf("invtime:every=%d,decay=%s", s.Every, number(s.Decay))
	if s.Stairs {
		text += ",stairs"
	}
	return text
}

func parseInverseTime(f *fields) Schedule {
	f.only("decay", "every", "stairs")
	f.need("decay")
	return InverseTime{Every: f.steps("every", 1), Decay: f.number("decay", 0), Stairs: f.flag("stairs")}
}
