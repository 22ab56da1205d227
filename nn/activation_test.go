package nn_test

import (
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/nn"
)

// TestActivations compares value and gradient with PyTorch's. The reference
// differs only by constants rounded to float32, which PyTorch keeps in
// float64; the engine by float32. Bounds are twice what was measured.
func TestActivations(t *testing.T) {
	bounds := map[nn.Activation]struct{ ref, rel, abs float64 }{
		nn.Linear:    {1e-14, 1e-7, 0},
		nn.ReLU:      {1e-14, 1e-7, 0},
		nn.LeakyReLU: {1e-7, 3e-7, 0},
		nn.ELU:       {1e-14, 3e-7, 2e-7}, // the gradient is (eˣ-1) + 1
		nn.SELU:      {2e-7, 5e-7, 2e-7},
		nn.GELU:      {1e-6, 5e-7, 5e-7}, // 1 + erf cancels in the left tail
		nn.SiLU:      {1e-14, 5e-7, 2e-7},
		nn.Sigmoid:   {1e-14, 5e-7, 2e-7}, // y(1-y) cancels as y → 1
		nn.Tanh:      {1e-14, 5e-7, 2e-7}, // 1-y² too
		nn.Softplus:  {1e-14, 5e-7, 2e-7},
		nn.Softmax:   {1e-14, 5e-7, 2e-7},
		nn.GELUTanh:  {1e-6, 5e-7, 5e-7}, // 1 + tanh cancels as that of GELU
		nn.ReLU2:     {1e-14, 2e-7, 0},
		nn.ReLU6:     {1e-14, 1e-7, 0},
	}
	g := load(t)
	for a, bound := range bounds {
		t.Run(a.String(), func(t *testing.T) {
			want, ok := g.Activations[a.String()]
			if !ok {
				t.Fatal("no golden numbers")
			}
			g := graph.New()
			x := g.Variable("x", graph.Shape(want.Dims...))
			dy := g.Input("dy", x.Type())
			y := nn.NewContext(g, true).Call("a", a, x)
			dx := graph.Gradient(y.Mul(dy).Sum(), x)[0]
			values := map[string][]float64{"x": want.X}
			for i := range want.X {
				values["dy"] = append(values["dy"], 0.5+float64(i)/float64(len(want.X)-1))
			}
			ref, engine := enginetest.Both(t, values, 0, y, dx)
			enginetest.Compare(t, "reference value", ref[0], want.Y, bound.ref, 1e-14)
			enginetest.Compare(t, "reference gradient", ref[1], want.Dx, bound.ref, bound.ref)
			enginetest.Compare(t, "engine value", engine[0], want.Y, bound.rel, bound.abs)
			enginetest.Compare(t, "engine gradient", engine[1], want.Dx, bound.rel, bound.abs)
		})
	}
	if len(bounds) != len(g.Activations) {
		t.Errorf("%d of %d activations are tested", len(bounds), len(g.Activations))
	}
}

func TestActivationNames(t *testing.T) {
	for a := nn.Linear; a <= nn.ReLU6; a++ {
		if got, err := nn.ParseActivation(a.String()); got != a || err != nil {
			t.Errorf("ParseActivation(%q) = %v, %v", a, got, err)
		}
	}
	if a, err := nn.ParseActivation("swish"); a != nn.SiLU || err != nil {
		t.Errorf("swish = %v, %v", a, err)
	}
	_, err := nn.ParseActivation("rellu")
	if err == nil || !strings.Contains(err.Error(), `did you mean "relu"`) {
		t.Errorf("error %v does not suggest relu", err)
	}
	g := graph.New()
	nn.Activation(99).Apply(g.Input("x", graph.Shape(1)))
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "Activation(99)") {
		t.Errorf("an activation that does not exist gives %v", err)
	}
}

func TestDefaultInitializers(t *testing.T) {
	want := map[string]string{
		"linear": "xavier-uniform", "relu": "he-normal", "leaky-relu": "he-normal:0.01", "elu": "he-normal",
		"selu": "lecun-normal", "gelu": "he-normal", "silu": "he-normal", "sigmoid": "xavier-uniform",
		"tanh": "xavier-uniform", "softplus": "he-normal", "softmax": "xavier-uniform",
		"gelu-tanh": "he-normal", "relu2": "he-normal", "relu6": "he-normal",
	}
	for a := nn.Linear; a <= nn.ReLU6; a++ {
		if got := a.Initializer().String(); got != want[a.String()] {
			t.Errorf("%v starts with %s, want %s", a, got, want[a.String()])
		}
	}
}
