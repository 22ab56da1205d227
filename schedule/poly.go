package schedule

import (
	"fmt"
	"math"

	"descent/internal/canonical"
)

// Poly falls from 1 at t = 0 to Floor at t = Steps by a power, and stays
// there:
//
//	s(t) = Floor + (1-Floor)·(1 - min(t, Steps)/Steps)^Power
//
// Power 1 is a straight line. Equal to PyTorch's PolynomialLR with Floor 0,
// and to Keras's PolynomialDecay.
type Poly struct {
	Steps int     // updates until the floor, > 0
	Power float64 // > 0
	Floor float64 // last factor, in [0, 1]
}

func (s Poly) At(t int) float64 {
	x := float64(min(t, s.Steps)) / float64(s.Steps)
	return s.Floor + float64((1-s.Floor)*canonical.Pow(1-x, s.Power))
}

func (s Poly) Validate() error {
	err := first(steps("Poly.Steps", s.Steps), share("Poly.Floor", s.Floor))
	if err == nil && !(s.Power > 0 && !math.IsInf(s.Power, 1)) {
		err = fmt.Errorf("schedule.Poly.Power is %v; it must be a positive number, such as 1 for a line", s.Power)
	}
	return err
}

func (s Poly) String() string {
	return fmt.Sprintf("poly:steps=%d,power=%s,floor=%s", s.Steps, number(s.Power), number(s.Floor))
}

func parsePoly(f *fields) Schedule {
	f.only("floor", "power", "steps")
	return Poly{Steps: f.total(), Power: f.number("power", 1), Floor: f.number("floor", 0)}
}
