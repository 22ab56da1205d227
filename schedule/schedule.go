// Package schedule says how the learning rate changes over a run.
//
// A schedule is a factor of the base rate: η(t) = η₀·s(t), where t counts the
// updates already done, from 0, so the first update uses s(0). Every schedule
// is a comparable struct and a pure function of t: one integer resumes it.
// [Plateau] alone also watches a metric; what it has seen is a [PlateauState].
package schedule

import (
	"fmt"
	"math"
)

// A Schedule is a factor of the base learning rate.
type Schedule interface {
	// At returns the factor s(t) of update t, counted from 0. It is finite
	// and at least 0 if Validate returns nil.
	At(t int) float64
	// Validate returns an error that names the first field out of range.
	Validate() error
}

// Constant leaves the rate alone: s(t) = 1.
type Constant struct{}

func (Constant) At(int) float64  { return 1 }
func (Constant) Validate() error { return nil }

// Step is step decay: the rate drops by Factor each Every updates.
//
//	s(t) = Factor^⌊t/Every⌋
//
// Equal to PyTorch's StepLR.
type Step struct {
	Every  int     // updates between two drops, > 0
	Factor float64 // γ, in (0, 1]
}

func (s Step) At(t int) float64 {
	return math.Pow(s.Factor, math.Floor(float64(t)/float64(s.Every)))
}

func (s Step) Validate() error {
	return first(steps("Step.Every", s.Every), decay("Step.Factor", s.Factor))
}

// Exponential is exponential decay: the rate shrinks a little with every
// update, by Factor over Every updates.
//
//	s(t) = Factor^(t/Every)
//	s(t) = Factor^⌊t/Every⌋    with Stairs, equal to Step
//
// PyTorch's ExponentialLR is Every: 1; Keras's ExponentialDecay has the same
// three fields.
type Exponential struct {
	Every  int     // updates over which the rate shrinks by Factor, > 0
	Factor float64 // γ, in (0, 1]
	Stairs bool    // whole multiples of Every only
}

func (s Exponential) At(t int) float64 {
	x := float64(t) / float64(s.Every)
	if s.Stairs {
		x = math.Floor(x)
	}
	return math.Pow(s.Factor, x)
}

func (s Exponential) Validate() error {
	return first(steps("Exponential.Every", s.Every), decay("Exponential.Factor", s.Factor))
}

// Cosine falls from 1 at t = 0 to Floor at t = Steps and stays there:
//
//	s(t) = Floor + ½(1-Floor)(1 + cos(π·min(t, Steps)/Steps))
//
// Source: Loshchilov and Hutter, "SGDR", ICLR 2017, arXiv:1608.03983,
// equation 5 without restarts. PyTorch's CosineAnnealingLR rises again
// after Steps; this does not.
type Cosine struct {
	Steps int     // updates until the floor, > 0
	Floor float64 // last factor, in [0, 1]
}

func (c Cosine) At(t int) float64 {
	x := float64(min(t, c.Steps)) / float64(c.Steps)
	return c.Floor + (1-c.Floor)*(1+math.Cos(math.Pi*x))/2
}

func (c Cosine) Validate() error {
	return first(steps("Cosine.Steps", c.Steps), share("Cosine.Floor", c.Floor))
}

// Warmup rises to the full rate over Steps updates and then hands over:
//
//	s(t) = (t+1)/Steps         for t < Steps
//	s(t) = Then.At(t - Steps)  after that
//
// The first update already uses 1/Steps, so none is wasted at rate zero, and
// update Steps-1 uses the full rate. Then begins at its own t = 0: a
// Step{Every: 10} behind Warmup{Steps: 5} first drops at t = 15.
type Warmup struct {
	Steps int      // updates until the full rate, > 0
	Then  Schedule // what follows; nil means constant
}

func (w Warmup) At(t int) float64 {
	if t < w.Steps {
		return float64(t+1) / float64(w.Steps)
	}
	return factor(w.Then, t-w.Steps)
}

func (w Warmup) Validate() error {
	return first(steps("Warmup.Steps", w.Steps), part("Warmup.Then", w.Then))
}

// Watched returns the plateau in s, alone, behind others or in a product. The factor of
// update t is then s.At(t) times the Factor of the plateau's state.
func Watched(s Schedule) (Plateau, bool) {
	switch s := s.(type) {
	case Plateau:
		return s, true
	case Warmup:
		return Watched(s.Then)
	case Sequence:
		return Watched(s.Then)
	case Product:
		if p, ok := Watched(s.A); ok {
			return p, true
		}
		return Watched(s.B)
	}
	return Plateau{}, false
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func steps(field string, n int) error {
	if n > 0 {
		return nil
	}
	return fmt.Errorf("schedule.%s is %d; it counts updates and must be at least 1", field, n)
}

func share(field string, x float64) error {
	if x >= 0 && x <= 1 {
		return nil
	}
	return fmt.Errorf("schedule.%s is %v; a factor of the base rate must be in [0, 1]", field, x)
}

func decay(field string, x float64) error {
	if x > 0 && x <= 1 {
		return nil
	}
	return fmt.Errorf("schedule.%s is %v; a decay factor must be in (0, 1], such as 0.5", field, x)
}
