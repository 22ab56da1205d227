package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestScaledError compares the metrics of a forecast with numpy's; see testdata/mase.py.
func TestScaledError(t *testing.T) {
	text, err := os.ReadFile("testdata/mase.json")
	if err != nil {
		t.Fatal(err)
	}
	var g struct {
		Scales, Pred, Want []float64
		MSE, MAE, MASE     float64
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	spec := Spec{Kind: Numbers, Names: names(2), Scales: g.Scales}
	s := mustSet(t, spec)
	if err := s.Add(g.Pred, g.Want); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"mse": g.MSE, "mae": g.MAE, "mase": g.MASE} {
		if got := s.Value(name); math.Abs(got-want) > 1e-12*want {
			t.Errorf("%s is %v, by numpy %v", name, got, want)
		}
	}
	if Main(spec).Name != "mse" {
		t.Errorf("the main metric of a forecast is %s", Main(spec).Name)
	}
	if _, err := NewSet(Spec{Kind: Numbers, Names: names(2), Scales: g.Scales[:1]}); err == nil {
		t.Error("one scale of two targets is taken")
	}
}
