package search

import (
	"math"
	"testing"

	"descent/internal/goldentest"
)

// compared are the numbers of testdata/welch.py.
type compared struct {
	Welch []struct {
		A, B               []float64
		Mean, Low, High, P float64
	}
	Chi []struct {
		A, B         []int
		Statistic, P float64
		Freedom      int
	}
}

func TestWelch(t *testing.T) {
	for _, row := range goldentest.Load[compared](t, "welch.json").Welch {
		r := WelchT(GroupOf(row.A), GroupOf(row.B), 0.99)
		near(t, "mean difference", r.Mean, row.Mean)
		near(t, "lower end", r.Low, row.Low)
		near(t, "upper end", r.High, row.High)
		near(t, "p", r.P, row.P)
	}
	if r := WelchT(GroupOf([]float64{1}), GroupOf([]float64{1, 2}), 0.95); r.Mean != -0.5 || !math.IsNaN(r.Low) || !math.IsNaN(r.P) {
		t.Errorf("of one value: %+v; want the difference and no more", r)
	}
	if r := WelchT(GroupOf([]float64{2, 2}), GroupOf([]float64{1, 1}), 0.95); r.P != 0 || r.Low != 1 {
		t.Errorf("of values that do not vary: %+v", r)
	}
}

func TestChiSquare(t *testing.T) {
	for _, row := range goldentest.Load[compared](t, "welch.json").Chi {
		s, f, p := ChiSquare(row.A, row.B)
		near(t, "statistic", s, row.Statistic)
		near(t, "p", p, row.P)
		if f != row.Freedom {
			t.Errorf("%d degrees of freedom, scipy has %d", f, row.Freedom)
		}
	}
	if _, _, p := ChiSquare([]int{0, 0}, []int{1, 2}); p != 1 {
		t.Errorf("p against nothing is %v", p)
	}
}
