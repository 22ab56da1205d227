package explain_test

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"strings"
	"testing"

	"descent/data"
	"descent/explain"
	"descent/internal/rng"
	"descent/model"
	"descent/nn"
)

// linear is a model f = w·x + b over samples as they are, and n of them.
func linear(t testing.TB, w []float64, n int) (*model.Model, data.Source, [][]float32) {
	t.Helper()
	k := rng.Key{Seed: 4, Stream: rng.Stream("linear")}
	var x, y [][]float32
	for i := range n {
		row, sum := make([]float32, len(w)), 1.5
		for j := range row {
			row[j] = float32(k.Normal(i*len(w)+j)) * float32(j+1)
			sum += float64(row[j]) * w[j]
		}
		x, y = append(x, row), append(y, []float32{float32(sum + 0.1*k.Normal(1<<20+i))})
	}
	s, err := data.FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	m := network(t, s.Spec(), nn.Sequential{nn.Dense{Units: 1}},
		map[string][]float64{"0.dense.weight": w, "0.dense.bias": {1.5}},
		map[string][]int{"0.dense.weight": {len(w), 1}, "0.dense.bias": {1}})
	return m, s, x
}

// TestLinearModel: of a linear model all is known. Its Shapley value is w·(x-E[x]),
// which occlusion equals; and shuffling a column costs 2w²Var(x) + 2w·Cov(r, x) of
// squared error, where r is what the model misses.
func TestLinearModel(t *testing.T) {
	w := []float64{2, -1, 0, 0.5}
	m, s, x := linear(t, w, 400)
	e := explainer(t, m, explain.Config{Samples: 800, Repeats: 200})
	rows := read(t, e, s)
	background, err := e.Background(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := e.Row(context.Background(), x[7], background)
	if err != nil {
		t.Fatal(err)
	}
	if background.Len() != 400 || reasons.Walks != 800 {
		t.Errorf("%d walks over %d rows", reasons.Walks, background.Len())
	}
	importance, err := e.Importance(context.Background(), rows)
	if err != nil {
		t.Fatal(err)
	}
	for j, r := range reasons.Columns {
		var mean, squares, with float64
		for i := range x {
			mean += float64(x[i][j]) / 400
		}
		for i := range x {
			d := float64(x[i][j]) - mean
			y, err := m.Predict(x[i])
			if err != nil {
				t.Fatal(err)
			}
			squares += d * d / 400
			with += d * (float64(rows.Y[i]) - y[0]) / 400
		}
		want := w[j] * (float64(x[7][j]) - mean)
		for _, got := range []float64{r.Shapley[0].Mean, r.Occlusion[0].Mean} {
			if math.Abs(got-want) > 1e-6 { // float32
				t.Errorf("%s has %v of the prediction, want %v", r.Column, got, want)
			}
		}
		cost := 2*w[j]*w[j]*squares + 2*w[j]*with
		for _, effect := range importance.Columns {
			if c := effect.Costs[0]; effect.Columns[0] == r.Column && math.Abs(c.Mean-cost) > 0.02*math.Abs(cost) {
				t.Errorf("shuffling %s costs %v, want %v", r.Column, c.Mean, cost)
			}
		}
	}
}

// TestShapleyEqualsTheSum: walks approach the sum over all subsets of columns, within
// their interval, and add up exactly.
func TestShapleyEqualsTheSum(t *testing.T) {
	_, m, s := known(t)
	e := explainer(t, m, explain.Config{Samples: 8000, Rows: 40})
	background := read(t, e, s)
	all := read(t, explainer(t, m, explain.Config{}), s)
	x := all.Row(3)
	reasons, err := e.Row(context.Background(), x, background)
	if err != nil {
		t.Fatal(err)
	}
	columns := e.Columns()
	value := func(subset uint) (sum float64) {
		for b := range background.Len() {
			mixed := append([]float32(nil), background.Row(b)...)
			for c, column := range columns {
				if subset>>c&1 == 1 {
					copy(mixed[column.First:column.First+column.Width], x[column.First:])
				}
			}
			y, err := m.Predict(mixed)
			if err != nil {
				t.Fatal(err)
			}
			sum += y[0] / float64(background.Len())
		}
		return sum
	}
	factorial := func(n int) float64 { return math.Gamma(float64(n + 1)) }
	sum := reasons.Mean[0]
	for c := range columns {
		want := 0.0
		for subset := range uint(1) << len(columns) {
			if k := bits.OnesCount(subset); subset>>c&1 == 0 {
				weight := factorial(k) * factorial(len(columns)-k-1) / factorial(len(columns))
				want += weight * (value(subset|1<<c) - value(subset))
			}
		}
		got := reasons.Columns[c].Shapley[0]
		sum += got.Mean
		// The interval also covers other background rows, so the bound is narrower: 3 %.
		if math.Abs(got.Mean-want) > 0.03*(0.1+math.Abs(want)) || got.Low > want || got.High < want {
			t.Errorf("%s has %v, the sum over subsets %v", columns[c].Name, got, want)
		}
	}
	if math.Abs(sum-reasons.Prediction[0]) > 1e-12*100 {
		t.Errorf("shares and the mean add up to %v, the prediction is %v", sum, reasons.Prediction[0])
	}
}

// TestClasses: the probabilities of two classes move against each other.
func TestClasses(t *testing.T) {
	var b strings.Builder
	b.WriteString("size,kind,colour,y\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%s,%s,%s\n", i*7%60, []string{"p", "q", "r"}[i%3], []string{"red", "", "blue", "red"}[i%4], []string{"yes", "no"}[i*7%60/30])
	}
	s := encoded(t, b.String(), data.CSVConfig{Targets: []string{"y"}})
	size := s.Spec().Size()
	weights := make([]float64, 2*size)
	weights[0], weights[1], weights[5] = 3, -3, 1
	m := network(t, s.Spec(), nn.Sequential{nn.Dense{Units: 2}}, map[string][]float64{"0.dense.weight": weights}, map[string][]int{"0.dense.weight": {size, 2}, "0.dense.bias": {2}})
	e := explainer(t, m, explain.Config{Samples: 64})
	rows := read(t, e, s)
	reasons, err := e.Row(context.Background(), rows.Row(0), rows)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(reasons.Outputs, " ") != "no yes" || reasons.Columns[2].Cell != "red" {
		t.Errorf("%+v", reasons)
	}
	for _, c := range reasons.Columns {
		if math.Abs(c.Shapley[0].Mean+c.Shapley[1].Mean) > 1e-7 {
			t.Errorf("%s moves two classes by %v", c.Column, c.Shapley)
		}
	}
	likelier := 0
	if reasons.Prediction[1] > 0.5 {
		likelier = 1
	}
	if len(reasons.Answer) != 1 || reasons.Answer[0] != likelier {
		t.Errorf("the answer is %v where %v is predicted", reasons.Answer, reasons.Prediction)
	}
	for answer, threshold := range []float64{reasons.Prediction[1], reasons.Prediction[1] / 2} {
		decided, err := m.WithThresholds([]float64{threshold})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := explainer(t, decided, explain.Config{Samples: 64}).Row(context.Background(), rows.Row(0), rows); err != nil || r.Answer[0] != answer {
			t.Errorf("above %v the answer is %v, not %d: %v", threshold, r.Answer, answer, err)
		}
	}
	if at := reasons.Strongest(0)[0]; reasons.Columns[at].Column != "size" {
		t.Errorf("the strongest is %s", reasons.Columns[at].Column)
	}
	if c := reasons.Columns[2].Shapley[0].Mean; c != 0 {
		t.Errorf("a column without weights has %v", c)
	}
	importance, err := e.Importance(context.Background(), rows)
	if err != nil {
		t.Fatal(err)
	}
	if importance.Scores[1].Name != "accuracy" || importance.Columns[0].Columns[0] != "size" || importance.Columns[0].Costs[1].Mean <= 0 {
		t.Errorf("%+v", importance)
	}
}

