package schedule

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// WSD is a warm-up, a stable stretch and a decay, a trapezoid:
//
//	s(t) = (t+1)/Warmup                        for t < Warmup
//	s(t) = 1                                   until t = Steps - Decay
//	s(t) = Floor + (1-Floor)·f(x)              x = (t - Steps + Decay)/Decay
//	f(x) = 1-x, ½(1+cos πx) or 1-√x            by Shape
//
// and Floor from t = Steps on. The stable stretch can be trained on from, and
// cooled down more than once.
//
// Source: Hägele et al., "Scaling Laws and Compute-Optimal Training Beyond
// Fixed Training Durations", NeurIPS 2024, arXiv:2405.18392; WSD is its name
// in Hu et al., "MiniCPM", 2024, arXiv:2404.06395.
type WSD struct {
	Steps  int      // updates of the run, > 0
	Warmup int      // updates until the full rate, ≥ 0
	Decay  int      // updates of the decay at the end, > 0; Warmup + Decay ≤ Steps
	Floor  float64  // last factor, in [0, 1]
	Shape  Cooldown // of the decay
}

// Cooldown is the shape of a decay from 1 to 0.
type Cooldown uint8

const (
	LinearCooldown Cooldown = iota // 1-x
	CosineCooldown                 // ½(1+cos πx)
	SqrtCooldown                   // 1-√x
)

var cooldowns = [...]string{"linear", "cosine", "sqrt"}

func (c Cooldown) String() string {
	if int(c) < len(cooldowns) {
		return cooldowns[c]
	}
	return fmt.Sprintf("Cooldown(%d)", uint8(c))
}

func (c Cooldown) at(x float64) float64 {
	switch c {
	case CosineCooldown:
		return (1 + canonical.Cos(math.Pi*x)) / 2
	case SqrtCooldown:
		return 1 - math.Sqrt(x)
	}
	return 1 - x
}

func (s WSD) At(t int) float64 {
	switch from := s.Steps - s.Decay; {
	case t < s.Warmup:
		return float64(t+1) / float64(s.Warmup)
	case t <= from:
		return 1
	default:
		x := math.Min(float64(t-from)/float64(s.Decay), 1)
		return s.Floor + float64((1-s.Floor)*s.Shape.at(x))
	}
}

func (s WSD) Validate() error {
	switch err := first(steps("WSD.Steps", s.Steps), steps("WSD.Decay", s.Decay), share("WSD.Floor", s.Floor)); {
	case err != nil:
		return err
	case s.Warmup < 0:
		return fmt.Errorf("schedule.WSD.Warmup is %d; it counts updates and must be at least 0", s.Warmup)
	case s.Decay > s.Steps || s.Warmup > s.Steps-s.Decay:
		return fmt.Errorf("schedule.WSD: Warmup %d and Decay %d are more than the %d updates of Steps", s.Warmup, s.Decay, s.Steps)
	case int(s.Shape) >= len(cooldowns):
		return fmt.Errorf("schedule.WSD.Shape is %v; it must be LinearCooldown, CosineCooldown or SqrtCooldown", s.Shape)
	}
	return nil
}

func (s WSD) String() string {
	text := fmt.Sprintf("wsd:steps=%d", s.Steps)
	if s.Warmup != 0 {
		text += fmt.Sprintf(",warmup=%d", s.Warmup)
	}
	return text + fmt.Sprintf(",decay=%d,floor=%s,shape=%v", s.Decay, number(s.Floor), s.Shape)
}

func parseWSD(f *fields) Schedule {
	f.only("decay", "floor", "shape", "steps", "warmup")
	f.need("decay")
	s := WSD{Steps: f.total(), Warmup: f.steps("warmup", 0), Decay: f.steps("decay", 0), Floor: f.number("floor", 0)}
	s.Shape = Cooldown(f.index("shape", cooldowns[:]))
	return s
}
