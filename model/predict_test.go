package model_test

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"descent/data"
	"descent/graph"
	"descent/internal/rng"
	"descent/loss"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
	"descent/train"
)

// TestPredictTogether: goroutines that share a model get what one gets alone.
func TestPredictTogether(t *testing.T) {
	parts := digits(t)
	for name, net := range map[string]nn.Layer{"dense": nn.MLP([]int{16}, 10, nn.ReLU, 0.2, nil), "convolutions": nn.CNN(16, 10)} {
		m := trained(t, net, parts.Validation, nil)
		x := rows(t, parts.Test, 64)
		want := predict(t, m, x)
		var wait sync.WaitGroup
		for i := range 64 {
			wait.Go(func() {
				for _, n := range []int{1, 1, 2} { // rows at once
					n = min(n, 64-i)
					got, err := m.Predict(x[64*i : 64*(i+n)])
					if err != nil || !same(got, want[10*i:10*(i+n)]) {
						t.Errorf("%s, %d rows from %d: %v, %v; want %v", name, n, i, got, err, want[10*i:10*(i+n)])
					}
					sum := 0.0
					for _, p := range got {
						sum += p
					}
					if math.Abs(sum-float64(n)) > 1e-5 {
						t.Errorf("%s, %d rows from %d: probabilities have the sum %v", name, n, i, sum)
					}
				}
			})
		}
		wait.Wait()
	}
}

// TestAppendPredict: it appends what Predict returns, and allocates nothing.
func TestAppendPredict(t *testing.T) {
	parts := digits(t)
	m := trained(t, nn.CNN(16, 10), parts.Validation, nil)
	x := rows(t, parts.Test, 3)
	got, err := m.AppendPredict([]float64{7}, x)
	if err != nil || got[0] != 7 || !same(got[1:], predict(t, m, x)) {
		t.Errorf("appended %v, %v; want %v after 7", got, err, predict(t, m, x))
	}
	if got, err := m.AppendPredict([]float64{7}, x[1:]); err == nil || len(got) != 1 {
		t.Errorf("of a part of a sample: %v, %v", got, err)
	}
	one := x[:64]
	if n := testing.AllocsPerRun(50, func() { got, err = m.AppendPredict(got[:0], one) }); n != 0 || err != nil {
		t.Errorf("%v allocations for one row, %v", n, err)
	}
}

// TestPredictBatches: a row's prediction does not depend on the rows beside
// it, nor on how they are asked for.
func TestPredictBatches(t *testing.T) {
	parts := digits(t)
	m := trained(t, nn.MLP([]int{33}, 10, nn.GELU, 0, nil), parts.Train, nil)
	const n = 300 // more than one evaluation batch
	x := rows(t, parts.Test, n)
	want := predict(t, m, x)
	for _, size := range []int{1, 2, 7, 100} {
		for at := 0; at+size <= n; at += 59 {
			if got := predict(t, m, x[64*at:64*(at+size)]); !same(got, want[10*at:10*(at+size)]) {
				t.Errorf("rows %d to %d, asked for together, have other predictions", at, at+size-1)
			}
		}
	}
	i := 0
	for got, err := range m.Predictions(background, parts.Test) {
		if err != nil {
			t.Fatal(err)
		}
		if i < n && !same(got, want[10*i:10*i+10]) {
			t.Errorf("row %d of Predictions differs", i)
		}
		i++
	}
	if i != parts.Test.Len() {
		t.Errorf("%d predictions for %d rows", i, parts.Test.Len())
	}
	for _, bad := range [][]float32{nil, x[:63], x[:65]} {
		_, err := m.Predict(bad)
		says(t, err, fmt.Sprint(len(bad)), "[8 8 1]")
	}
	for _, err := range m.Predictions(background, blobs(t, 3, 1)) {
		says(t, err, "[2]", "[8 8 1]")
	}
}

// TestModelIsACopy: training on does not change a model taken before.
func TestModelIsACopy(t *testing.T) {
	source := blobs(t, 30, 1)
	trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{Epochs: 1})
	m := trainer.Model()
	before, x := m.SHA256(), rows(t, source, 5)
	want := predict(t, m, x)
	steps(t, trainer, source)
	if m.SHA256() != before || !same(predict(t, m, x), want) {
		t.Error("the model changed")
	}
	if trainer.Model().SHA256() == before {
		t.Error("training changed nothing")
	}
}

