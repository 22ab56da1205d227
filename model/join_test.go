package model_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/metric"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// bagOf trains a member on each fold of a table of some rows.
func bagOf(t *testing.T, net nn.Layer, l loss.Loss, cfg data.CSVConfig) ([]*model.Model, []data.Parts) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	text := "a,b,c,price,kind,red,round\n"
	for range 90 {
		a, b := random.NormFloat64(), random.NormFloat64()
		kind := []string{"x", "y", "z"}[random.IntN(3)]
		text += fmt.Sprintf("%.3f,%.3f,%s,%.3f,%s,%d,%d\n", a, b, kind, a*a+b, []string{"low", "high"}[random.IntN(2)], random.IntN(2), random.IntN(2))
	}
	table, err := data.ReadCSV(strings.NewReader(text), "t.csv", cfg)
	if err != nil {
		t.Fatal(err)
	}
	folds, err := data.Folds(table, data.FoldConfig{K: 3, SplitConfig: data.SplitConfig{Test: .2}})
	if err != nil {
		t.Fatal(err)
	}
	var members []*model.Model
	for i, f := range folds {
		trainer, err := train.New(net, f.Train.Spec(), train.Config{Loss: l, Epochs: 3, Seed: uint64(i)})
		if err != nil {
			t.Fatal(err)
		}
		m, err := trainer.Fit(context.Background(), f.Train, f.Validation)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, m)
	}
	return members, folds
}

// TestJoin checks that a joined model predicts the weighted mean of what its members
// predict, from its file too.
func TestJoin(t *testing.T) {
	mlp := func(outputs int) nn.Layer {
		return nn.Sequential{nn.Dense{Units: 8}, nn.BatchNorm{}, nn.ReLU, nn.Dense{Units: outputs}}
	}
	for _, test := range []struct {
		name    string
		targets []string
		task    data.Task
		loss    loss.Loss
		outputs int
	}{
		{"classes", []string{"c"}, data.Classification, nil, 3},
		{"two classes", []string{"kind"}, data.Classification, loss.BinaryCrossEntropy{}, 1},
		{"numbers", []string{"price"}, data.Regression, nil, 1},
		{"several numbers", []string{"price", "a"}, data.Regression, nil, 2},
		{"labels", []string{"red", "round"}, data.MultiLabel, nil, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			members, folds := bagOf(t, mlp(test.outputs), test.loss, data.CSVConfig{Targets: test.targets, Task: test.task})
			for _, weights := range [][]float64{nil, {1, 0, 3}} {
				bag, err := model.Join(members, weights)
				if err != nil {
					t.Fatal(err)
				}
				rows := folds[0].Test
				x := make([]float32, rows.Len()*rows.Spec().Size())
				all := make([]int, rows.Len())
				for i := range all {
					all[i] = i
				}
				if err := rows.Read(all, x, nil); err != nil {
					t.Fatal(err)
				}
				got, err := bag.Predict(x)
				if err != nil {
					t.Fatal(err)
				}
				want := make([]float64, len(got))
				for i, m := range members {
					w := 1.0 / 3
					if weights != nil {
						w = weights[i] / 4
					}
					p, err := m.Predict(x)
					if err != nil {
						t.Fatal(err)
					}
					for j, v := range p {
						want[j] += w * v
					}
				}
				for j := range want {
					if math.Abs(got[j]-want[j]) > 1e-6 {
						t.Fatalf("value %d is %v, want %v", j, got[j], want[j])
					}
				}
				if _, err := bag.Evaluate(context.Background(), rows); err != nil {
					t.Fatal(err)
				}
				var file bytes.Buffer
				if err := bag.Write(&file); err != nil {
					t.Fatal(err)
				}
				read, err := model.Read(file.Bytes())
				if err != nil {
					t.Fatal(err)
				}
				again, err := read.Predict(x)
				if err != nil || fmt.Sprint(again) != fmt.Sprint(got) {
					t.Errorf("the file predicts otherwise: %v", err)
				}
			}
		})
	}
}

func TestJoinRefuses(t *testing.T) {
	net := nn.Dense{Units: 1}
	members, _ := bagOf(t, net, nil, data.CSVConfig{Targets: []string{"price"}})
	others, _ := bagOf(t, net, nil, data.CSVConfig{Targets: []string{"a"}})
	for _, test := range []struct {
		members []*model.Model
		weights []float64
		want    string
	}{
		{nil, nil, "there are no models to join"},
		{[]*model.Model{nil}, nil, "member 0 is nil"},
		{[]*model.Model{members[0], others[1]}, nil, "member 1 takes other samples than member 0"},
		{members, []float64{1}, "1 weights of 3 members"},
		{members, []float64{0, 0, 0}, "the weights add up to 0"},
	} {
		if _, err := model.Join(test.members, test.weights); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v\nwant %s", err, test.want)
		}
	}
}

// TestJoinMeasures checks that what members measure their bag measures, too.
func TestJoinMeasures(t *testing.T) {
	members, folds := bagOf(t, nn.Dense{Units: 1}, nil, data.CSVConfig{Targets: []string{"price"}})
	mape, err := metric.ByName("mape")
	if err != nil {
		t.Fatal(err)
	}
	members[0] = members[0].Measuring(mape)
	bag, err := model.Join(members, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := bag.Evaluate(context.Background(), folds[0].Test)
	if v := r.Score("mape"); err != nil || v != v {
		t.Error(v, err)
	}
}
