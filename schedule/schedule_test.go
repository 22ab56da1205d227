package schedule

import (
	"math"
	"strings"
	"testing"
)

func TestBoundaries(t *testing.T) {
	tests := []struct {
		s    Schedule
		t    int
		want float64
	}{
		{Step{Every: 1000, Factor: 0.5}, 0, 1},
		{Step{Every: 1000, Factor: 0.5}, 999, 1},
		{Step{Every: 1000, Factor: 0.5}, 1000, 0.5},
		{Step{Every: 1000, Factor: 0.5}, 1_000_000_000_000, 0},
		{Step{Every: 3, Factor: 1}, 1_000_000, 1},
		{Exponential{Every: 10, Factor: 0.25}, 5, 0.5},
		{Exponential{Every: 10, Factor: 0.25, Stairs: true}, 9, 1},
		{Exponential{Every: 10, Factor: 0.25, Stairs: true}, 10, 0.25},
		{Cosine{Steps: 100, Floor: 0.1}, 0, 1},
		{Cosine{Steps: 100, Floor: 0.1}, 50, 0.55},
		{Cosine{Steps: 100, Floor: 0.1}, 100, 0.1},
		{Cosine{Steps: 100, Floor: 0.1}, 1 << 40, 0.1},
		{Cosine{Steps: 1}, 1, 0},
		{Warmup{Steps: 4}, 0, 0.25},
		{Warmup{Steps: 4}, 3, 1},
		{Warmup{Steps: 4}, 4, 1},
		{Warmup{Steps: 1, Then: Step{Every: 2, Factor: 0.1}}, 2, 1},
		{Warmup{Steps: 1, Then: Step{Every: 2, Factor: 0.1}}, 3, 0.1},
		{Warmup{Steps: 2, Then: NewPlateau()}, 0, 0.5},
		{Warmup{Steps: 2, Then: NewPlateau()}, 99, 1},
	}
	for _, tt := range tests {
		if err := tt.s.Validate(); err != nil {
			t.Errorf("%v: %v", tt.s, err)
		}
		if got := tt.s.At(tt.t); math.Abs(got-tt.want) > 1e-15 {
			t.Errorf("%v: At(%d) = %v, want %v", tt.s, tt.t, got, tt.want)
		}
	}
}

func TestStairsEqualStep(t *testing.T) {
	for _, every := range []int{1, 3, 7, 49, 1000} {
		a, b := Step{Every: every, Factor: 0.9}, Exponential{Every: every, Factor: 0.9, Stairs: true}
		for i := range 3000 {
			if want := math.Pow(0.9, float64(i/every)); a.At(i) != want || b.At(i) != want {
				t.Fatalf("every %d, t = %d: step %v, stairs %v, want %v", every, i, a.At(i), b.At(i), want)
			}
		}
	}
}

