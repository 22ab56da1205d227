package schedule

import (
	"errors"
	"fmt"
)

// Sequence is one schedule for Steps updates and another after it:
//
//	s(t) = First.At(t)         for t < Steps
//	s(t) = Then.At(t - Steps)  after that
//
// Then begins at its own t = 0. Three in a row are a Sequence in Then. Equal
// to PyTorch's SequentialLR. A [Plateau] can only come last.
type Sequence struct {
	Steps int      // updates of First, > 0
	First Schedule // nil: constant
	Then  Schedule // nil: constant
}

func (s Sequence) At(t int) float64 {
	if t < s.Steps {
		return factor(s.First, t)
	}
	return factor(s.Then, t-s.Steps)
}

func (s Sequence) Validate() error {
	if _, ok := Watched(s.First); ok {
		return errors.New("schedule.Sequence.First is a plateau, whose cuts would outlast it; a plateau can only come last")
	}
	return first(steps("Sequence.Steps", s.Steps), part("Sequence.First", s.First), part("Sequence.Then", s.Then))
}

func (s Sequence) String() string {
	return fmt.Sprintf("sequence:steps=%d,first=(%s),then=%s", s.Steps, Format(s.First), Format(s.Then))
}

func parseSequence(f *fields) Schedule {
	f.only("first", "steps", "then")
	f.need("first", "steps", "then")
	s := Sequence{Steps: f.steps("steps", 0)}
	if total := f.units.TotalSteps; total > 0 && total <= s.Steps {
		f.fail("%d updates of first= leave nothing of a run of %d to then=", s.Steps, total)
	}
	s.First = f.schedule("first", Units{f.units.StepsPerEpoch, s.Steps})
	s.Then = f.schedule("then", f.units.less(s.Steps))
	return s
}

// Product multiplies two schedules: s(t) = A.At(t)·B.At(t). Three are a
// Product in B. One of them may be a [Plateau]. Equal to PyTorch's ChainedScheduler
// of schedulers that multiply.
type Product struct {
	A, B Schedule // nil: constant
}

func (s Product) At(t int) float64 { return factor(s.A, t) * factor(s.B, t) }

func (s Product) Validate() error {
	_, a := Watched(s.A)
	_, b := Watched(s.B)
	if a && b {
		return errors.New("schedule.Product has a plateau on both sides; one can be watched")
	}
	return first(part("Product.A", s.A), part("Product.B", s.B))
}

func (s Product) String() string {
	return fmt.Sprintf("product:a=(%s),b=(%s)", Format(s.A), Format(s.B))
}

func parseProduct(f *fields) Schedule {
	f.only("a", "b")
	f.need("a", "b")
	return Product{A: f.schedule("a", f.units), B: f.schedule("b", f.units)}
}

// factor is s(t), of nil 1.
func factor(s Schedule, t int) float64 {
	if s == nil {
		return 1
	}
	return s.At(t)
}

// part validates a part of a schedule.
func part(field string, s Schedule) error {
	if s == nil {
		return nil
	}
	if err := s.Validate(); err != nil {
		return fmt.Errorf("schedule.%s: %w", field, err)
	}
	return nil
}
