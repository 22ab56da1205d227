package train_test

import (
	"math"
	"testing"

	"descent/data"
	"descent/internal/rng"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// sides is n rows of two features in two classes, of which every k-th is of
// class "rare".
func sides(t testing.TB, n, k int, seed uint64) data.Source {
	t.Helper()
	x, labels := make([][]float32, n), make([]int, n)
	key := rng.Key{Seed: seed}
	for i := range x {
		if i%k == k-1 {
			labels[i] = 1
		}
		x[i] = []float32{float32(key.Normal(2*i) + float64(labels[i])), float32(key.Normal(2*i + 1))}
	}
	source, err := data.FromClasses(x, labels, []string{"common", "rare"})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// logLoss is scikit-learn's log_loss of what the model predicts.
func logLoss(t testing.TB, m *model.Model, source data.Source) float64 {
	t.Helper()
	size := source.Spec().Size()
	x, y := make([]float32, source.Len()*size), make([]float32, source.Len())
	list := make([]int, source.Len())
	for i := range list {
		list[i] = i
	}
	if err := source.Read(list, x, y); err != nil {
		t.Fatal(err)
	}
	p, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, label := range y {
		sum -= math.Log(p[i*len(source.Spec().Classes)+int(label)])
	}
	return sum / float64(len(y))
}

// TestPlainLoss: whatever training feels, Plain is the log loss of the
// predictions, and Loss what training makes small.
func TestPlainLoss(t *testing.T) {
	source := sides(t, 120, 6, 3)
	for _, tt := range []struct {
		name    string
		loss    loss.Loss
		outputs int
		differs bool
	}{
		{"plain", loss.CrossEntropy{}, 2, false},
		{"weights", loss.CrossEntropy{ClassWeights: []float64{0.6, 3}}, 2, true},
		{"smoothing", loss.CrossEntropy{LabelSmoothing: 0.2}, 2, true},
		{"both", loss.CrossEntropy{LabelSmoothing: 0.1, ClassWeights: []float64{0.6, 3}}, 2, true},
		{"bce", loss.BinaryCrossEntropy{}, 1, false},
		{"weighted bce", loss.BinaryCrossEntropy{PosWeight: 5}, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			trainer := newTrainer(t, nn.MLP([]int{8}, tt.outputs, nn.ReLU, 0, nil), source.Spec(), train.Config{Loss: tt.loss, Penalty: loss.L2(0.01), Epochs: 5})
			m, err := trainer.Fit(background, source, nil)
			if err != nil {
				t.Fatal(err)
			}
			r, err := m.Evaluate(background, source)
			if err != nil {
				t.Fatal(err)
			}
			if want := logLoss(t, m, source); math.Abs(r.Plain-want) > 1e-6 {
				t.Errorf("plain loss %v, the log loss of the predictions is %v", r.Plain, want)
			}
			if (r.Loss != r.Plain) != tt.differs || r.Score("loss") != r.Loss {
				t.Errorf("loss %v, plain %v, score %v", r.Loss, r.Plain, r.Score("loss"))
			}
		})
	}
}

// TestPlainLossOfViews: that of the mean probabilities, not the mean of the
// views' losses.
func TestPlainLossOfViews(t *testing.T) {
	parts := digits(t)
	trainer := newTrainer(t, nn.MLP([]int{16}, 10, nn.ReLU, 0, nil), parts.Train.Spec(), train.Config{Epochs: 2})
	m, err := trainer.Fit(background, parts.Train, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m, err = m.Views(model.Views{Flip: true, Shift: 1}); err != nil {
		t.Fatal(err)
	}
	r, err := m.Evaluate(background, parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	if want := logLoss(t, m, parts.Validation); math.Abs(r.Plain-want) > 1e-5 || r.Loss <= r.Plain {
		t.Errorf("plain loss %v, loss %v, the log loss of the predictions is %v", r.Plain, r.Loss, want)
	}
}

// TestUndefinedScore: a score that validation leaves undefined is refused
// before the first update, and another takes its place.
func TestUndefinedScore(t *testing.T) {
	two := sides(t, 40, 4, 1)
	one := data.Subset(two, []int{0, 1, 2, 4, 5})
	target, _, _ := line(t, 30, 2)
	flat, err := data.FromTargets([][]float32{{1, 2}, {2, 1}, {0, 3}}, [][]float32{{5}, {5}, {5}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name              string
		train, validation data.Source
		monitor           string
		says              []string // nil: it can be measured
	}{
		{"no row of a class", two, one, "auroc", []string{"auroc", `class "rare"`, "5", "loss"}},
		{"both classes", two, two, "auroc", nil},
		{"balanced accuracy of a class", two, one, "balanced_accuracy", nil},
		{"f1 of a class", two, one, "f1", nil},
		{"a single row", target, data.Subset(target, []int{3}), "r2", []string{"r2", "two rows"}},
		{"one value", target, flat, "r2", []string{"r2", "vary"}},
		{"mse of one value", target, flat, "mse", nil},
		{"r2", target, target, "r2", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			trainer := newTrainer(t, nn.Dense{Units: tt.train.Spec().Outputs()}, tt.train.Spec(), train.Config{Monitor: tt.monitor, Epochs: 1})
			m, err := trainer.Fit(background, tt.train, tt.validation)
			if tt.says == nil {
				if err != nil || m == nil {
					t.Fatal(err)
				}
				return
			}
			says(t, err, tt.says...)
			if trainer.Updates() != 0 {
				t.Errorf("%d updates were made", trainer.Updates())
			}
		})
	}
}
