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
		{MultiStep{Milestones{10, 20}, 0.1}, 9, 1},
		{MultiStep{Milestones{10, 20}, 0.1}, 10, 0.1},
		{MultiStep{Milestones{10, 20}, 0.5}, 1 << 40, 0.25},
		{MultiStep{Milestones{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 0.5}, 99, math.Pow(2, -16)},
		{Poly{10, 3, 0.1}, 10, 0.1},
		{Poly{10, 3, 0.1}, 1 << 40, 0.1},
		{InvSqrt{Steps: 4}, 0, 0.25},
		{InvSqrt{Steps: 4}, 3, 1},
		{InvSqrt{Steps: 4}, 15, 0.5},
		{Restarts{10, 1, 0, 1}, 1_000_000_000_000, 1},
		{Restarts{10, 2, 0, 1}, 30, 1},
		{Restarts{10, 2, 0, 1}, 20, 0.5},
		{Restarts{1, 2, 0, 0.5}, 1<<40 - 1, math.Pow(2, -40)},
		{NewDip(100), 0, 1},
		{NewDip(100), 29, 0.85 / 0.95},
		{NewDip(100), 1 << 40, 1},
		{NewOneCycle(100), 0, 0.04},
		{NewOneCycle(100), 29, 1},
		{NewOneCycle(100), 99, 4e-6},
		{NewOneCycle(100), 1 << 40, 4e-6},
		{NewOneCycle(1), 0, 1},
		{NewOneCycle(2), 0, 1},
		{NewOneCycle(2), 1, 4e-6},
		{OneCycle{Steps: 10, Rise: 0.1, End: 0.5}, 0, 1}, // U = 0, where PyTorch divides by zero
		{OneCycle{Steps: 10, Rise: 0.1, End: 0.5}, 9, 0.5},
		{OneCycle{Steps: 10, Rise: 0.05, End: 0.5}, 0, 1}, // U < 0
		{WSD{Steps: 10, Warmup: 2, Decay: 4, Floor: 0.1}, 0, 0.5},
		{WSD{Steps: 10, Warmup: 2, Decay: 4, Floor: 0.1}, 6, 1},
		{WSD{Steps: 10, Warmup: 2, Decay: 4, Floor: 0.1}, 10, 0.1},
		{WSD{Steps: 10, Decay: 10, Shape: SqrtCooldown}, 0, 1},
		{WSD{Steps: 10, Decay: 10, Shape: SqrtCooldown}, 1 << 40, 0},
		{Cyclic{Up: 2, Down: 6, Floor: 0.1}, 0, 0.1},
		{Cyclic{Up: 2, Down: 6, Floor: 0.1}, 2, 1},
		{Cyclic{Up: 2, Down: 6, Floor: 0.1}, 8_000_000_000_002, 1},
		{Cyclic{Up: 2, Down: 6, Mode: Triangular2}, 10, 0.5},
		{Sequence{Steps: 5}, 9, 1},
		{Sequence{5, Cosine{5, 0}, Step{2, 0.5}}, 5, 1},
		{Sequence{5, Cosine{5, 0}, Step{2, 0.5}}, 7, 0.5},
		{Product{}, 3, 1},
		{Product{Step{2, 0.5}, Step{3, 0.1}}, 6, 0.00125},
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
		{MultiStep{}, "Milestones begins with 0"},
		{MultiStep{Milestones{3, 3}, 0.5}, "3 behind 3"},
		{MultiStep{Milestones{3, 0, 4}, 0.5}, "4 behind 0"},
		{MultiStep{Milestones{3, -1}, 0.5}, "-1 behind 3"},
		{MultiStep{Milestones: Milestones{3}}, "MultiStep.Factor is 0"},
		{Poly{}, "Poly.Steps is 0"},
		{Poly{3, nan, 0}, "Poly.Power is NaN"},
		{Poly{3, 1, 2}, "Poly.Floor is 2"},
		{InvSqrt{}, "InvSqrt.Steps is 0"},
		{Restarts{}, "Restarts.Steps is 0"},
		{Restarts{3, 1, nan, 1}, "Restarts.Floor is NaN"},
		{Restarts{3, 1, 0, 0}, "Restarts.Peak is 0"},
		{Restarts{3, 0, 0, 1}, "Restarts.Mult is 0"},
		{OneCycle{}, "OneCycle.Steps is 0"},
		{OneCycle{3, 0.5, -1, 0, false}, "OneCycle.Start is -1"},
		{OneCycle{3, 0.5, 0, inf, false}, "OneCycle.End is +Inf"},
		{OneCycle{Steps: 3}, "OneCycle.Rise is 0"},
		{Dip{}, "Dip.Steps is 0"},
		{Dip{3, 0.3, 2, false}, "Dip.Low is 2"},
		{Dip{Steps: 3}, "Dip.Rise is 0"},
		{WSD{}, "WSD.Steps is 0"},
		{WSD{Steps: 3}, "WSD.Decay is 0"},
		{WSD{Steps: 3, Decay: 2, Warmup: -1}, "WSD.Warmup is -1"},
		{WSD{Steps: 3, Decay: 2, Warmup: 2}, "more than the 3 updates"},
		{WSD{Steps: 3, Decay: math.MaxInt, Warmup: 2}, "more than the 3 updates"},
		{WSD{Steps: 3, Decay: 2, Shape: 9}, "WSD.Shape is Cooldown(9)"},
		{Cyclic{}, "Cyclic.Up is 0"},
		{Cyclic{Up: 1}, "Cyclic.Down is 0"},
		{Cyclic{Up: 1, Down: 1, Mode: 9}, "Cyclic.Mode is Cycle(9)"},
		{Cyclic{Up: 1, Down: 1, Gamma: 0.5}, "only ExpRange takes"},
		{Cyclic{Up: 1, Down: 1, Mode: ExpRange, Gamma: 2}, "Cyclic.Gamma is 2"},
		{Sequence{}, "Sequence.Steps is 0"},
		{Sequence{3, Step{}, nil}, "Sequence.First: schedule.Step.Every is 0"},
		{Sequence{3, nil, Step{}}, "Sequence.Then: schedule.Step.Every is 0"},
		{Sequence{3, NewPlateau(), nil}, "a plateau can only come last"},
		{Product{}, ""},
		{Product{Cosine{}, nil}, "Product.A: schedule.Cosine.Steps is 0"},
		{Product{NewPlateau(), Warmup{3, NewPlateau()}}, "plateau on both sides"},
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
		{Sequence{Steps: 3, Then: p}, true},
		{Product{A: p}, true},
		{Product{B: Warmup{Steps: 3, Then: p}}, true},
		{Product{Cosine{Steps: 3}, Cosine{Steps: 3}}, false},
	}
	for _, tt := range tests {
		got, ok := Watched(tt.s)
		if ok != tt.ok || ok && got != p {
			t.Errorf("Watched(%v) = %v, %v, want %v", tt.s, got, ok, tt.ok)
		}
	}
}
