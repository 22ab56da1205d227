package trials

import (
	"testing"

	"descent/internal/settings"
)

// TestCompareBudget asks how long runs may be, by made-up paces: two rules side
// by side, each with 5 runs of n epochs, and to find its rate 2 more, 4 of a
// third of n and 9 of a ninth, or 9 of a single epoch.
func TestCompareBudget(t *testing.T) {
	s := settings.Default()
	s.Epochs = settings.Given(18)
	for _, row := range []struct {
		budget float64
		want   int
	}{
		{1e9, 18},
		{(9*2+4*6+2*18+5*18+20*0.1)/0.9 + 1e-9, 18},
		{(9*2+4*6+2*18+5*18+20*0.1)/0.9 - 1e-9, 17},
		{14*1.1/0.9 + 1e-9, 1},
		{14*1.1/0.9 - 1e-9, 0},
	} {
		c := &Comparison{experiment: experiment{lab: &lab{base: &settings.Job{Settings: s}, side: 2}}, plan: ComparePlan{Seeds: 5, Budget: row.budget}, variants: []variant{{searched: true}, {searched: true}}}
		n, err := c.fit([]pace{{0.1, 1}, {0.1, 1}}, 0)
		if n != row.want || (err != nil) != (row.want == 0) {
			t.Errorf("a budget of %v s gives %d epochs (%v), want %d", row.budget, n, err, row.want)
		}
	}
}
