package optim

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"descent/internal/goldentest"
)

// golden is a row of testdata/golden.json, which golden.py has made.
type golden struct {
	Name, Rule string
	Rate       float64
	Hyper      map[string]float64
	ClipNorm   float64 `json:"clip_norm"`
	ClipValue  float64 `json:"clip_value"`
	Decay      float64
	Prox       float64
	Shape      []int // nil: a vector
	Settle     int   // gradients after so many updates are 2⁻²⁰ of themselves, and the start 2⁻³⁰; 0: never
	Curved     bool  // the gradient is that of a function of θ
	Edge       []int // of each element, the first update in which float32 may go another way; 0: none
	At         []struct {
		T           int
		Theta       []float64
		State       map[string][]float64
		NormSquared float64 `json:"norm_squared"`
	}
}

type goldenFile struct{ Rows, Networks []golden }

func load(t *testing.T) goldenFile {
	t.Helper()
	return goldentest.Load[goldenFile](t, "golden.json")
}

// config returns the row's configuration, built as the command builds it.
func (row golden) config(t *testing.T) Config {
	t.Helper()
	rule, err := ByName(row.Rule)
	for key, v := range row.Hyper {
		if err == nil {
			rule, err = With(rule, key, v)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return Config{Rule: rule, Clip: Clip{Norm: row.ClipNorm, Value: row.ClipValue}, WeightDecay: row.Decay, ProxL1: row.Prox}
}

// walk runs cfg over the row's inputs and calls look where the row has
// numbers, until it returns false. top holds the largest value that each element has had.
func walk[T float32 | float64](cfg Config, row golden, look func(at int, theta []T, s *State[T], top map[string][]float64) bool) error {
	s, theta := &State[T]{Shape: row.Shape}, starts[T](row.Shape...)
	if row.Curved {
		for i := range theta {
			theta[i] = T(tameAt(0, i))
		}
	}
	if row.Settle != 0 {
		for i := range theta {
			theta[i] /= 1 << 30
		}
	}
	top := map[string][]float64{}
	note := func(name string, x []T) {
		if top[name] == nil {
			top[name] = make([]float64, len(x))
		}
		for i := range x {
			top[name][i] = max(top[name][i], math.Abs(float64(x[i])))
		}
	}
	note("theta", theta)
	at := 0
	for t := 1; at < len(row.At); t++ {
		grad := gradients[T](t, row.Shape...)
		for i := range grad {
			if d := theta[i] - T(tameAt(1, i)); row.Curved {
				grad[i] = d*T(math.Ldexp(1, i%5-2)) + d*d*d/16
			}
		}
		if row.Settle != 0 && t > row.Settle {
			for i := range grad {
				grad[i] /= 1 << 20
			}
		}
		if err := ApplyConfig(cfg, s, rateAt(row.Rate, t), theta, grad); err != nil {
			return err
		}
		note("theta", theta)
		for name, x := range s.Slots {
			note(name, x)
		}
		if t == row.At[at].T {
			if !look(at, theta, s, top) {
				return nil
			}
			at++
		}
	}
	return nil
}

// apart returns the first place where cfg, in float64, differs from the row by
// more than 1e-12 of the largest value that the element has had.
func apart(cfg Config, row golden, state bool) (where string, err error) {
	err = walk(cfg, row, func(at int, theta []float64, s *State[float64], top map[string][]float64) bool {
		compare := func(name string, got, want []float64) {
			for i := range got {
				if where == "" && !(math.Abs(got[i]-want[i]) <= 1e-12*top[name][i]) {
					where = fmt.Sprintf("%s[%d] at t = %d is %v, want %v", name, i, row.At[at].T, got[i], want[i])
				}
			}
		}
		compare("theta", theta, row.At[at].Theta)
		if !state {
			return where == ""
		}
		if len(s.Slots) != len(row.At[at].State) && where == "" {
			where = fmt.Sprintf("%d slots, want %d", len(s.Slots), len(row.At[at].State))
		}
		for name, want := range row.At[at].State {
			compare(name, signless(row, name, s.Slots[name]), signless(row, name, want))
		}
		return where == ""
	})
	return where, err
}

// signless is x without signs, if it holds eigenvectors, which have none.
func signless[T float32 | float64](row golden, slot string, x []T) []T {
	if row.Rule != "soap" || slot != "A" && slot != "B" {
		return x
	}
	x = slices.Clone(x)
	for i := range x {
		x[i] = max(x[i], -x[i])
	}
	return x
}

func TestGoldenFloat64(t *testing.T) {
	for _, row := range load(t).Rows {
		t.Run(row.Name, func(t *testing.T) {
			if where, err := apart(row.config(t), row, true); err != nil || where != "" {
				t.Error(where, err)
			}
		})
	}
}

// TestGoldenFloat32 allows |Δ| ≤ n·√t·ulp of the largest value that the element
// has had, with n from the table of rules. Where θ moves by the same small step
// again and again, each rounds to the same side, so that errors grow with t, as
// those of squares do that are small beside a sum's start; and the first sum of a
// step and of decay may cancel: oneSided and sums have the n of these rows,
// measured, then doubled. Elements within
// rounding of a change of sign are left out from there on, and counted.
func TestGoldenFloat32(t *testing.T) {
	oneSided := map[string]float64{"adamw": 19, "sgd clip value": 28, "sgd prox": 20, "adam prox decay": 28, "lion": 28, "adam eps hat": 16}
	sums := map[string]float64{"adagrad initial": 8.3, "adagrad initial inside": 2.3, "novograd eps 1e-2": 80}
	bounds := map[string]row{}
	for _, r := range rows() {
		bounds[r.rule.Name()] = r
	}
	for _, row := range load(t).Rows {
		t.Run(row.Name, func(t *testing.T) {
			bound := bounds[row.Rule]
			if n, ok := oneSided[row.Name]; ok {
				bound.theta = n
			}
			if n, ok := sums[row.Name]; ok {
				bound.state = n
			}
			worst, left, compared := map[bool]float64{}, 0, 0
			err := walk(row.config(t), row, func(at int, theta []float32, s *State[float32], top map[string][]float64) bool {
				want := row.At[at]
				compare := func(name string, got []float32, want []float64, n float64) {
					for i := range got {
						if edge := row.Edge; edge != nil && edge[i] > 0 && edge[i] <= row.At[at].T {
							left++
							continue
						}
						compared++
						d := math.Abs(float64(got[i])-want[i]) / (ulp(top[name][i]) * math.Sqrt(float64(row.At[at].T)))
						worst[name == "theta"] = max(worst[name == "theta"], d)
						if !(d <= n) {
							t.Errorf("%s[%d] at t = %d is %v, want %v: %.3g ulp·√t, more than %v", name, i, row.At[at].T, got[i], want[i], d, n)
						}
					}
				}
				compare("theta", theta, want.Theta, bound.theta)
				for name, x := range s.Slots {
					compare(name, signless(row, name, x), signless(row, name, want.State[name]), bound.state)
				}
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
			if left > compared {
				t.Errorf("%d values left out, %d compared", left, compared)
			}
			t.Logf("θ within %.3g, state within %.3g ulp·√t, %d of %d values left out", worst[true], worst[false], left, left+compared)
		})
	}
}

// ulp is the distance from |x| to the next float32.
func ulp(x float64) float64 {
	f := float32(math.Abs(x))
	return float64(math.Nextafter32(f, math.MaxFloat32)) - float64(f)
}
