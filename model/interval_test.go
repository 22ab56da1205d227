package model_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// TestMargin: it is the score of rank ⌈(n+1)·level⌉, or of many rows one that is
// larger by a thousandth of them at most.
func TestMargin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 9, 10, 19, 39, 100, 1000, 1001, 2500, 12345} {
		scores := make([]float64, n)
		for i := range scores {
			scores[i] = float64(float32(r.NormFloat64()))
		}
		residuals, err := model.NewResiduals(scores)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(scores)
		for _, level := range []float64{0.01, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999} {
			rank := int(math.Ceil(float64(n+1)*level - 1e-9))
			got, err := residuals.Margin(0, level)
			if rank > n {
				if err == nil || !strings.Contains(err.Error(), "rows of validation or more") {
					t.Errorf("%d rows, %v: %v, %v", n, level, got, err)
				}
				continue
			}
			if most := scores[min(n, rank+n/1000)-1]; err != nil || got < scores[rank-1] || got > most || n <= 1000 && got != scores[rank-1] {
				t.Errorf("%d rows, %v: %v, %v; want %v", n, level, got, err, scores[rank-1])
			}
		}
	}
	if _, err := (&model.Residuals{Rows: 5, Scores: [][]float32{{1, 2, 3, 4, 5}}}).Margin(0, 0.9); err == nil || !strings.Contains(err.Error(), "takes 9 rows of validation or more, and there were 5") {
		t.Errorf("error %v", err)
	}
}

// TestMarginalCoverage: over draws of calibration rows and a new row, intervals hold
// what they should with the probability ⌈(n+1)·level⌉/(n+1), whatever the errors are.
func TestMarginalCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, draw := range map[string]func() float64{
		"normal":  func() float64 { return math.Abs(r.NormFloat64()) },
		"cauchy":  func() float64 { return math.Abs(r.NormFloat64() / r.NormFloat64()) },
		"outside": func() float64 { return r.ExpFloat64() - 1 }, // of quantiles: often inside
	} {
		for _, tt := range []struct {
			n     int
			level float64
		}{{25, 0.9}, {40, 0.8}, {99, 0.95}} {
			const draws = 20000
			covered := 0
			scores := make([]float64, tt.n)
			for range draws {
				for i := range scores {
					scores[i] = draw()
				}
				residuals, err := model.NewResiduals(scores)
				if err != nil {
					t.Fatal(err)
				}
				margin, err := residuals.Margin(0, tt.level)
				if err != nil {
					t.Fatal(err)
				}
				if draw() <= margin {
					covered++
				}
			}
			want := math.Ceil(float64(tt.n+1)*tt.level-1e-9) / float64(tt.n+1)
			off := math.Abs(float64(covered)/draws - want)
			if bound := 4 * math.Sqrt(want*(1-want)/draws); off > bound || want < tt.level {
				t.Errorf("%s, %d rows, %v: covered %v, want %v within %v", name, tt.n, tt.level, float64(covered)/draws, want, bound)
			}
		}
	}
}

