package train_test

import (
	"testing"

	"descent/data"
	"descent/nn"
	"descent/objective"
	"descent/train"
)

// TestMaskedPlaceholder: whatever number stands where a mask says that none was
// measured, the bits of training are the same.
func TestMaskedPlaceholder(t *testing.T) {
	spec := data.Spec{Input: []int{1}, More: []data.Field{
		{Name: "a", Role: data.TargetRole, Shape: []int{2}}, {Name: "m", Role: data.TargetRole, Shape: []int{2}},
	}}
	weights := map[float32]string{}
	for _, placeholder := range []float32{0, -999, 3e38} {
		source, err := data.FromFields(spec, map[string][]float32{"x": {1, 2}, "a": {1, placeholder, 2, 3}, "m": {1, 0, 1, 1}})
		if err != nil {
			t.Fatal(err)
		}
		trainer := newTrainer(t, nn.Sequential{nn.Dense{Units: 2}, nn.Reshape{Dims: []int{2, 1}}}, spec,
			train.Config{Objective: objective.Objective{{Task: data.Regression, Target: "a", Mask: "m"}}, Epochs: 5})
		m, err := trainer.Fit(background, source, nil)
		if err != nil {
			t.Fatalf("placeholder %v: %v", placeholder, err)
		}
		weights[placeholder] = m.SHA256()
	}
	if weights[0] != weights[-999] || weights[0] != weights[3e38] {
		t.Errorf("weights %v", weights)
	}
}
