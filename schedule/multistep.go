package schedule

import (
	"fmt"
	"strconv"
	"strings"

	"descent/internal/canonical"
)

// MultiStep drops the rate by Factor at each of a few milestones:
//
//	s(t) = Factor^(number of milestones ≤ t)
//
// Equal to PyTorch's MultiStepLR.
type MultiStep struct {
	Milestones Milestones // updates at which the rate drops, rising
	Factor     float64    // γ, in (0, 1]
}

// Milestones are up to 16 numbers of updates, rising; zeros end the list. An
// array, so that a schedule can be compared: Milestones{3000, 6000}.
type Milestones [16]int

func (s MultiStep) At(t int) float64 {
	n := 0
	for n < len(s.Milestones) && s.Milestones[n] > 0 && s.Milestones[n] <= t {
		n++
	}
	return canonical.Pow(s.Factor, float64(n))
}

func (s MultiStep) Validate() error {
	if m := s.Milestones[0]; m <= 0 {
		return fmt.Errorf("schedule.MultiStep.Milestones begins with %d; it needs at least one update to drop at, above 0", m)
	}
	for i, m := range s.Milestones[1:] {
		if before := s.Milestones[i]; m != 0 && (before == 0 || m <= before) {
			return fmt.Errorf("schedule.MultiStep.Milestones has %d behind %d; milestones must rise", m, before)
		}
	}
	return decay("MultiStep.Factor", s.Factor)
}

func (s MultiStep) String() string {
	var list []string
	for _, m := range s.Milestones {
		if m != 0 {
			list = append(list, strconv.Itoa(m))
		}
	}
	return fmt.Sprintf("multistep:at=%s,factor=%s", strings.Join(list, "/"), number(s.Factor))
}

func parseMultiStep(f *fields) Schedule {
	f.only("at", "factor")
	f.need("at", "factor")
	s := MultiStep{Factor: f.number("factor", 0)}
	list := strings.Split(f.values["at"], "/")
	if len(list) > len(s.Milestones) {
		f.fail("at= has %d milestones; at most %d are taken", len(list), len(s.Milestones))
		return s
	}
	for i, text := range list {
		s.Milestones[i] = f.updates("at", text)
	}
	return s
}
