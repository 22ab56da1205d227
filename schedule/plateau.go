package schedule

import (
	"fmt"
	"math"
	"strings"
)

// Plateau cuts the rate when a metric, seen once an epoch, stops improving:
//
//	better:  m < best·(1-Threshold)    m < best - Threshold with Absolute
//	         m > best·(1+Threshold)    m > best + Threshold with Absolute, both with Max
//	after more than Patience observations in a row that were not better:
//	         η ← max(η·Factor, MinRate)
//
// Each observation, in order:
//
//  1. Better: the metric becomes the best and the count of bad ones 0.
//     Otherwise the count grows by 1. NaN and ±Inf are never better.
//  2. In cooldown: cooldown shrinks by 1 and the count becomes 0.
//  3. Count > Patience: the rate is cut, cooldown starts again at Cooldown,
//     the count becomes 0. A cut that changes η by Eps or less, or would
//     underflow it to 0, is left out.
//
// These are the rules of PyTorch's ReduceLROnPlateau, but that it takes an
// infinite metric on the good side for an improvement. A relative threshold
// presumes a positive metric, there as here: use Absolute where it can be
// negative.
//
// The literal is taken literally; [NewPlateau] gives PyTorch's defaults. The
// zero Plateau does not pass Validate.
type Plateau struct {
	Factor    float64 // of the rate at each cut, in (0, 1)
	Patience  int     // bad observations in a row that are borne, ≥ 0
	Threshold float64 // least improvement, ≥ 0; below 1 unless Absolute
	Absolute  bool    // Threshold is in units of the metric, not a share of the best
	Max       bool    // larger is better, as for accuracy
	Cooldown  int     // observations after a cut in which nothing is counted, ≥ 0
	MinRate   float64 // least learning rate (not factor), ≥ 0
	Eps       float64 // a change of the rate by this or less is left out, ≥ 0
	Inclusive bool    // cut when the count reaches Patience, as Keras does, not when it passes it
}

// NewPlateau returns PyTorch's defaults: a tenth after more than 10 epochs
// without an improvement by 1e-4 of the best, smaller is better.
func NewPlateau() Plateau {
	return Plateau{Factor: 0.1, Patience: 10, Threshold: 1e-4, Eps: 1e-8}
}

// At returns 1: what has been cut is the Factor of the [PlateauState].
func (Plateau) At(int) float64 { return 1 }

func (p Plateau) Validate() error {
	bad := func(field string, value any, want string) error {
		return fmt.Errorf("schedule.Plateau.%s is %v; %s (NewPlateau gives the usual values)", field, value, want)
	}
	switch {
	case !(p.Factor > 0 && p.Factor < 1):
		return bad("Factor", p.Factor, "it must be in (0, 1)")
	case p.Patience < 0:
		return bad("Patience", p.Patience, "it counts observations and must be at least 0")
	case !(p.Threshold >= 0) || math.IsInf(p.Threshold, 0):
		return bad("Threshold", p.Threshold, "it must be finite and at least 0")
	case p.Threshold >= 1 && !p.Absolute:
		return bad("Threshold", p.Threshold, "as a share of the best it must be below 1; or set Absolute")
	case p.Cooldown < 0:
		return bad("Cooldown", p.Cooldown, "it counts observations and must be at least 0")
	case !(p.MinRate >= 0) || math.IsInf(p.MinRate, 0):
		return bad("MinRate", p.MinRate, "it must be finite and at least 0")
	case !(p.Eps >= 0) || math.IsInf(p.Eps, 0):
		return bad("Eps", p.Eps, "it must be finite and at least 0")
	}
	return nil
}

// PlateauState is all that a [Plateau] remembers. It is finite, so that it
// can be saved as JSON and read back to the bit.
type PlateauState struct {
	Factor   float64 `json:"factor"`   // of the base rate after all cuts, in (0, 1]
	Seen     bool    `json:"seen"`     // Best holds a metric
	Best     float64 `json:"best"`     // best metric so far
	Bad      int     `json:"bad"`      // observations since the best, a cut or a cooldown
	Cooldown int     `json:"cooldown"` // observations of cooldown left
}

