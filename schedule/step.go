package schedule

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

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
	return canonical.Pow(s.Factor, math.Floor(float64(t)/float64(s.Every)))
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
	return canonical.Pow(s.Factor, x)
}

func (s Exponential) Validate() error {
	return first(steps("Exponential.Every", s.Every), decay("Exponential.Factor", s.Factor))
}

func (s Step) String() string {
	return fmt.Sprintf("step:every=%d,factor=%s", s.Every, number(s.Factor))
}

func (s Exponential) String() string {
	text := fmt.Sprintf("exp:every=%d,factor=%s", s.Every, number(s.Factor))
	if s.Stairs {
		text += ",stairs"
	}
	return text
}

func parseStep(f *fields) Schedule {
	f.only("every", "factor")
	s := Step{Every: f.steps("every", 0), Factor: f.number("factor", 0)}
	f.need("every", "factor")
	return s
}

func parseExponential(f *fields) Schedule {
	f.only("every", "factor", "stairs")
	s := Exponential{Every: f.steps("every", 0), Factor: f.number("factor", 0), Stairs: f.flag("stairs")}
	f.need("every", "factor")
	return s
}