// TestOwnUnits: predictions and scores of a table are in its own units.
func TestOwnUnits(t *testing.T) {
	var text strings.Builder
	text.WriteString("area,rooms,price\n")
	key := rng.Key{Seed: 1}
	for i := range 300 {
		area, rooms := 30+math.Floor(100*key.Float64(2*i)*10)/10, float64(1+i%5)+0.5*key.Float64(2*i+1)
		fmt.Fprintf(&text, "%.1f,%.4f,%.2f\n", area, rooms, 50000+3000*area+10000*rooms)
	}
	table, err := data.ReadCSV(strings.NewReader(text.String()), "homes.csv", data.CSVConfig{Targets: []string{"price"}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(table, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	trainer := newTrainer(t, nn.Dense{Units: 1}, parts.Train.Spec(), train.Config{LearningRate: 0.05, Epochs: 60})
	m, err := trainer.Fit(background, parts.Train, parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	report, err := m.Evaluate(background, parts.Test)
	if err != nil {
		t.Fatal(err)
	}
	// Standard deviation of the price: about 87,000. The target is linear, so
	// what remains is how far training came.
	if r2, mae := report.Score("r2"), report.Score("mae"); r2 < 0.999 || mae > 2000 || mae < 1e-3 {
		t.Errorf("r2 %v, mae %v", r2, mae)
	}
	if report.Loss > 1e-3 {
		t.Errorf("the loss, of the standardized target, is %v", report.Loss)
	}
	// Prices, one by one, from the raw rows, by the model as a file has it.
	m = withWeights(t, m, weights(m))
	raw, err := table.Encode(m.Spec().Encoder)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text.String(), "\n")[1:]
	i, squares, absolute := 0, 0.0, 0.0
	for got, err := range m.Predictions(background, raw) {
		if err != nil {
			t.Fatal(err)
		}
		var area, rooms, price float64
		if _, err := fmt.Sscanf(lines[i], "%f,%f,%f", &area, &rooms, &price); err != nil {
			t.Fatal(err)
		}
		if math.Abs(got[0]-price) > 20000 {
			t.Errorf("line %d: %v, want about %v", i+2, got[0], price)
		}
		squares += (got[0] - price) * (got[0] - price)
		absolute += math.Abs(got[0] - price)
		i++
	}
	whole, err := m.Evaluate(background, raw)
	if err != nil {
		t.Fatal(err)
	}
	mse, mae := squares/float64(i), absolute/float64(i)
	if math.Abs(whole.Score("mse")/mse-1) > 1e-3 || math.Abs(whole.Score("mae")/mae-1) > 1e-3 {
		t.Errorf("mse %v, mae %v; from the predictions %v, %v", whole.Score("mse"), whole.Score("mae"), mse, mae)
	}
}

// ones is a network that gives back its input: what a loss sees is what
// dropout did to it.
func ones(rate float64) nn.Layer {
	return nn.Sequential{nn.Dense{Units: 1, NoBias: true, Init: initial.Ones{}}, nn.Dropout{Rate: rate}}
}

// TestDropout: kept elements are divided by the probability to be kept, so
// that training sees the mean that evaluation has; the mask of the backward
// pass is that of the forward pass; evaluation drops nothing.
func TestDropout(t *testing.T) {
	const n = 4000
	x, y := make([][]float32, n), make([][]float32, n)
	for i := range x {
		x[i], y[i] = []float32{1}, []float32{0}
	}
	source, err := data.FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	for _, rate := range []float64{0.1, 0.5, 0.8} {
		trainer := newTrainer(t, ones(rate), source.Spec(), train.Config{
			Loss: loss.MAE{}, Optimizer: optim.SGD{}, LearningRate: 1e-30, BatchSize: n, MicroBatch: n, Epochs: 3,
		})
		// The loss is the mean of kept/(1-rate). Without the division it is 1-rate.
		bound := 5 * math.Sqrt(rate/(1-rate)/n)
		if 1-rate > 1-bound {
			t.Fatalf("rate %v: the bound %v does not tell dropout from dropout without division", rate, bound)
		}
		seen := map[float64]bool{}
		for _, s := range steps(t, trainer, source) {
			if math.Abs(s.Loss-1) > bound {
				t.Errorf("rate %v: training sees the mean %v, want 1 within %v", rate, s.Loss, bound)
			}
			if kept := s.Loss * (1 - rate) * n; math.Abs(kept-math.Round(kept)) > 0.01 {
				t.Errorf("rate %v: %v elements were kept, want a whole number", rate, kept)
			}
			// dL/dw is the mean of the same mask.
			if math.Abs(s.GradNorm-s.Loss) > 1e-5 {
				t.Errorf("rate %v: the gradient is %v, want the loss %v: the masks differ", rate, s.GradNorm, s.Loss)
			}
			seen[s.Loss] = true
		}
		if len(seen) == 1 {
			t.Errorf("rate %v: each update drops the same", rate)
		}
		for _, v := range predict(t, trainer.Model(), rows(t, source, 50)) {
			if v != 1 {
				t.Fatalf("rate %v: evaluation gives %v, want exactly 1", rate, v)
			}
		}
		if r, err := trainer.Model().Evaluate(background, source); err != nil || r.Loss != 1 {
			t.Errorf("rate %v: evaluation has loss %v, %v; want exactly 1", rate, r.Loss, err)
		}
	}
}

// wrongDropout is dropout as it should not be: without the division, or at
// evaluation too.
type wrongDropout struct{ divides, evaluates bool }

func (d wrongDropout) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	if !c.Training() && !d.evaluates {
		return x
	}
	kept := x.Const(0.5).LessEqual(c.Uniform(x.Type().Dims()...))
	if d.divides {
		return x.Mul(kept).Scale(2)
	}
	return x.Mul(kept)
}

// TestWrongDropout: the measures of TestDropout see the wrong variants.
func TestWrongDropout(t *testing.T) {
	const n = 4000
	x, y := make([][]float32, n), make([][]float32, n)
	for i := range x {
		x[i], y[i] = []float32{1}, []float32{0}
	}
	source, err := data.FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []wrongDropout{{false, false}, {true, true}} {
		net := nn.Sequential{nn.Dense{Units: 1, NoBias: true, Init: initial.Ones{}}, d}
		trainer := newTrainer(t, net, source.Spec(), train.Config{
			Loss: loss.MAE{}, Optimizer: optim.SGD{}, LearningRate: 1e-30, BatchSize: n, MicroBatch: n, Epochs: 1,
		})
		step := steps(t, trainer, source)[0]
		report, err := trainer.Model().Evaluate(background, source)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(step.Loss-1) < 5/math.Sqrt(n) && report.Loss == 1 {
			t.Errorf("%+v passes for dropout", d)
		}
	}
}
