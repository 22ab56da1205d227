package train

import (
	"errors"
	"math"
	"testing"

	"descent/internal/goldentest"
)

// TestSuggestedRates compares with testdata/rates.py.
func TestSuggestedRates(t *testing.T) {
	type curve struct {
		Updates                 int
		Rates, Losses, Smoothed []float64
		Stopped                 bool
		Steepest, Valley        float64
	}
	for _, row := range goldentest.Load[[]curve](t, "rates.json") {
		path := ratePath{RateRange{Updates: row.Updates}.withDefaults(), 7}
		var test rateTest
		for i, want := range row.Rates {
			if got := path.At(7 + i); math.Abs(got/want-1) > 1e-12 {
				t.Errorf("rate %d of %d is %v, numpy has %v", i, row.Updates, got, want)
			}
			over := test.add(want, row.Losses[i])
			if got := test.points[i].Smoothed; math.Abs(got/row.Smoothed[i]-1) > 1e-12 {
				t.Errorf("smoothed loss %d of %d is %v, numpy has %v", i, row.Updates, got, row.Smoothed[i])
			}
			if last := i == len(row.Rates)-1; over != (last && row.Stopped) {
				t.Errorf("%d updates: stops at %d of %d: %v", row.Updates, i, len(row.Rates), over)
			}
		}
		found, err := test.suggest(row.Updates)
		if err != nil {
			t.Fatal(err)
		}
		if found.Steepest != row.Steepest || found.Valley != row.Valley {
			t.Errorf("%d updates: steepest %v and valley %v, numpy has %v and %v", row.Updates, found.Steepest, found.Valley, row.Steepest, row.Valley)
		}
	}
}

func TestTooFewPoints(t *testing.T) {
	var test rateTest
	for i := range 19 {
		test.add(1e-3*float64(i+1), 1)
	}
	if _, err := test.suggest(100); !errors.Is(err, ErrDiverged) {
		t.Errorf("19 updates of 100 give the error %v, want ErrDiverged", err)
	}
	test.add(1, 1)
	if _, err := test.suggest(100); err != nil {
		t.Errorf("20 updates of 100: %v", err)
	}
}
