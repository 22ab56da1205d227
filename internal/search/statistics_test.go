package search

import (
	"math"
	"testing"

	"descent/internal/goldentest"
)

// numbers are those of testdata/statistics.py.
type numbers struct {
	Tails, Quantiles [][3]float64
	Paired           []struct {
		A, B               []float64
		Mean, Low, High, P float64
	}
	Holm [][2][]float64
}

// bound is on relative errors; measured were 3e-13.
const bound = 1e-12

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= bound*max(math.Abs(want), 1e-3)) {
		t.Errorf("%s is %v, scipy has %v", what, got, want)
	}
}

func TestStatistics(t *testing.T) {
	n := goldentest.Load[numbers](t, "statistics.json")
	for _, row := range n.Tails {
		near(t, "tails of t", tailsT(row[0], row[1]), row[2])
		near(t, "tails of -t", tailsT(-row[0], row[1]), row[2])
	}
	for _, row := range n.Quantiles {
		near(t, "quantile of t", quantileT(row[0], row[1]), row[2])
	}
	for _, row := range n.Paired {
		r := PairedT(row.A, row.B, 0.95)
		near(t, "mean difference", r.Mean, row.Mean)
		near(t, "lower end", r.Low, row.Low)
		near(t, "upper end", r.High, row.High)
		near(t, "p", r.P, row.P)
	}
	for _, row := range n.Holm {
		for i, p := range Holm(row[0]) {
			near(t, "adjusted p", p, row[1][i])
		}
	}
}

func TestStatisticsOfFew(t *testing.T) {
	one := Confidence([]float64{3}, 0.95)
	if one.Mean != 3 || !math.IsNaN(one.Low) || !math.IsNaN(one.High) {
		t.Errorf("the interval of one value is %v; want its mean and no ends", one)
	}
	if none := Confidence(nil, 0.95); !math.IsNaN(none.Mean) {
		t.Errorf("the mean of nothing is %v", none.Mean)
	}
	for _, row := range []struct {
		a, b []float64
		p    float64
	}{
		{[]float64{1, 2, 3}, []float64{1, 2, 3}, 1},
		{[]float64{2, 3, 4}, []float64{1, 2, 3}, 0},
		{[]float64{2}, []float64{1}, math.NaN()},
	} {
		if p := PairedT(row.a, row.b, 0.95).P; p != row.p && !(math.IsNaN(p) && math.IsNaN(row.p)) {
			t.Errorf("p of %v and %v is %v, want %v", row.a, row.b, p, row.p)
		}
	}
	if p := Holm([]float64{math.NaN(), 0.02, 0.03}); !math.IsNaN(p[0]) || p[1] != 0.04 || p[2] != 0.04 {
		t.Errorf("adjusted beside a p that is none: %v", p)
	}
}
