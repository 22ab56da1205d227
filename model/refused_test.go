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
	for want, l := range map[string]loss.Loss{"PerSample of loss mse gives no tensor": nothing{predicts: true}, "Predict of loss mse gives no tensor": nothing{}} {
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