func TestRefused(t *testing.T) {
	_, m, s := known(t)
	for want, cfg := range map[string]explain.Config{
		"-1 rows; want 1 to":    {Rows: -1},
		"-2 repeats; want":      {Repeats: -2},
		"20000000 samples; wan": {Samples: 20_000_000},
	} {
		if _, err := explain.New(m, cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	e := explainer(t, m, explain.Config{})
	rows := read(t, e, s)
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := e.Find("street"); err == nil || !strings.Contains(err.Error(), "it reads a, b, c, city") {
		t.Errorf("error %v", err)
	}
	if _, err := e.Dependence(ctx, rows, 4); err == nil || !strings.Contains(err.Error(), "there is no column 4") {
		t.Errorf("error %v", err)
	}
	if _, err := e.Row(ctx, rows.X[:3], rows); err == nil || !strings.Contains(err.Error(), "3 values are no sample") {
		t.Errorf("error %v", err)
	}
	if _, err := e.Row(ctx, rows.Row(0), nil); err == nil || !strings.Contains(err.Error(), "no background rows") {
		t.Errorf("error %v", err)
	}
	other, err := data.FromTargets([][]float32{{1, 2}}, [][]float32{{1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Read(ctx, other); err == nil || !strings.Contains(err.Error(), "samples of 2 values do not fit") {
		t.Errorf("error %v", err)
	}
	one := read(t, e, data.Subset(s, []int{0}))
	if _, err := e.Importance(ctx, one); err == nil || !strings.Contains(err.Error(), "1 row") {
		t.Errorf("error %v", err)
	}
	cancel()
	if _, err := e.Importance(ctx, rows); err == nil {
		t.Error("an interrupted computation has a result")
	}
	image := data.Spec{Input: []int{2, 2, 1}, Task: data.Regression, Targets: []string{"y"}}
	pixels := network(t, image, nn.Sequential{nn.Flatten{}, nn.Dense{Units: 1}}, nil, map[string][]int{"1.dense.weight": {4, 1}, "1.dense.bias": {1}})
	if _, err := explain.New(pixels, explain.Config{}); err == nil || !strings.Contains(err.Error(), "rows of a table are explained") {
		t.Errorf("error %v", err)
	}
}
