package model_test

import (
	"bytes"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/objective"
	"descent/train"
)

// sights are n rows of an image, two numbers beside it, a class, an age, and a
// tag for each of three positions with a mask.
func sights(t *testing.T, n int) (data.Source, map[string][]float32) {
	t.Helper()
	spec := data.Spec{
		Name: "sights", Input: []int{3, 2, 1}, Task: data.Classification, Classes: []string{"near", "far"},
		More: []data.Field{
			{Name: "place", Shape: []int{2}},
			{Name: "age", Role: data.TargetRole, Shape: []int{1}},
			{Name: "tags", Kind: data.Class, Role: data.TargetRole, Shape: []int{3}, Names: []string{"a", "b", "c"}},
			{Name: "mask", Role: data.TargetRole, Shape: []int{3}},
		},
	}
	v := map[string][]float32{}
	for i := range n {
		for j := range 6 {
			v["x"] = append(v["x"], float32(math.Sin(float64(i*i+3*j))))
		}
		v["place"] = append(v["place"], float32(math.Cos(float64(i))), float32(i%3))
		v["y"], v["age"] = append(v["y"], float32(i%2)), append(v["age"], float32(i%3)+v["x"][6*i])
		v["tags"] = append(v["tags"], float32(i%3), float32((i+1)%3), float32(i%4-1))
		v["mask"] = append(v["mask"], 1, float32(i%2), 1)
	}
	source, err := data.FromFields(spec, v)
	if err != nil {
		t.Fatal(err)
	}
	return source, v
}

// seer has a head for each goal of sights.
type seer struct{ Units int }

func (l seer) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	h := c.Call("body", nn.Sequential{nn.Flatten{}, nn.Join{Field: "place"}, nn.Dense{Units: l.Units, Activation: nn.Tanh}}, x)
	c.Head("age", c.Call("age", nn.Dense{Units: 1}, h))
	c.Head("tags", c.Call("tags", nn.Sequential{nn.Dense{Units: 9}, nn.Reshape{Dims: []int{3, 3}}}, h))
	return c.Call("class", nn.Dense{Units: 2}, h)
}

func init() { nn.Register(seer{}) }

var seen = objective.Objective{
	{Task: data.Classification},
	{Task: data.Regression, Output: "age", Target: "age", Loss: loss.Huber{Delta: 1}, Weight: 0.5},
	{Name: "words", Task: data.Classification, Output: "tags", Target: "tags", Mask: "mask"},
}

func trainedSeer(t *testing.T) (*model.Model, data.Source, map[string][]float32) {
	source, v := sights(t, 300)
	trainer := newTrainer(t, seer{8}, source.Spec(), train.Config{Objective: seen, Epochs: 2, BatchSize: 50})
	steps(t, trainer, source)
	return trainer.Model(), source, v
}

func inputs(v map[string][]float32, from, to int) map[string][]float32 {
	return map[string][]float32{"x": v["x"][6*from : 6*to], "place": v["place"][2*from : 2*to]}
}

// TestPredictFields: all goals, for many rows at once as for one, before and after
// a file, as Predictions gives the first, and on many goroutines.
func TestPredictFields(t *testing.T) {
	m, source, v := trainedSeer(t)
	want, err := m.PredictFields(inputs(v, 0, 300))
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(want)); !slices.Equal(got, []string{"age", "words", "y"}) || len(want["y"]) != 600 || len(want["age"]) != 300 || len(want["words"]) != 2700 {
		t.Fatalf("goals %v", got)
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	loaded, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := loaded.Write(&b); err != nil {
		t.Fatal(err)
	}
	read, err := model.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, m := range []*model.Model{m, loaded, read} {
		for _, size := range []int{1, 7, 300} {
			all.Go(func() {
				for from := 0; from+size <= 300; from += 100 {
					got, err := m.PredictFields(inputs(v, from, from+size))
					if err != nil {
						t.Error(err)
						return
					}
					for name, list := range want {
						k := len(list) / 300
						if !same(got[name], list[k*from:k*(from+size)]) {
							t.Errorf("%s of rows %d to %d differ", name, from, from+size)
						}
					}
				}
			})
		}
	}
	all.Wait()
	i := 0
	for p, err := range loaded.Predictions(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		if !same(p, want["y"][2*i:2*i+2]) {
			t.Errorf("row %d differs", i)
		}
		i++
	}
	if i != 300 {
		t.Errorf("%d rows", i)
	}
}

