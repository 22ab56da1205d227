// Package schedule says how the learning rate changes over a run.
//
// A schedule is a factor of the base rate: η(t) = η₀·s(t), where t counts the
// updates already done, from 0, so the first update uses s(0). Every schedule
// is a comparable struct and a pure function of t: one integer resumes it.
// [Plateau] alone also watches a metric; what it has seen is a [PlateauState].
package schedule

import "fmt"

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

func (Constant) String() string { return "constant" }

func parseConstant(f *fields) Schedule {
	f.only()
	return Constant{}
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
