package reference

import (
	"math"
	"strings"
	"testing"

	"descent/graph"
)

// logistic is Σ log(1 + e^(-x·w)), the loss of labels that are all 1.
func logistic(t *testing.T) (loss, dw graph.Tensor) {
	t.Helper()
	g := graph.New()
	x := g.Input("x", graph.Shape(3, 2))
	w := g.Variable("w", graph.Shape(2, 1))
	loss = x.MatMul(w).Neg().Exp().Log1p().Sum().Mul(g.Scalar("weight", nil))
	dw = graph.Gradient(loss, w)[0]
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	return loss, dw
}

// The expectation is the sum written out.
func TestRun(t *testing.T) {
	loss, dw := logistic(t)
	env := Env{
		Values:  map[string][]float64{"x": {1, 2, -1, 0.5, 3, -2}, "w": {0.5, -0.25}},
		Scalars: []float64{2},
	}
	got, err := Run(env, loss, dw)
	if err != nil {
		t.Fatal(err)
	}
	z := []float64{0, -0.625, 2}
	want := 0.0
	dx := []float64{0, 0}
	for i, z := range z {
		want += 2 * math.Log1p(math.Exp(-z))
		for j := range dx {
			dx[j] -= 2 * env.Values["x"][2*i+j] / (1 + math.Exp(z))
		}
	}
	if math.Abs(got[0][0]-want) > 1e-14 || math.Abs(got[1][0]-dx[0]) > 1e-14 || math.Abs(got[1][1]-dx[1]) > 1e-14 {
		t.Errorf("got %v, want %v and %v", got, want, dx)
	}
}

func TestRunNamesWhatIsMissing(t *testing.T) {
	loss, _ := logistic(t)
	x, w := make([]float64, 6), make([]float64, 2)
	for _, c := range []struct {
		env  Env
		want string
	}{
		{Env{Values: map[string][]float64{"x": x}, Scalars: []float64{1}}, `no value for "w"`},
		{Env{Values: map[string][]float64{"x": x[:5], "w": w}, Scalars: []float64{1}}, `"x" has 5 values, its shape [3 2] takes 6`},
		{Env{Values: map[string][]float64{"x": x, "w": w}}, "no value for scalar 0"},
	} {
		if _, err := Run(c.env, loss); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one that says %s", err, c.want)
		}
	}
	if _, err := Run(Env{}, graph.Tensor{}); err == nil {
		t.Error("no error for the zero Tensor")
	}
}
