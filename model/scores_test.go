package model_test

import (
	"math"
	"slices"
	"testing"

	"descent/data"
	"descent/metric"
	"descent/model"
	"descent/nn"
	"descent/objective"
	"descent/train"
)

// TestScores: the names that are said before a model is measured are those of the
// report, of one goal and of several.
func TestScores(t *testing.T) {
	source := blobs(t, 60, 1)
	brier, err := metric.ByName("brier")
	if err != nil {
		t.Fatal(err)
	}
	mae, err := metric.ByName("mae")
	if err != nil {
		t.Fatal(err)
	}
	two := objective.Objective{{Name: "a", Task: data.Classification}, {Name: "b", Task: data.Classification}}
	for _, row := range []struct {
		o    objective.Objective
		want []string
	}{
		{nil, []string{"accuracy", "balanced_accuracy", "f1", "brier"}},
		{two, []string{"a.accuracy", "a.balanced_accuracy", "a.f1", "a.brier", "b.accuracy", "b.balanced_accuracy", "b.f1", "b.brier"}},
	} {
		more := []metric.Metric{brier, mae, metric.Loss, brier} // mae is of numbers
		names, err := model.Scores(source.Spec(), row.o, more...)
		if err != nil || !slices.Equal(names, row.want) {
			t.Errorf("%v, %v; want %v", names, err, row.want)
		}
		trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{Objective: row.o, Metrics: more})
		r, err := trainer.Model().Evaluate(background, source)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Scores(); !slices.Equal(got, names) {
			t.Errorf("the report has %v; want %v", got, names)
		}
		for _, name := range names {
			if v := r.Score(name); math.IsNaN(v) {
				t.Errorf("%s is %v", name, v)
			}
		}
	}
}

// TestBeside: the simplest model is measured on the rows of the model, by what the
// training rows are.
func TestBeside(t *testing.T) {
	source, other := blobs(t, 90, 1), blobs(t, 40, 2)
	m := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{}).Model()
	truth, err := model.TruthOf(background, objective.Goal{Task: data.Classification}, source)
	if err != nil {
		t.Fatal(err)
	}
	shares := truth.Baseline()
	r, err := m.Beside(shares).Evaluate(background, other)
	if err != nil {
		t.Fatal(err)
	}
	want, err := r.Classification.Baseline(truth.Counts)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Goals[0].Metrics.Baseline("accuracy"); got != want.Accuracy {
		t.Errorf("accuracy %v; want %v", got, want.Accuracy)
	}
	if r, err = m.Evaluate(background, other); err != nil || !math.IsNaN(r.Goals[0].Metrics.Baseline("accuracy")) {
		t.Errorf("a model that has nothing beside it measures it: %v", err)
	}
	_, err = m.Beside([]float64{1}).Evaluate(background, other)
	says(t, err, "1 values", "3 classes")

	numbers, _, y := line(t, 50, 3)
	if truth, err = model.TruthOf(background, objective.Goal{Task: data.Regression}, numbers); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, v := range y {
		sum += float64(v[0])
	}
	if got := truth.Baseline()[0]; math.Abs(got-sum/50) > 1e-12 {
		t.Errorf("mean %v; want %v", got, sum/50)
	}
}