// fan draws y = 2x + noise that grows with x, and a second target of constant noise.
func fan(t *testing.T, n int, seed uint64) data.Source {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 5))
	var x, y [][]float32
	for range n {
		v := r.Float64()
		x = append(x, []float32{float32(v)})
		y = append(y, []float32{float32(2*v + (0.1+v)*r.NormFloat64()), float32(-v + 0.5*r.NormFloat64())})
	}
	source, err := data.FromTargets(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// TestIntervals: of a mean and of quantiles, intervals hold both targets as often as
// they should; those of quantiles are wide where the noise is.
func TestIntervals(t *testing.T) {
	learned, known, fresh := fan(t, 3000, 1), fan(t, 1500, 2), fan(t, 4000, 3)
	for _, tt := range []struct {
		loss loss.Loss
		out  int
		fans bool
	}{
		{loss.MSE{}, 2, false},
		{loss.Quantile{Levels: []float64{0.05, 0.5, 0.95}}, 6, true},
		{loss.Quantile{Levels: []float64{0.5}}, 2, false},
	} {
		trainer := newTrainer(t, nn.MLP([]int{16}, tt.out, nn.Tanh, 0, nil), learned.Spec(), train.Config{Loss: tt.loss, Epochs: 8, LearningRate: 0.01})
		steps(t, trainer, learned)
		m := trainer.Model()
		if _, err := m.Cover(background, fresh, 0.9); err == nil || !strings.Contains(err.Error(), "how far off") {
			t.Errorf("without residuals: error %v", err)
		}
		residuals, err := m.MeasureResiduals(background, known)
		if err != nil {
			t.Fatal(err)
		}
		if m, err = m.WithResiduals(residuals); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := m.Write(&b); err != nil {
			t.Fatal(err)
		}
		if m, err = model.Read(b.Bytes()); err != nil {
			t.Fatal(err)
		}
		for _, level := range []float64{0.5, 0.9} {
			cover, err := m.Cover(background, fresh, level)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cover {
				// Given its 1,500 rows the coverage has a Beta distribution; 4,000 rows measure it.
				if bound := 4 * math.Sqrt(level*(1-level)*(1./1500+1./4000)); math.Abs(c.Covered-level) > bound || !(c.Width > 0) {
					t.Errorf("%v: %+v, want coverage within %v", tt.loss, c, bound)
				}
			}
		}
		var narrow, wide, row float64
		x := make([]float32, 1)
		for i, err := range m.Intervals(background, fresh, 0.9) {
			if err != nil {
				t.Fatal(err)
			}
			if err := fresh.Read([]int{int(row)}, x, make([]float32, 2)); err != nil {
				t.Fatal(err)
			}
			for k, v := range i.Values {
				if !(i.Lower[k] <= v && v <= i.Upper[k]) {
					t.Fatalf("%v: row %v: %+v", tt.loss, row, i)
				}
			}
			if w := i.Upper[0] - i.Lower[0]; x[0] < 0.2 {
				narrow = max(narrow, w)
			} else if x[0] > 0.8 {
				wide = max(wide, w)
			}
			if row++; row == 500 {
				break
			}
		}
		if ratio := wide / narrow; ratio > 1.5 != tt.fans {
			t.Errorf("%v: intervals differ by a factor of %v", tt.loss, ratio)
		}
	}
}

func TestIntervalErrors(t *testing.T) {
	classes, numbers := blobs(t, 60, 1), fan(t, 30, 1)
	three := trained(t, nn.Dense{Units: 3}, classes, nil)
	two := trained(t, nn.Dense{Units: 2}, numbers, nil)
	if _, err := three.MeasureResiduals(background, classes); err == nil || !strings.Contains(err.Error(), "no numbers") {
		t.Errorf("classes: %v", err)
	}
	if _, err := two.MeasureResiduals(background, classes); err == nil || !strings.Contains(err.Error(), "do not fit") {
		t.Errorf("other samples: %v", err)
	}
	if _, err := two.MeasureResiduals(background, nil); err == nil || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("no rows: %v", err)
	}
	for _, bad := range []*model.Residuals{
		{Rows: 2, Scores: [][]float32{{1, 2}}},
		{Rows: 2, Scores: [][]float32{{1, 2}, {2, 1}}},
		{Rows: 3, Scores: [][]float32{{1, 2}, {1, 2}}},
		{Rows: -1, Scores: [][]float32{{}, {}}},
	} {
		if _, err := two.WithResiduals(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	r, err := two.MeasureResiduals(background, numbers)
	if err != nil {
		t.Fatal(err)
	}
	if two, err = two.WithResiduals(r); err != nil {
		t.Fatal(err)
	}
	for level, want := range map[float64]string{0: "between 0 and 1", 1: "between 0 and 1", math.NaN(): "between 0 and 1", 0.99: "takes 99 rows"} {
		for _, err := range two.Intervals(background, numbers, level) {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("level %v: error %v", level, err)
			}
		}
	}
	if _, err := model.NewResiduals([]float64{1, 4e38}); err == nil {
		t.Error("a residual beyond float32 is kept")
	}
	if _, err := model.NewResiduals([]float64{1, math.NaN()}); err == nil {
		t.Error("NaN is taken")
	}
}
