package model_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/metric"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// TestCalibrateOn: predictions of before give the temperature of their rows, which is
// that of scipy.
func TestCalibrateOn(t *testing.T) {
	text, err := os.ReadFile("testdata/calibrate.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []uncalibrated
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, tt := range cases {
		t.Run(tt.Name, func(t *testing.T) {
			source, m := tt.source(t)
			h, err := m.HeldOut(background, source)
			if err != nil {
				t.Fatal(err)
			}
			c, err := m.CalibrateOn(h)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(c.Temperature/tt.T-1) > 5e-4 || math.Abs(c.Before-tt.Before) > 1e-5 || math.Abs(c.After-tt.After) > 1e-5 {
				t.Errorf("%+v; by scipy %v, %v, %v", c, tt.T, tt.Before, tt.After)
			}
			h.Weights = make([]float64, source.Len()) // rows of weight 0 are as if they were not there
			half, other := source.Len()/2, []int{}
			for i := range half {
				h.Weights[i] = 3
				other = append(other, i)
			}
			weighted, err := m.CalibrateOn(h)
			if err != nil {
				t.Fatal(err)
			}
			want, err := m.Calibrate(background, data.Subset(source, other))
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(weighted.Before-want.Before) > 1e-5 {
				t.Errorf("of half of the rows %+v; want %+v", weighted, want)
			}
		})
	}
}

// TestAnswersOf: thresholds of predictions of before are those of their rows, with the
// temperature of the model.
func TestAnswersOf(t *testing.T) {
	mlp := func(outputs int) nn.Layer {
		return nn.Sequential{nn.Dense{Units: 8}, nn.ReLU, nn.Dense{Units: outputs}}
	}
	for _, tt := range []struct {
		targets []string
		task    data.Task
		loss    loss.Loss
		outputs int
	}{
		{[]string{"red"}, data.Classification, nil, 2},
		{[]string{"red"}, data.Classification, loss.BinaryCrossEntropy{}, 1},
		{[]string{"red", "round"}, data.MultiLabel, nil, 2},
	} {
		members, folds := bagOf(t, mlp(tt.outputs), tt.loss, data.CSVConfig{Targets: tt.targets, Task: tt.task})
		h, err := members[0].HeldOut(background, folds[0].Validation)
		if err != nil {
			t.Fatal(err)
		}
		hot, err := members[0].WithTemperature(0.5)
		if err != nil {
			t.Fatal(err)
		}
		got, err := hot.AnswersOf(h)
		if err != nil {
			t.Fatal(err)
		}
		want, err := hot.Answers(background, folds[0].Validation)
		if err != nil {
			t.Fatal(err)
		}
		costs := metric.Cost{FalsePositive: 1, FalseNegative: 2}
		for i, a := range want {
			for _, at := range [][2]float64{{got[i].BestF1(), a.BestF1()}, {got[i].Cheapest(costs), a.Cheapest(costs)}} {
				if math.Abs(at[0]-at[1]) > 1e-3 || got[i].Name != a.Name {
					t.Errorf("%v: %s has the threshold %v, want %v", tt.targets, got[i].Name, at[0], at[1])
				}
			}
		}
	}
}

// TestResidualsOf: they are those of the same rows.
func TestResidualsOf(t *testing.T) {
	source := fan(t, 300, 1)
	for _, l := range []loss.Loss{loss.MSE{}, loss.Quantile{Levels: []float64{0.1, 0.9}}} {
		units := 2
		if l.Name() == "quantile" {
			units = 4
		}
		trainer, err := train.New(nn.Dense{Units: units}, source.Spec(), train.Config{Loss: l, Epochs: 2})
		if err != nil {
			t.Fatal(err)
		}
		m, err := trainer.Fit(background, source, nil)
		if err != nil {
			t.Fatal(err)
		}
		h, err := m.HeldOut(background, source)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.ResidualsOf(h)
		if err != nil {
			t.Fatal(err)
		}
		want, err := m.MeasureResiduals(background, source)
		if err != nil {
			t.Fatal(err)
		}
		if got.Rows != want.Rows || !slices.EqualFunc(got.Scores, want.Scores, slices.Equal[[]float32]) {
			t.Errorf("%s: other residuals than those of the rows", l.Name())
		}
	}
}

// TestBagCoverage: intervals of a bag hold what they say, or a little more, although
// its networks are of few rows and differ.
func TestBagCoverage(t *testing.T) {
	const bags, level = 12, 0.9
	fresh := waves(t, 2000, 99)
	covered := 0.0
	for seed := range uint64(bags) {
		folds, err := data.Folds(waves(t, 120, seed), data.FoldConfig{K: 5, SplitConfig: data.SplitConfig{Seed: seed}})
		if err != nil {
			t.Fatal(err)
		}
		var members []*model.Model
		var all model.HeldOut
		for i, f := range folds {
			trainer, err := train.New(nn.Sequential{nn.Dense{Units: 32}, nn.ReLU, nn.Dense{Units: 1}}, f.Train.Spec(), train.Config{Epochs: 60, BatchSize: 16, Seed: seed*10 + uint64(i)})
			if err != nil {
				t.Fatal(err)
			}
			m, err := trainer.Fit(background, f.Train, f.Validation)
			if err != nil {
				t.Fatal(err)
			}
			h, err := m.HeldOut(background, f.Validation)
			if err != nil {
				t.Fatal(err)
			}
			members = append(members, m)
			all.Values, all.Targets = append(all.Values, h.Values...), append(all.Targets, h.Targets...)
			all.Lower, all.Upper = append(all.Lower, h.Lower...), append(all.Upper, h.Upper...)
		}
		bag, err := model.Join(members, nil)
		if err != nil {
			t.Fatal(err)
		}
		residuals, err := bag.ResidualsOf(&all)
		if err != nil {
			t.Fatal(err)
		}
		if bag, err = bag.WithResiduals(residuals); err != nil {
			t.Fatal(err)
		}
		cover, err := bag.Cover(background, fresh, level)
		if err != nil {
			t.Fatal(err)
		}
		covered += cover[0].Covered / bags
	}
	t.Logf("covered %.4f", covered)
	if covered < level-0.01 || covered > level+0.06 {
		t.Errorf("intervals of %v cover %v", level, covered)
	}
}

// waves draws y = sin 3x + noise.
func waves(t *testing.T, n int, seed uint64) data.Source {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 6))
	var x, y [][]float32
	for range n {
		v := 4*r.Float64() - 2
		x = append(x, []float32{float32(v)})
		y = append(y, []float32{float32(math.Sin(3*v) + 0.3*r.NormFloat64())})
	}
	source, err := data.FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// TestHeldOutRefused: what is no prediction of rows is named.
