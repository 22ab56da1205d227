package schedule

import "fmt"

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

func (w Warmup) String() string {
	text := fmt.Sprintf("warmup:steps=%d", w.Steps)
	if w.Then != nil {
		text += ",then=" + Format(w.Then)
	}
	return text
}

func parseWarmup(f *fields) Schedule {
	f.only("steps", "then")
	f.need("steps")
	w := Warmup{Steps: f.steps("steps", 0)}
	if _, ok := f.values["then"]; ok && f.err == nil {
		if total := f.units.TotalSteps; total > 0 && total <= w.Steps {
			f.fail("a warm-up of %d updates leaves nothing of a run of %d to then=", w.Steps, total)
		}
		w.Then = f.schedule("then", f.units.less(w.Steps))
	}
	return w
}