// TestGoalsReport measures each goal as sums over its predictions do; what the
// mask leaves out and what has no class does not count.
func TestGoalsReport(t *testing.T) {
	m, source, v := trainedSeer(t)
	y, err := m.PredictFields(inputs(v, 0, 300))
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Evaluate(background, source)
	if err != nil {
		t.Fatal(err)
	}
	right, counted, far := 0.0, 0.0, 0.0
	for i, tag := range v["tags"] {
		if v["mask"][i] == 0 || tag < 0 {
			continue
		}
		counted++
		if p := y["words"][3*i : 3*i+3]; p[int(tag)] == slices.Max(p) {
			right++
		}
	}
	for i, age := range v["age"] {
		far += math.Abs(y["age"][i]-float64(age)) / 300
	}
	if got := r.Score("words.accuracy"); math.Abs(got-right/counted) > 1e-12 || r.Goals[2].Metrics.Rows() != int(counted) {
		t.Errorf("accuracy %v of %d positions, by hand %v of %v", got, r.Goals[2].Metrics.Rows(), right/counted, counted)
	}
	if got := r.Score("age.mae"); math.Abs(got-far) > 1e-9 || r.Score("mae") != got {
		t.Errorf("mae %v, by hand %v", got, far)
	}
	if !math.IsNaN(r.Score("age.accuracy")) || !math.IsNaN(r.Score("words.mae")) || r.Score("accuracy") != r.Score("y.accuracy") {
		t.Error("a score is another goal's")
	}
}

// TestPredictFieldsOfX: a model of x alone predicts the same by both ways.
func TestPredictFieldsOfX(t *testing.T) {
	source := blobs(t, 30, 1)
	m := trained(t, nn.Dense{Units: 3}, source, nil)
	x := rows(t, source, 30)
	got, err := m.PredictFields(map[string][]float32{"x": x})
	if err != nil || !same(got["y"], predict(t, m, x)) {
		t.Errorf("differs, error %v", err)
	}
}

func TestPredictFieldsErrors(t *testing.T) {
	m, _, v := trainedSeer(t)
	good := inputs(v, 0, 2)
	for _, tt := range []struct {
		change map[string][]float32
		says   []string
	}{
		{map[string][]float32{"x": nil}, []string{"model: ", `there is no field "x"`}},
		{map[string][]float32{"place": nil}, []string{`there is no field "place"`, "which the network reads"}},
		{map[string][]float32{"plac": {1}}, []string{`no field "plac"`, "place, x"}},
		{map[string][]float32{"age": {1, 2}}, []string{`no field "age"`}},
		{map[string][]float32{"x": make([]float32, 7)}, []string{`field "x": 7 values`, "each 6 values"}},
		{map[string][]float32{"place": make([]float32, 6)}, []string{`field "place" has 3 samples`, `field "x" has 2`}},
		{map[string][]float32{"place": {}}, []string{`field "place": 0 values`}},
	} {
		fields := maps.Clone(good)
		for name, values := range tt.change {
			if fields[name] = values; values == nil {
				delete(fields, name)
			}
		}
		_, err := m.PredictFields(fields)
		says(t, err, tt.says...)
	}
	_, err := m.Predict(v["x"][:6])
	says(t, err, `field "place"`, "PredictFields")
}

// TestMonitorGoal: a goal's score is monitored by the name that its target gives
// it.
func TestMonitorGoal(t *testing.T) {
	source, _ := sights(t, 60)
	for _, monitor := range []string{"age.mae", "y.accuracy", "words.log_loss", "words.f1"} {
		trainer := newTrainer(t, seer{4}, source.Spec(), train.Config{Objective: seen, Monitor: monitor, Epochs: 1})
		if _, err := trainer.Fit(background, source, source); err != nil {
			t.Errorf("%s: %v", monitor, err)
		}
	}
	_, err := train.New(seer{4}, source.Spec(), train.Config{Objective: seen, Monitor: "tags.f1"})
	says(t, err, `no score "tags.f1"`)
}