// Start returns the state before the first observation: factor 1.
func (p Plateau) Start() PlateauState { return PlateauState{Factor: 1} }

// Validate returns an error if no run could have left this state, as when a
// checkpoint was damaged.
func (s PlateauState) Validate() error {
	switch {
	case !(s.Factor > 0 && s.Factor <= 1):
		return fmt.Errorf("schedule.PlateauState.Factor is %v; it must be in (0, 1] (Plateau.Start gives 1)", s.Factor)
	case math.IsNaN(s.Best) || math.IsInf(s.Best, 0):
		return fmt.Errorf("schedule.PlateauState.Best is %v; it must be finite", s.Best)
	case s.Bad < 0 || s.Cooldown < 0:
		return fmt.Errorf("schedule.PlateauState counts %d bad and %d of cooldown; both must be at least 0", s.Bad, s.Cooldown)
	}
	return nil
}

// Observe takes the metric of one more epoch into s and reports whether the
// rate was cut. The base rate η₀ turns s.Factor into a rate, for MinRate and
// Eps; it does not include a warm-up.
func (p Plateau) Observe(s *PlateauState, base, metric float64) bool {
	if p.better(*s, metric) {
		s.Seen, s.Best, s.Bad = true, metric, 0
	} else {
		s.Bad++
	}
	if s.Cooldown > 0 {
		s.Cooldown--
		s.Bad = 0
	}
	if !p.tired(s.Bad) {
		return false
	}
	s.Cooldown, s.Bad = p.Cooldown, 0
	rate := float64(base * s.Factor)
	next := max(float64(rate*p.Factor), p.MinRate)
	factor := next / base
	if !(rate-next > p.Eps) || factor == 0 {
		return false
	}
	s.Factor = factor
	return true
}

func (p Plateau) better(s PlateauState, metric float64) bool {
	if math.IsNaN(metric) || math.IsInf(metric, 0) {
		return false
	}
	switch best := s.Best; {
	case !s.Seen:
		return true
	case p.Max && p.Absolute:
		return metric > best+p.Threshold
	case p.Max:
		return metric > best*(1+p.Threshold)
	case p.Absolute:
		return metric < best-p.Threshold
	default:
		return metric < best*(1-p.Threshold)
	}
}

func (p Plateau) tired(bad int) bool {
	if p.Inclusive {
		return bad > 0 && bad >= p.Patience
	}
	return bad > p.Patience
}

// String leaves out what equals [NewPlateau], but for factor and patience.
func (p Plateau) String() string {
	usual := NewPlateau()
	var b strings.Builder
	fmt.Fprintf(&b, "plateau:factor=%s,patience=%d", number(p.Factor), p.Patience)
	if p.Threshold != usual.Threshold {
		b.WriteString(",threshold=" + number(p.Threshold))
	}
	if p.Absolute {
		b.WriteString(",absolute")
	}
	if p.Max {
		b.WriteString(",mode=max")
	}
	if p.Cooldown != usual.Cooldown {
		fmt.Fprintf(&b, ",cooldown=%d", p.Cooldown)
	}
	if p.MinRate != usual.MinRate {
		b.WriteString(",min=" + number(p.MinRate))
	}
	if p.Eps != usual.Eps {
		b.WriteString(",eps=" + number(p.Eps))
	}
	if p.Inclusive {
		b.WriteString(",inclusive")
	}
	return b.String()
}

func parsePlateau(f *fields) Schedule {
	f.only("absolute", "cooldown", "eps", "factor", "inclusive", "min", "mode", "patience", "threshold")
	p := NewPlateau()
	return Plateau{
		Factor:    f.number("factor", p.Factor),
		Patience:  f.count("patience", p.Patience),
		Threshold: f.number("threshold", p.Threshold),
		Absolute:  f.flag("absolute"),
		Max:       f.choice("mode", "min", "max") == "max",
		Cooldown:  f.count("cooldown", p.Cooldown),
		MinRate:   f.number("min", p.MinRate),
		Eps:       f.number("eps", p.Eps),
		Inclusive: f.flag("inclusive"),
	}
}
