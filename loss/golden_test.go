package loss_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/loss"
	"descent/nn"
	"descent/nn/initial"
)

// TestGolden compares each row's loss and its gradient with PyTorch's: the
// reference to rounding, as all constants of the cases but 1/k are exact in
// float32; the engine to twice what was measured, relative to the largest
// logit, which is subtracted, and for gradients to 1, the size of p.
func TestGolden(t *testing.T) {
	for i, tt := range load(t).Cases {
		t.Run(fmt.Sprintf("%d %s %s", i, tt.Name, tt.Fields), func(t *testing.T) {
			var l loss.Loss
			switch tt.Name {
			case "cross-entropy":
				l = withFields[loss.CrossEntropy](t, tt.Fields)
			case "bce":
				l = withFields[loss.BinaryCrossEntropy](t, tt.Fields)
			case "mse":
				l = withFields[loss.MSE](t, tt.Fields)
			case "mae":
				l = withFields[loss.MAE](t, tt.Fields)
			case "huber":
				l = withFields[loss.Huber](t, tt.Fields)
			case "poisson":
				l = withFields[loss.Poisson](t, tt.Fields)
			case "ordinal":
				l = withFields[loss.Ordinal](t, tt.Fields)
			case "quantile":
				l = withFields[loss.Quantile](t, tt.Fields)
			}
			if l == nil || l.Name() != tt.Name {
				t.Fatalf("%s is %T", tt.Name, l)
			}
			g := graph.New()
			z := g.Variable("z", graph.Shape(tt.N, tt.K))
			y := g.Input("y", graph.Shape(tt.YDims...))
			if tt.Labels {
				y = g.Input("y", graph.Indices(tt.YDims...))
			}
			dl := g.Input("dl", graph.Shape(tt.N))
			rows := l.PerSample(z, y)
			values := map[string][]float64{"z": tt.Z, "y": tt.Y}
			for i := range tt.N {
				values["dl"] = append(values["dl"], 0.5*float64(i+1))
			}
			dz := graph.Gradient(rows.Mul(dl).Sum(), z)[0]
			ref, engine := enginetest.Both(t, values, 0, rows, dz)
			enginetest.Compare(t, "reference loss", ref[0], tt.Loss, 1e-12, 1e-12)
			enginetest.Compare(t, "reference gradient", ref[1], tt.Dz, 1e-12, 1e-12)
			enginetest.Compare(t, "engine loss", engine[0], tt.Loss, 3e-7, 5e-7)
			enginetest.Compare(t, "engine gradient", engine[1], tt.Dz, 5e-7, 3e-7*float64(tt.N))
		})
	}
}

func withFields[L loss.Loss](t *testing.T, fields json.RawMessage) L {
	var l L
	if err := json.Unmarshal(fields, &l); err != nil {
		t.Fatal(err)
	}
	if err := l.Validate(); err != nil {
		t.Fatal(err)
	}
	return l
}

// TestPenalty compares the penalty of one weight beside an exempt bias and
// norm with PyTorch's sum; ½λΣw² would fail it.
func TestPenalty(t *testing.T) {
	golden := load(t).Penalty
	g := graph.New()
	c := nn.NewContext(g, true)
	w := c.Declare(nn.Param{Name: "w", Init: initial.Zeros{}, L1: 0.0625, L2: 0.125}, 3, 2)
	b := c.Bias("b", 2)
	s := c.Declare(nn.Param{Name: "s", Init: initial.Ones{}, Role: nn.Norm, L1: 3}, 2)
	p := loss.Penalty{L1: 0.5, L2: 0.25}.Of(c.Params())
	grads := graph.Gradient(p, w, b, s)
	values := map[string][]float64{"w": golden.W, "b": {1, 2}, "s": {3, 4}}
	ref, engine := enginetest.Both(t, values, 0, p, grads[0], grads[1], grads[2])
	for name, got := range map[string][][]float64{"reference": ref, "engine": engine} {
		enginetest.Compare(t, name+" value", got[0], []float64{golden.Value}, 1e-7, 0)
		enginetest.Compare(t, name+" gradient", got[1], golden.Dw, 1e-7, 0)
		enginetest.Compare(t, name+" gradient of the bias", got[2], []float64{0, 0}, 0, 0)
		enginetest.Compare(t, name+" gradient of the norm", got[3], []float64{0, 0}, 0, 0)
	}
	if got := (loss.Penalty{}).Of(c.Params()[1:]); got != (graph.Tensor{}) {
		t.Errorf("no penalty is %v", got)
	}
	if loss.L1(2) != (loss.Penalty{L1: 2}) || loss.L2(2) != (loss.Penalty{L2: 2}) {
		t.Error("L1 and L2 are mixed up")
	}
	for _, bad := range []loss.Penalty{{L1: -1}, {L2: math.NaN()}, {L2: math.Inf(1)}} {
		if bad.Validate() == nil {
			t.Errorf("%v is valid", bad)
		}
	}
}
