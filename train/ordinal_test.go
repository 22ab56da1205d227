package train_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// TestProportionalOdds: a linear network with cut points, trained to the end, is the
// model of statsmodels.
func TestProportionalOdds(t *testing.T) {
	text, err := os.ReadFile("testdata/ordinal.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		X                  [][]float32
		Y                  []int
		Coefficients, Cuts []float64
		Loss               float64
		Probabilities      [][]float64
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	source, err := data.FromClasses(want.X, want.Y, []string{"1", "2", "3", "4"})
	if err != nil {
		t.Fatal(err)
	}
	net := nn.Sequential{nn.Dense{Units: 1, NoBias: true}, nn.Cutpoints{Classes: 4}}
	trainer, err := train.New(net, source.Spec(), train.Config{Loss: loss.Ordinal{}, Optimizer: optim.NewLBFGS(), BatchSize: train.All, Epochs: 60})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(t.Context(), source, nil)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 2e-3*(1+math.Abs(want)) {
			t.Errorf("%s is %v, by statsmodels %v", what, got, want)
		}
	}
	r, err := m.Evaluate(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.Loss-want.Loss) > 1e-5 {
		t.Errorf("loss %v, by statsmodels %v", r.Loss, want.Loss)
	}
	weights := map[string][]float32{}
	for name, v := range m.Weights() {
		weights[name] = v
	}
	for i, v := range weights["0.dense.weight"] {
		near("a coefficient", float64(v), want.Coefficients[i])
	}
	cut := float64(weights["1.cutpoints.first"][0])
	near("a cut point", cut, want.Cuts[0])
	for j, gap := range weights["1.cutpoints.gaps"] {
		cut += math.Log1p(math.Exp(float64(gap)))
		near("a cut point", cut, want.Cuts[j+1])
	}
	for i, p := range want.Probabilities {
		got, err := m.Predict(want.X[i])
		if err != nil {
			t.Fatal(err)
		}
		for k := range p {
			near("a probability", got[k], p[k])
		}
	}
}
