package schedule

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"descent/internal/goldentest"
)

type golden struct {
	Pure []struct {
		Spec    string
		Factors []float64
	}
	Plateau []struct {
		Base      float64
		Factor    float64
		Patience  int
		Threshold float64
		Absolute  bool
		Max       bool
		Cooldown  int
		MinRate   float64 `json:"min_rate"`
		Eps       float64
		Metrics   []string
		Rates     []float64
		Bad, Wait []int
	}
}

func load(t *testing.T) golden {
	t.Helper()
	return goldentest.Load[golden](t, "golden.json") // by golden.py
}

// near allows 2.5e-15, relative to the factor or to 0.01: twice the largest
// difference seen, 1.23e-15, which PyTorch's running product makes.
func near(got, want float64) bool {
	return math.Abs(got-want) <= 2.5e-15*max(1e-2, math.Abs(want))
}

func TestGoldenFactors(t *testing.T) {
	for _, tt := range load(t).Pure {
		t.Run(tt.Spec, func(t *testing.T) {
			s, err := Parse(tt.Spec, Units{})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range tt.Factors {
				if got := s.At(i); !near(got, want) {
					t.Errorf("At(%d) = %v, want %v", i, got, want)
				}
			}
		})
	}
}

// TestGoldenIsSharp shows that every golden row would catch t off by one.
func TestGoldenIsSharp(t *testing.T) {
	for _, tt := range load(t).Pure[1:] { // constant is constant
		s, err := Parse(tt.Spec, Units{})
		if err != nil {
			t.Fatal(err)
		}
		for _, shift := range []int{-1, 1} {
			equal := true
			for i, want := range tt.Factors[1:] {
				equal = equal && near(s.At(i+1+shift), want)
			}
			if equal {
				t.Errorf("%s: equal to the golden factors when shifted by %d", tt.Spec, shift)
			}
		}
	}
}

func TestGoldenPlateau(t *testing.T) {
	cuts := 0
	for i, tt := range load(t).Plateau {
		p := Plateau{
			Factor: tt.Factor, Patience: tt.Patience, Threshold: tt.Threshold, Absolute: tt.Absolute,
			Max: tt.Max, Cooldown: tt.Cooldown, MinRate: tt.MinRate, Eps: tt.Eps,
		}
		if err := p.Validate(); err != nil {
			t.Errorf("case %d: %v", i, err)
		}
		t.Run(strconv.Itoa(i)+" "+p.String(), func(t *testing.T) {
			s := p.Start()
			for j, text := range tt.Metrics {
				metric, err := strconv.ParseFloat(text, 64)
				if err != nil {
					t.Fatal(err)
				}
				before := s.Factor
				cut := p.Observe(&s, tt.Base, metric)
				if got, want := tt.Base*s.Factor, tt.Rates[j]; math.Abs(got-want) > 1e-14*want {
					t.Fatalf("metric %d (%s): rate %v, want %v", j, text, got, want)
				}
				if s.Bad != tt.Bad[j] || s.Cooldown != tt.Wait[j] {
					t.Fatalf("metric %d (%s): bad %d, cooldown %d, want %d, %d", j, text, s.Bad, s.Cooldown, tt.Bad[j], tt.Wait[j])
				}
				if cut != (s.Factor != before) {
					t.Fatalf("metric %d (%s): reports cut = %v, factor %v after %v", j, text, cut, s.Factor, before)
				}
				if cut {
					cuts++
				}
				// A run that is killed and resumed here goes on equally.
				saved, err := json.Marshal(s)
				if err != nil {
					t.Fatal(err)
				}
				var back PlateauState
				if err := json.Unmarshal(saved, &back); err != nil || back != s {
					t.Fatalf("state %+v reads back as %+v, error %v", s, back, err)
				}
				if err := s.Validate(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if cuts < 100 {
		t.Errorf("only %d cuts in all cases; the table has lost its teeth", cuts)
	}
}
