package metric

import (
	"math"
	"slices"
	"strings"
	"testing"
)

var nan, inf = float32(math.NaN()), float32(math.Inf(1))

func TestArgmax(t *testing.T) {
	n := math.NaN()
	tests := []struct {
		row  []float64
		want int
	}{
		{[]float64{1, 2, 3}, 2},
		{[]float64{3, 3, 1}, 0}, // ties: the lowest class
		{[]float64{math.Copysign(0, -1), 0}, 0},
		{[]float64{math.Inf(-1), math.Inf(-1)}, 0},
		{[]float64{1, math.Inf(1)}, 1},
		{[]float64{n, 1}, -1},
		{[]float64{1, n}, -1},
		{[]float64{math.Inf(1), n}, -1},
	}
	for _, tt := range tests {
		if got := argmax(tt.row); got != tt.want {
			t.Errorf("argmax(%v) = %d, want %d", tt.row, got, tt.want)
		}
	}
}

func TestNaNRowIsWrong(t *testing.T) {
	c := NewClassification([]string{"a", "b"}, Logits)
	if err := c.Add([]float32{2, 1, nan, 5, nan, nan, 1, 2}, []float32{0, 1, 0, 1}); err != nil {
		t.Fatal(err)
	}
	if got := c.Accuracy(); got != 0.5 {
		t.Errorf("accuracy %v, want 0.5", got)
	}
	if m := c.Confusion(); !slices.Equal(m.Undecided, []int{1, 1}) {
		t.Errorf("undecided %v", m.Undecided)
	}
	if k := c.Classes()[0]; k.Rows != 2 || k.Predicted != 1 || k.Recall != 0.5 || k.Precision != 1 {
		t.Errorf("class a: %+v", k)
	}
	if !math.IsNaN(c.LogLoss()) || !math.IsNaN(c.AUROC()) {
		t.Errorf("log loss %v, AUROC %v, want NaN", c.LogLoss(), c.AUROC())
	}
}

// TestSingleScore asks that one score of class 1 measures as the pair does.
func TestSingleScore(t *testing.T) {
	tests := []struct {
		name         string
		kind         Scores
		single, pair []float32
	}{
		{"logits", Logits, []float32{-1, 0, 2, 100, -100}, []float32{0, -1, 0, 0, 0, 2, 0, 100, 0, -100}},
		{"probabilities", Probabilities, []float32{0.25, 0.5, 0.75, 1, 0.125}, []float32{0.75, 0.25, 0.5, 0.5, 0.25, 0.75, 0, 1, 0.875, 0.125}},
		{"NaN", Logits, []float32{nan, 1, 1, 1, 1}, []float32{nan, nan, 0, 1, 0, 1, 0, 1, 0, 1}},
	}
	labels := []float32{0, 1, 1, 1, 0}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := NewClassification(names(2), tt.kind), NewClassification(names(2), tt.kind)
			if err := a.Add(tt.single, labels); err != nil {
				t.Fatal(err)
			}
			if err := b.Add(tt.pair, labels); err != nil {
				t.Fatal(err)
			}
			same(t, "accuracy", a.Accuracy(), b.Accuracy())
			same(t, "log loss", a.LogLoss(), b.LogLoss())
			same(t, "AUROC", a.AUROC(), b.AUROC())
		})
	}
}

// TestAUROC compares with the definition, a count over all pairs.
func TestAUROC(t *testing.T) {
	i := math.Inf(1)
	tests := []struct {
		name               string
		negative, positive []float64
		want               float64
	}{
		{"apart", []float64{1, 2}, []float64{3, 4}, 1},
		{"reversed", []float64{3, 4}, []float64{1, 2}, 0},
		{"all tied", []float64{1, 1, 1}, []float64{1, 1}, 0.5},
		{"one tie of four", []float64{1, 2}, []float64{2, 3}, 0.875},
		{"infinite", []float64{-i, 0}, []float64{0, i}, 0.875},
		{"zeros of both signs tie", []float64{0}, []float64{math.Copysign(0, -1)}, 0.5},
		{"one class", nil, []float64{1}, math.NaN()},
		{"NaN", []float64{math.NaN(), 1}, []float64{2}, math.NaN()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { same(t, "AUROC", auroc(tt.negative, tt.positive), tt.want) })
	}
}

func TestExtremeLogits(t *testing.T) {
	tests := []struct {
		scores []float32
		label  float32
		want   float64
	}{
		{[]float32{3e38, -3e38}, 0, 0},
		{[]float32{-3e38, 3e38}, 1, 0},
		{[]float32{1000, 0}, 1, 1000},
		{[]float32{-1000, -1000}, 1, math.Ln2},
		{[]float32{0, -inf}, 1, math.Inf(1)},
	}
	for _, tt := range tests {
		c := NewClassification(names(2), Logits)
		if err := c.Add(tt.scores, []float32{tt.label}); err != nil {
			t.Fatal(err)
		}
		if got := c.LogLoss(); got != tt.want && math.Abs(got-tt.want) > 1e-15 {
			t.Errorf("log loss of %v, label %v = %v, want %v", tt.scores, tt.label, got, tt.want)
		}
	}
}