func TestHeldOutRefused(t *testing.T) {
	source := blobs(t, 60, 1)
	m := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{}).Model()
	numbers := newTrainer(t, nn.Dense{Units: 2}, fan(t, 30, 1).Spec(), train.Config{}).Model()
	sure, nan := [][]float64{{1, 0, 0}}, [][]float64{{math.NaN(), 0, 0}}
	one := [][]float64{{0}}
	_, err := m.CalibrateOn(&model.HeldOut{})
	says(t, err, "no rows that were held out")
	_, err = m.CalibrateOn(&model.HeldOut{Values: sure, Targets: append(one, one...)})
	says(t, err, "1 predictions, 2 targets")
	_, err = m.CalibrateOn(&model.HeldOut{Values: nan, Targets: one})
	says(t, err, "row 0: probability 0 is NaN")
	_, err = m.CalibrateOn(&model.HeldOut{Values: sure, Targets: one, Weights: []float64{0}})
	says(t, err, "the weights of all rows are 0")
	_, err = m.CalibrateOn(&model.HeldOut{Values: one, Targets: one})
	says(t, err, "row 0: 1 predictions and 1 targets; want 3 and 1")
	_, err = m.CalibrateOn(&model.HeldOut{Values: sure, Targets: [][]float64{{3}}})
	says(t, err, "3")
	_, err = m.AnswersOf(&model.HeldOut{Values: sure, Targets: one})
	says(t, err, "thresholds are of two classes, or of labels")
	_, err = m.ResidualsOf(&model.HeldOut{Values: sure, Targets: one})
	says(t, err, "an interval is of numbers")
	_, err = numbers.ResidualsOf(&model.HeldOut{Values: [][]float64{{1, 2}}, Targets: [][]float64{{1, 2}}})
	says(t, err, "ranges from 0 to 0")
	_, err = numbers.CalibrateOn(&model.HeldOut{Values: sure, Targets: one})
	says(t, err, "the model predicts numbers")
	if c, err := m.CalibrateOn(&model.HeldOut{Values: sure, Targets: one}); err != nil || !(c.Temperature > 0) {
		t.Errorf("of a sure answer %+v, %v", c, err)
	}
	_, err = m.HeldOut(background, fan(t, 30, 1))
	if err == nil {
		t.Error("rows of another kind are predicted")
	}
}