func TestValidate(t *testing.T) {
	with := func(change func(*Plateau)) Plateau {
		p := NewPlateau()
		change(&p)
		return p
	}
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		s    Schedule
		want string // in the error; empty: valid
	}{
		{Constant{}, ""},
		{Step{}, "Step.Every is 0"},
		{Step{Every: -3, Factor: 0.5}, "Step.Every is -3"},
		{Step{Every: 3}, "Step.Factor is 0"},
		{Step{Every: 3, Factor: nan}, "Step.Factor is NaN"},
		{Step{Every: 3, Factor: 2}, "Step.Factor is 2"},
		{Exponential{Factor: 0.5}, "Exponential.Every is 0"},
		{Exponential{Every: 3, Factor: inf}, "Exponential.Factor is +Inf"},
		{Cosine{}, "Cosine.Steps is 0"},
		{Cosine{Steps: 3, Floor: -0.1}, "Cosine.Floor is -0.1"},
		{Cosine{Steps: 3, Floor: nan}, "Cosine.Floor is NaN"},
		{Warmup{}, "Warmup.Steps is 0"},
		{Warmup{Steps: 3, Then: Step{Factor: 1}}, "Warmup.Then: schedule.Step.Every is 0"},
		{NewPlateau(), ""},
		{Plateau{}, "NewPlateau"},
		{with(func(p *Plateau) { p.Factor = 1 }), "Plateau.Factor is 1"},
		{with(func(p *Plateau) { p.Factor = nan }), "Plateau.Factor is NaN"},
		{with(func(p *Plateau) { p.Patience = -1 }), "Plateau.Patience is -1"},
		{with(func(p *Plateau) { p.Threshold = inf }), "Plateau.Threshold is +Inf"},
		{with(func(p *Plateau) { p.Threshold = 1 }), "set Absolute"},
		{with(func(p *Plateau) { p.Threshold, p.Absolute = 1, true }), ""},
		{with(func(p *Plateau) { p.Cooldown = -1 }), "Plateau.Cooldown is -1"},
		{with(func(p *Plateau) { p.MinRate = nan }), "Plateau.MinRate is NaN"},
		{with(func(p *Plateau) { p.Eps = -1 }), "Plateau.Eps is -1"},
	}
	for _, tt := range tests {
		err := tt.s.Validate()
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%v: %v", tt.s, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%v: error %v, want %q in it", tt.s, err, tt.want)
		}
		tt.s.At(0) // never panics, valid or not
		tt.s.At(5)
	}
}

func TestPlateauInclusive(t *testing.T) {
	tests := []struct {
		patience int
		metrics  []float64
		want     string // c where the rate is cut
	}{
		{2, []float64{1, 1, 1, 1, 1}, "..c.c"},
		{1, []float64{1, 1, 1}, ".cc"},
		{0, []float64{1, 1, 0.5, 0.5}, ".c.c"}, // as 1: an improvement never cuts
	}
	for _, tt := range tests {
		p := NewPlateau()
		p.Patience, p.Inclusive = tt.patience, true
		s, got := p.Start(), ""
		for _, m := range tt.metrics {
			if p.Observe(&s, 0.1, m) {
				got += "c"
			} else {
				got += "."
			}
		}
		if got != tt.want {
			t.Errorf("patience %d, inclusive: cuts %s, want %s", tt.patience, got, tt.want)
		}
	}
}

func TestPlateauExtremes(t *testing.T) {
	p := Plateau{Factor: 0.1, Absolute: true}
	s := p.Start()
	for _, m := range []float64{math.Inf(-1), math.Inf(1), math.NaN()} {
		p.Observe(&s, 0.1, m)
		if s.Seen {
			t.Fatalf("%v became the best", m)
		}
	}
	for range 1000 { // 0.1¹⁰⁰⁰ is less than any float64
		p.Observe(&s, 0.1, 1)
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	s = p.Start()
	for range 5 { // a base rate of 0 has nothing to cut
		if p.Observe(&s, 0, 1) || s.Factor != 1 {
			t.Fatalf("cut a rate of 0: %+v", s)
		}
	}
	for _, s := range []PlateauState{{}, {Factor: math.NaN()}, {Factor: 2}, {Factor: 1, Best: math.Inf(1)}, {Factor: 1, Bad: -1}} {
		if s.Validate() == nil {
			t.Errorf("%+v is valid", s)
		}
	}
}

func TestWatched(t *testing.T) {
	p := NewPlateau()
	p.Patience = 3
	tests := []struct {
		s  Schedule
		ok bool
	}{
		{nil, false},
		{Constant{}, false},
		{Warmup{Steps: 3}, false},
		{Warmup{Steps: 3, Then: Cosine{Steps: 3}}, false},
		{p, true},
		{Warmup{Steps: 3, Then: p}, true},
	}
	for _, tt := range tests {
		got, ok := Watched(tt.s)
		if ok != tt.ok || ok && got != p {
			t.Errorf("Watched(%v) = %v, %v, want %v", tt.s, got, ok, tt.ok)
		}
	}
}
