package model_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/internal/safetensors"
	"descent/loss"
	"descent/metric"
	"descent/model"
	"descent/nn"
	"descent/objective"
)

// of is a layer made of a function.
type of func(c *nn.Context, x graph.Tensor) graph.Tensor

func (f of) Forward(c *nn.Context, x graph.Tensor) graph.Tensor { return f(c, x) }

// nothing is a loss that gives no tensors.
type nothing struct {
	loss.MSE
	predicts bool
}

func (nothing) PerSample(_, _ graph.Tensor) graph.Tensor { return graph.Tensor{} }
func (l nothing) Predict(z graph.Tensor) graph.Tensor {
	if l.predicts {
		return z
	}
	return graph.Tensor{}
}

// TestNewRefuses networks and losses that give no tensors, by name.
func TestNewRefuses(t *testing.T) {
	spec := data.Spec{Input: []int{2}, Task: data.Regression, Targets: []string{"a", "b"}}
	same := of(func(_ *nn.Context, x graph.Tensor) graph.Tensor { return x })
	for want, net := range map[string]of{
		"model_test.of returned no tensor of the graph": func(*nn.Context, graph.Tensor) graph.Tensor { return graph.Tensor{} },
		"returned no tensor of the graph": func(*nn.Context, graph.Tensor) graph.Tensor {
			return graph.New().Input("x", graph.Shape(1, 2))
		},
		`head "h" is the zero Tensor`: func(c *nn.Context, x graph.Tensor) graph.Tensor { c.Head("h", graph.Tensor{}); return x },
	} {
		if _, err := model.New(net, spec, nil, engine.NewStore()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	for want, l := range map[string]loss.Loss{"loss mse gives no tensor by PerSample": nothing{predicts: true}, "loss mse gives no tensor by Predict": nothing{}} {
		_, err := model.New(same, spec, objective.For(spec, l), engine.NewStore())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

// TestReadRefuses metadata that asks for more than there is.
func TestReadRefuses(t *testing.T) {
	const spec = `"spec":{"Input":[2],"Task":"classification","Classes":["a","b"],"More":[` +
		`{"Name":"large","Kind":"numbers","Role":"input","Shape":[2147483647]},{"Name":"c","Kind":"class","Role":"target","Names":["d"]}]}`
	for meta, want := range map[string]string{
		spec: "neither a loss nor an objective",
		spec + `,"loss":{"name":"cross-entropy"}`:                    `field "large" has [2147483647] in one row; at most 268435456`,
		spec + `,"objective":[{"task":"classification","mask":"c"}]`: `mask "c" is of kind class; it must be numbers`,
	} {
		var b bytes.Buffer
		text := `{"format":2,"network":{"type":"identity"},` + meta + `}`
		if err := safetensors.Write(&b, map[string]string{"descent": text}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := model.Read(b.Bytes()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

// colourless is an image whose pixels are nil.
type colourless struct{ image.Image }

func (colourless) At(_, _ int) color.Color { return nil }

// TestPredictRowOfBadImages: an image of the caller's that panics is an error, and
// the next is predicted. So is an encoder that is not the network's.
func TestPredictRowOfBadImages(t *testing.T) {
	read := func(shape string) *model.Model {
		t.Helper()
		var b bytes.Buffer
		text := `{"format":1,"network":{"type":"flatten"},"loss":{"name":"cross-entropy"},"spec":{"Input":[2,1,1],"Task":"classification","Classes":["a","b"],
			"Encoder":{"kind":"image","task":"classification","targets":[{"name":"c"}],"classes":["a","b"],"shape":` + shape + `,"std":1}}}`
		if err := safetensors.Write(&b, map[string]string{"descent": text}, nil); err != nil {
			t.Fatal(err)
		}
		m, err := model.Read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m, good := read("[2,1,1]"), image.NewGray(image.Rect(0, 0, 1, 2))
	for _, bad := range []image.Image{(*image.RGBA)(nil), &image.YCbCr{Rect: good.Rect}, &image.RGBA{Rect: good.Rect}, colourless{good}, image.NewPaletted(good.Rect, nil)} {
		if _, err := m.PredictRow(context.Background(), bad); err == nil || !strings.Contains(err.Error(), "panicked") {
			t.Errorf("%T: error %v", bad, err)
		}
	}
	if _, err := m.PredictRow(context.Background(), good); err != nil {
		t.Error(err)
	}
	if _, err := read("[3,1,1]").PredictRow(context.Background(), good); err == nil || !strings.Contains(err.Error(), "makes samples of 3 values, its network takes 2") {
		t.Errorf("error %v", err)
	}
}

// TestFindScoreOfGoals: the longest name of a goal is meant; a goal has no score
// of its loss; and a metric of the caller's stands for the usual one of its name,
// in what is found and in what is measured.
func TestFindScoreOfGoals(t *testing.T) {
	o := objective.Objective{{Name: "a", Task: data.Classification}, {Name: "a.b", Task: data.Regression, Target: "age"}}
	if m, goal, err := model.FindScore("a.b.mae", o, nil); m.Name != "mae" || goal != 1 || err != nil {
		t.Errorf("%s of goal %d, %v", m.Name, goal, err)
	}
	if _, _, err := model.FindScore("a.loss", o, nil); err == nil || !strings.Contains(err.Error(), `the loss of goal "a" is not measured by itself`) {
		t.Errorf("error %v", err)
	}

	spec := data.Spec{Input: []int{1}, Task: data.Regression, Targets: []string{"y"}}
	own := metric.Metric{Name: "mae", Higher: true, Fits: metric.OnNumbers, New: metric.MeanOf(func(_, _ []float64) float64 { return 42 })}
	m, err := model.New(of(func(_ *nn.Context, x graph.Tensor) graph.Tensor { return x }), spec, nil, engine.NewStore())
	if err != nil {
		t.Fatal(err)
	}
	source, err := data.FromTargets([][]float32{{1}, {2}}, [][]float32{{1}, {2}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := m.Measuring(metric.Metric{Name: "none"}, own, own).Evaluate(context.Background(), source)
	if err != nil || report.Score("mae") != 42 {
		t.Errorf("mae %v, %v", report.Score("mae"), err)
	}
}

// TestMeasurableCounts: rows that a mask leaves out, and positions of no class, say
// nothing about a goal.
func TestMeasurableCounts(t *testing.T) {
	spec := data.Spec{Input: []int{1}, More: []data.Field{
		{Name: "age", Role: data.TargetRole, Shape: []int{1}}, {Name: "mask", Role: data.TargetRole, Shape: []int{1}},
		{Name: "tags", Kind: data.Class, Role: data.TargetRole, Shape: []int{2}, Names: []string{"a", "b"}},
	}}
	values := map[string][]float32{"x": {1, 2}, "age": {7, 1000}, "mask": {1, 0}, "tags": {-1, -1, -1, -1}}
	source, err := data.FromFields(spec, values)
	if err != nil {
		t.Fatal(err)
	}
	age := objective.Goal{Task: data.Regression, Target: "age", Mask: "mask"}
	truth, err := model.TruthOf(context.Background(), age, source)
	if err != nil || truth.Rows != 1 || truth.Baseline()[0] != 7 {
		t.Errorf("%v rows, mean %v, %v", truth.Rows, truth.Baseline(), err)
	}
	accuracy, err := metric.ByName("accuracy")
	if err != nil {
		t.Fatal(err)
	}
	err = model.Measurable(accuracy, objective.Goal{Task: data.Classification, Target: "tags"}, source)
	if err == nil || !strings.Contains(err.Error(), "accuracy takes rows, and there are none") {
		t.Errorf("error %v", err)
	}
	mae, err := metric.ByName("mae")
	if err != nil {
		t.Fatal(err)
	}
	if err := model.Measurable(mae, age, source); err != nil {
		t.Error(err)
	}
}
