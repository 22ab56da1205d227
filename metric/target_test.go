package metric

import (
	"math"
	"testing"
)

// TestTargetScore: the usual metrics of numbers are the means over targets of what
// each target says of them.
func TestTargetScore(t *testing.T) {
	spec := Spec{Kind: Numbers, Names: []string{"a", "b"}}
	s, err := NewSet(spec, Usual(spec)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add([]float64{1, 2, 3, 5, 5, 9}, []float64{1, 1, 2, 6, 7, 8}); err != nil {
		t.Fatal(err)
	}
	targets := s.Regression().Targets()
	for _, m := range Usual(spec) {
		mean := (targets[0].Score(m.Name) + targets[1].Score(m.Name)) / 2
		if v := s.Value(m.Name); !(math.Abs(v-mean) < 1e-12) {
			t.Errorf("%s is %v, the mean over targets %v", m.Name, v, mean)
		}
	}
	if v := targets[0].Score("ece"); !math.IsNaN(v) {
		t.Errorf("a target has an ece of %v", v)
	}
}