func TestAddErrors(t *testing.T) {
	tests := []struct {
		name           string
		classes        int
		scores, labels []float32
		want           string
	}{
		{"short", 3, make([]float32, 5), make([]float32, 2), "5 scores for 2 labels of 3 classes; want 6"},
		{"one class", 1, make([]float32, 2), make([]float32, 2), "at least 2"},
		{"label too large", 3, make([]float32, 6), []float32{0, 3}, "row 1: label 3; want a whole number in [0, 3)"},
		{"label negative", 3, make([]float32, 6), []float32{-1, 0}, "row 0: label -1"},
		{"label fraction", 3, make([]float32, 6), []float32{0, 1.5}, "row 1: label 1.5"},
		{"label NaN", 3, make([]float32, 6), []float32{0, nan}, "row 1: label NaN"},
		{"label infinite", 3, make([]float32, 6), []float32{inf, 0}, "row 0: label +Inf"},
		{"single for three", 3, make([]float32, 2), make([]float32, 2), "want 6"},
	}
	for _, tt := range tests {
		c := NewClassification(names(tt.classes), Logits)
		err := c.Add(tt.scores, tt.labels)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q in it", tt.name, err, tt.want)
		}
		if c.Rows() != 0 {
			t.Errorf("%s: %d rows were added", tt.name, c.Rows())
		}
	}
	c := NewClassification(names(3), Logits)
	if err := c.Add(make([]float32, 6), make([]float32, 2)); err != nil {
		t.Fatal(err)
	}
	if err := c.Add(make([]float32, 3), []float32{9}); err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("error %v, want the row counted over all calls", err)
	}
}

func TestEmpty(t *testing.T) {
	c := NewClassification(names(2), Logits)
	for i, x := range []float64{c.Accuracy(), c.BalancedAccuracy(), c.MacroF1(), c.LogLoss(), c.AUROC()} {
		if !math.IsNaN(x) {
			t.Errorf("measure %d of no rows = %v, want NaN", i, x)
		}
	}
	r := NewRegression(names(1), nil)
	for i, x := range []float64{r.MSE(), r.MAE(), r.R2()} {
		if !math.IsNaN(x) {
			t.Errorf("measure %d of no rows = %v, want NaN", i, x)
		}
	}
	if r.Baseline() != nil {
		t.Error("a baseline without training means")
	}
}

func TestClassBaseline(t *testing.T) {
	c := NewClassification([]string{"a", "b", "c"}, Logits)
	if err := c.Add(make([]float32, 12), []float32{0, 1, 1, 2}); err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 3)
	if err := CountLabels(counts, []float32{1, 1, 0, 2, 0, 0, 1, 2}); err != nil {
		t.Fatal(err)
	}
	got, err := c.Baseline(counts) // 3, 3, 2: a by the tie
	if err != nil {
		t.Fatal(err)
	}
	if got.Class != "a" || got.Accuracy != 0.25 {
		t.Errorf("got %+v", got)
	}
	same(t, "log loss", got.LogLoss, -(3*math.Log(3.0/8)+math.Log(2.0/8))/4)

	if got, err := c.Baseline([]int{1, 2, 0}); err != nil || got.Class != "b" || got.Accuracy != 0.5 || !math.IsInf(got.LogLoss, 1) {
		t.Errorf("a class that training never saw: %+v, error %v", got, err)
	}
	for _, bad := range [][]int{nil, {1, 2}, {0, 0, 0}, {1, -1, 1}} {
		if _, err := c.Baseline(bad); err == nil {
			t.Errorf("training counts %v are taken", bad)
		}
	}
	before := slices.Clone(counts)
	if err := CountLabels(counts, []float32{0, 3}); err == nil || !slices.Equal(counts, before) {
		t.Errorf("label 3 of 3: error %v, counts %v", err, counts)
	}
}

func TestRegressionEdges(t *testing.T) {
	n := math.NaN()
	tests := []struct {
		name       string
		pred, want []float64
		r2         float64
	}{
		{"constant, met", []float64{2, 2}, []float64{2, 2}, 1},
		{"constant, missed", []float64{2, 3}, []float64{2, 2}, 0},
		{"constant, NaN", []float64{2, n}, []float64{2, 2}, n},
		{"one row", []float64{2}, []float64{2}, n},
		{"NaN", []float64{n, 1}, []float64{2, 1}, n},
		{"mean", []float64{1.5, 1.5}, []float64{2, 1}, 0},
	}
	for _, tt := range tests {
		r := NewRegression(names(1), nil)
		if err := r.Add(tt.pred, tt.want); err != nil {
			t.Fatal(err)
		}
		same(t, tt.name+": R2", r.R2(), tt.r2)
	}
	for _, err := range []error{
		NewRegression(nil, nil).Add(nil, nil),
		NewRegression(names(2), nil).Add(make([]float64, 3), make([]float64, 3)),
		NewRegression(names(2), nil).Add(make([]float64, 2), make([]float64, 4)),
		NewRegression(names(2), []float64{1}).Add(make([]float64, 2), make([]float64, 2)),
	} {
		if err == nil {
			t.Error("a mismatch is taken")
		}
	}
}

func TestMeans(t *testing.T) {
	m := NewMeans(2)
	for _, x := range [][]float64{{1e9 + 1, 1}, {1e9 + 2, 2, 1e9 + 3, 6}} {
		if err := m.Add(x); err != nil {
			t.Fatal(err)
		}
	}
	if got := m.Values(); got[0] != 1e9+2 || got[1] != 3 {
		t.Errorf("means %v", got)
	}
	if m.Add([]float64{1}) == nil {
		t.Error("half a row is taken")
	}
	empty := NewMeans(0)
	if empty.Add([]float64{1}) == nil {
		t.Error("a value without columns is taken")
	}
}
