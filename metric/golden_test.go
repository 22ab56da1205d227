package metric

import (
	"math"
	"slices"
	"testing"

	"descent/internal/goldentest"
)

type golden struct {
	Classification []struct {
		Name                      string
		Classes                   int
		Probabilities             bool
		Scores, Labels            []float32
		Accuracy, Balanced, AUROC *float64
		MacroF1                   float64 `json:"macro_f1"`
		LogLoss                   float64 `json:"log_loss"`
		Confusion                 [][]int
		Precision, Recall, F1     []float64
	}
	Regression []struct {
		Name                 string
		Targets              int
		Pred, Want, Training []float64
		Measures, Baseline   struct{ MSE, MAE, R2 []float64 }
		MSE, MAE, R2         float64
	}
}

func load(t *testing.T) golden {
	t.Helper()
	return goldentest.Load[golden](t, "golden.json") // by golden.py, with scikit-learn
}

// same allows a relative difference of 1e-12: sums in another order.
func same(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = string(rune('a' + i))
	}
	return out
}

func TestGoldenClassification(t *testing.T) {
	for _, tt := range load(t).Classification {
		t.Run(tt.Name, func(t *testing.T) {
			kind := Logits
			if tt.Probabilities {
				kind = Probabilities
			}
			// In batches of 1, 7 and all, to the same bits.
			var losses []float64
			for _, batch := range []int{1, 7, len(tt.Labels)} {
				c := NewClassification(names(tt.Classes), kind)
				for start := 0; start < len(tt.Labels); start += batch {
					end := min(start+batch, len(tt.Labels))
					if err := c.Add(tt.Scores[start*tt.Classes:end*tt.Classes], tt.Labels[start:end]); err != nil {
						t.Fatal(err)
					}
				}
				losses = append(losses, c.LogLoss())
				if c.Rows() != len(tt.Labels) {
					t.Errorf("%d rows, want %d", c.Rows(), len(tt.Labels))
				}
				same(t, "accuracy", c.Accuracy(), *tt.Accuracy)
				same(t, "balanced accuracy", c.BalancedAccuracy(), *tt.Balanced)
				same(t, "macro F1", c.MacroF1(), tt.MacroF1)
				same(t, "log loss", c.LogLoss(), tt.LogLoss)
				auroc := math.NaN()
				if tt.AUROC != nil {
					auroc = *tt.AUROC
				}
				same(t, "AUROC", c.AUROC(), auroc)
				for i, k := range c.Classes() {
					same(t, k.Name+": precision", k.Precision, tt.Precision[i])
					same(t, k.Name+": recall", k.Recall, tt.Recall[i])
					same(t, k.Name+": F1", k.F1, tt.F1[i])
				}
				if got := c.Confusion().Counts; !slices.EqualFunc(got, tt.Confusion, slices.Equal) {
					t.Errorf("confusion %v, want %v", got, tt.Confusion)
				}
			}
			if losses[0] != losses[1] || losses[0] != losses[2] {
				t.Errorf("the log loss depends on the batches: %v", losses)
			}
		})
	}
}

func TestGoldenRegression(t *testing.T) {
	for _, tt := range load(t).Regression {
		t.Run(tt.Name, func(t *testing.T) {
			var first Target
			for _, batch := range []int{1, 7, 1000} {
				r := NewRegression(names(tt.Targets), tt.Training)
				for step, start := batch*tt.Targets, 0; start < len(tt.Want); start += step {
					end := min(start+step, len(tt.Want))
					if err := r.Add(tt.Pred[start:end], tt.Want[start:end]); err != nil {
						t.Fatal(err)
					}
				}
				for i, k := range r.Targets() {
					same(t, k.Name+": MSE", k.MSE, tt.Measures.MSE[i])
					same(t, k.Name+": RMSE", k.RMSE, math.Sqrt(tt.Measures.MSE[i]))
					same(t, k.Name+": MAE", k.MAE, tt.Measures.MAE[i])
					same(t, k.Name+": R2", k.R2, tt.Measures.R2[i])
				}
				for i, k := range r.Baseline() {
					same(t, k.Name+": baseline MSE", k.MSE, tt.Baseline.MSE[i])
					same(t, k.Name+": baseline MAE", k.MAE, tt.Baseline.MAE[i])
					same(t, k.Name+": baseline R2", k.R2, tt.Baseline.R2[i])
				}
				same(t, "MSE", r.MSE(), tt.MSE)
				same(t, "MAE", r.MAE(), tt.MAE)
				same(t, "R2", r.R2(), tt.R2)
				if all := Average(r.Targets()); batch == 1 {
					first = all
				} else if all != first {
					t.Errorf("the measures depend on the batches: %v, %v", all, first)
				}
			}
		})
	}
}
