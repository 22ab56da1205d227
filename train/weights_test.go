package train_test

import (
	"math"
	"testing"

	"descent/data"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// weighted returns rows of two numbers and a class that count so much, or, if they are
// to be copied, each as often.
func weighted(t *testing.T, counts []int, copied bool) data.Source {
	t.Helper()
	values := map[string][]float32{}
	sum := 0
	for _, n := range counts {
		sum += n
	}
	for i, n := range counts {
		times := 1
		if copied {
			times = n
		}
		for range times {
			v := math.Sin(float64(i*i + 1))
			values[data.X] = append(values[data.X], float32(v), float32(math.Cos(float64(i))))
			values[data.Y] = append(values[data.Y], float32(i%3))
			values[data.WeightField] = append(values[data.WeightField], float32(float64(n*len(counts))/float64(sum)))
		}
	}
	spec := data.Spec{Input: []int{2}, Task: data.Classification, Classes: []string{"a", "b", "c"}}
	if copied {
		delete(values, data.WeightField)
	} else {
		spec.More = []data.Field{{Name: data.WeightField, Role: data.TargetRole}}
	}
	source, err := data.FromFields(spec, values)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// TestWeightedRows: a row that counts twice trains and measures as one that stands
// there twice, and one of weight 0 as none; in one piece or in micro-batches.
func TestWeightedRows(t *testing.T) {
	counts := []int{1, 2, 0, 3, 1, 1, 0, 2, 4, 1, 1, 2}
	fit := func(copied bool, micro int) ([]float32, float64, float64) {
		source := weighted(t, counts, copied)
		trainer, err := train.New(nn.Sequential{nn.Dense{Units: 4, Activation: nn.Tanh}, nn.Dense{Units: 3}}, source.Spec(), train.Config{
			Optimizer: optim.NewSGD(), LearningRate: 0.5, BatchSize: train.All, MicroBatch: micro, Epochs: 20, Order: train.InOrder,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		m, err := trainer.Fit(t.Context(), source, source)
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Evaluate(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		var all []float32
		for _, v := range m.Weights() {
			all = append(all, v...)
		}
		return all, r.Loss, r.Classification.Accuracy()
	}
	want, loss, accuracy := fit(true, 0)
	for _, micro := range []int{0, 5} {
		got, l, a := fit(false, micro)
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > 1e-5 { // measured: 6e-7
				t.Errorf("micro-batches of %d: weight %d is %v, of rows that are copied %v", micro, i, got[i], want[i])
			}
		}
		if math.Abs(l-loss) > 1e-6 || math.Abs(a-accuracy) > 1e-6 {
			t.Errorf("micro-batches of %d: loss %v, accuracy %v; of rows that are copied %v, %v", micro, l, a, loss, accuracy)
		}
	}
}
