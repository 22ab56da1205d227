package search

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var space = Space{
	{Name: "rule", Choices: []string{"sgd", "adam", "lion"}},
	{Name: "rate", Low: 1e-4, High: 1, Log: true},
	{Name: "dropout", Low: 0, High: 0.5},
	{Name: "units", Low: 3, High: 6, Whole: true},
	{Name: "batch", Low: 1, High: 128, Log: true, Whole: true},
}

// TestSample asks that each setting is spread as it says: counts within 5
// standard deviations, for a seed that does not change.
func TestSample(t *testing.T) {
	const n = 6000
	counts := map[string]int{}
	add := func(key string, yes bool) {
		if yes {
			counts[key]++
		}
	}
	for i := range n {
		v := space.Sample(3, i)
		rate, _ := strconv.ParseFloat(v[1], 64)
		drop, _ := strconv.ParseFloat(v[2], 64)
		units, err := strconv.Atoi(v[3])
		batch, err2 := strconv.Atoi(v[4])
		if err != nil || err2 != nil || rate < 1e-4 || rate > 1 || drop < 0 || drop > 0.5 || units < 3 || units > 6 || batch < 1 || batch > 128 {
			t.Fatalf("trial %d is %v", i, v)
		}
		add("rule", v[0] == "adam")
		add("rate", rate < 1e-2)
		add("dropout", drop < 0.25)
		add("units", units == 3)
		add("batch", batch < 12) // half of (½, 128½) in the logarithm is at 8.0
	}
	for key, share := range map[string]float64{"rule": 1. / 3, "rate": 0.5, "dropout": 0.5, "units": 0.25, "batch": math.Log(11.5/0.5) / math.Log(128.5/0.5)} {
		sd := math.Sqrt(n * share * (1 - share))
		if got := float64(counts[key]); math.Abs(got-n*share) > 5*sd {
			t.Errorf("%s: %v of %d, want %.0f±%.0f", key, got, n, n*share, sd)
		}
	}
}

// TestSampleIsAFunction asks that a trial depends on its seed, its number and
// each setting's name, not on what else is searched.
func TestSampleIsAFunction(t *testing.T) {
	a := space.Sample(3, 17)
	if b := space.Sample(3, 17); !slices.Equal(a, b) {
		t.Errorf("trial 17 is %v, and then %v", a, b)
	}
	if alone := space[1:2].Sample(3, 17); alone[0] != a[1] {
		t.Errorf("the rate of trial 17 is %v alone and %v among others", alone[0], a[1])
	}
	if b := space.Sample(4, 17); b[1] == a[1] {
		t.Errorf("seeds 3 and 4 have the same rate %v", a[1])
	}
	if b := space.Sample(3, 18); b[1] == a[1] {
		t.Errorf("trials 17 and 18 have the same rate %v", a[1])
	}
}

func TestGrid(t *testing.T) {
	s := Space{
		{Name: "rule", Choices: []string{"sgd", "adam"}},
		{Name: "rate", Low: 1e-3, High: 0.1, Log: true, Points: 3},
	}
	got, err := s.Grid(6)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, v := range got {
		lines = append(lines, strings.Join(v, " "))
	}
	want := []string{"sgd 0.001", "sgd 0.01", "sgd 0.1", "adam 0.001", "adam 0.01", "adam 0.1"}
	if !slices.Equal(lines, want) {
		t.Errorf("grid %q, want %q", lines, want)
	}
	if whole := (Range{Low: 1, High: 3, Whole: true, Points: 9}).grid(); !slices.Equal(whole, []string{"1", "2", "3"}) {
		t.Errorf("a grid of whole numbers is %v", whole)
	}
	if _, err := s.Grid(5); err == nil || !strings.Contains(err.Error(), "more than 5") {
		t.Errorf("a grid of 6 with at most 5: %v", err)
	}
	if _, err := space.Grid(100); err == nil || !strings.Contains(err.Error(), "rate: a grid needs points") {
		t.Errorf("a grid without points: %v", err)
	}
}

func TestRangeValidate(t *testing.T) {
	for _, row := range []struct {
		r    Range
		want string // in the error; "" for none
	}{
		{Range{Name: "x", Low: 1, High: 2}, ""},
		{Range{Name: "x", Choices: []string{"a"}}, ""},
		{Range{Name: "x", Low: 2, High: 1}, "x from 2 to 1"},
		{Range{Name: "x", Low: math.NaN(), High: 1}, "must be larger"},
		{Range{Name: "x", Low: 0, High: 1, Log: true}, "above 0"},
		{Range{Name: "x", Low: 0.5, High: 3, Whole: true}, "whole"},
		{Range{Name: "x", Low: 1, High: 3, Points: 1}, "2 or more"},
	} {
		err := row.r.Validate()
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: %v, want %q", row.r, err, row.want)
		}
	}
}
