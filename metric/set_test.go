package metric

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestSetShares asks that what several metrics read is gathered once.
func TestSetShares(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want int // of accumulators that take rows, among them one for each mean
	}{
		{Spec{Kind: Classes, Names: names(2)}, 1 + len([]string{"auroc_ovr", "brier", "ece"})},
		{Spec{Kind: Classes, Names: names(6)}, 1 + len([]string{"auroc_ovr", "brier", "ece", "top5"})},
		{Spec{Kind: Numbers, Names: names(3)}, 1 + len([]string{"mape", "quantile0.9", "median_ae", "poisson_deviance"})},
		{Spec{Kind: Labels, Names: names(3)}, 1 + len([]string{"brier", "ece"})},
	} {
		s, err := NewSet(c.spec, For(c.spec)...)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(s.of.gather); got != c.want {
			t.Errorf("%v: %d accumulators for %d metrics, want %d", c.spec, got, len(s.metrics), c.want)
		}
	}
}

// TestSharedSource asks that accumulators join where they are of one source,
// and only there.
func TestSharedSource(t *testing.T) {
	one, two := Shared(newSums), Shared(newSums)
	add := func(name string, of func(Spec) Accumulator) Metric {
		return Metric{Name: name, Fits: OnNumbers, New: of}
	}
	sum := func(s *sums) float64 { return s.sum }
	s, err := NewSet(Spec{Kind: Numbers, Names: names(1)},
		add("a", one.Read(sum)), add("b", two.Read(sum)), add("c", one.Read(func(s *sums) float64 { return -s.sum })))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add([]float64{2, 3}, []float64{0, 0}); err != nil {
		t.Fatal(err)
	}
	if s.Value("a") != 5 || s.Value("b") != 5 || s.Value("c") != -5 || len(s.of.gather) != 3 {
		t.Errorf("%v, %v, %v of %d accumulators", s.Value("a"), s.Value("b"), s.Value("c"), len(s.of.gather))
	}
}

type sums struct{ sum float64 }

func newSums(Spec) *sums              { return new(sums) }
func (s *sums) Add(pred, _ []float64) { s.sum += pred[0] }

// TestSetIsWhatItReads asks for the same bits as of accumulators used alone.
func TestSetIsWhatItReads(t *testing.T) {
	for _, g := range load(t).Classification {
		if !g.Probabilities {
			continue
		}
		spec := Spec{Kind: Classes, Names: names(g.Classes)}
		s, err := NewSet(spec, Usual(spec)...)
		if err != nil {
			t.Fatal(err)
		}
		c := NewClassification(spec.Names, Probabilities)
		if err := s.AddFloat32(g.Scores, g.Labels); err != nil {
			t.Fatal(err)
		}
		if err := c.Add(g.Scores, g.Labels); err != nil {
			t.Fatal(err)
		}
		if s.Value("accuracy") != c.Accuracy() || s.Value("balanced_accuracy") != c.BalancedAccuracy() || s.Value("f1") != c.MacroF1() {
			t.Errorf("%s: other bits", g.Name)
		}
		if a := s.Value("auroc"); g.Classes == 2 && a != c.AUROC() {
			t.Errorf("%s: auroc %v and %v", g.Name, a, c.AUROC())
		}
		if s.Classification().LogLoss() != c.LogLoss() {
			t.Errorf("%s: other bits of the loss", g.Name)
		}
	}
	for _, g := range load(t).Regression {
		spec := Spec{Kind: Numbers, Names: names(g.Targets)}
		s, err := NewSet(spec, Usual(spec)...)
		if err == nil {
			err = s.Beside(g.Training)
		}
		if err == nil {
			err = s.Add(g.Pred, g.Want)
		}
		if err != nil {
			t.Fatal(err)
		}
		r := NewRegression(spec.Names, g.Training)
		if err := r.Add(g.Pred, g.Want); err != nil {
			t.Fatal(err)
		}
		if s.Value("mse") != r.MSE() || s.Value("mae") != r.MAE() || s.Value("r2") != r.R2() {
			t.Errorf("%s: other bits", g.Name)
		}
		if b := Average(r.Baseline()); s.Baseline("mse") != b.MSE || s.Baseline("mae") != b.MAE || s.Baseline("r2") != b.R2 {
			t.Errorf("%s: other bits of the baseline", g.Name)
		}
	}
}

func TestSingleProbability(t *testing.T) {
	spec := Spec{Kind: Classes, Names: names(2)}
	one, _ := NewSet(spec, For(spec)...)
	two, _ := NewSet(spec, For(spec)...)
	labels := []float64{0, 1, 1}
	if err := one.Add([]float64{0.25, 0.5, 0.75}, labels); err != nil {
		t.Fatal(err)
	}
	if err := two.Add([]float64{0.75, 0.25, 0.5, 0.5, 0.25, 0.75}, labels); err != nil {
		t.Fatal(err)
	}
	for _, m := range one.Metrics() {
		if one.Value(m.Name) != two.Value(m.Name) {
			t.Errorf("%s = %v of one probability, %v of two", m.Name, one.Value(m.Name), two.Value(m.Name))
		}
	}
}

// TestBaseline asks for what the simplest model of each kind reaches.
func TestBaseline(t *testing.T) {
	for _, c := range []struct {
		name           string
		spec           Spec
		training, test []float64
		predicts       []float64
		want           map[string]float64
	}{
		{
			"classes", Spec{Kind: Classes, Names: names(3)}, []float64{1, 1, 0, 2, 0, 0, 1, 2}, []float64{0, 1, 1, 2},
			[]float64{3. / 8, 3. / 8, 2. / 8}, // a, by the tie
			map[string]float64{"accuracy": 0.25, "log_loss": -(3*math.Log(3.0/8) + math.Log(2.0/8)) / 4, "top2": 0.75, "mcc": 0},
		}, {
			"two classes", Spec{Kind: Classes, Names: names(2)}, []float64{1, 0, 1, 1}, []float64{1, 0, 0, 0},
			[]float64{0.25, 0.75},
			map[string]float64{"accuracy": 0.25, "auroc": 0.5, "average_precision": 0.25, "ece": 0.5},
		}, {
			"numbers", Spec{Kind: Numbers, Names: names(2)}, []float64{1, 10, 3, 30}, []float64{2, 0, 4, 40},
			[]float64{2, 20},
			map[string]float64{"mae": (1 + 20) / 2.0, "r2": (-1 + 0) / 2.0},
		}, {
			"labels", Spec{Kind: Labels, Names: names(3)},
			[]float64{1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0}, // ¾, ¼, ½: a alone
			[]float64{1, 0, 0, 1, 1, 0},
			[]float64{0.75, 0.25, 0.5},
			map[string]float64{
				"subset_accuracy": 0.5, "hamming_loss": 1. / 6, "f1": 0.5, "micro_f1": 0.8, "average_precision": 0.75, "auroc": 0.5,
				"log_loss": -(3*math.Log(0.75) + math.Log(0.25) + 2*math.Log(0.5)) / 6,
			},
		},
	} {
		truth := NewTruth(c.spec)
		if err := truth.Add(c.training); err != nil {
			t.Fatal(err)
		}
		if got := truth.Baseline(); !slices.Equal(got, c.predicts) {
			t.Errorf("%s: the baseline predicts %v, want %v", c.name, got, c.predicts)
		}
		var list []Metric
		for name := range c.want {
			m, err := ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, m)
		}
		s, err := NewSet(c.spec, list...)
		if err == nil {
			err = s.Beside(truth.Baseline())
		}
		if err == nil {
			err = s.Add(make([]float64, len(c.spec.Names)*len(c.test)/c.spec.Width()), c.test)
		}
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range c.want {
			same(t, c.name+": "+name, s.Baseline(name), want)
		}
		if !math.IsNaN(s.Baseline("none")) {
			t.Error("a metric that the set lacks has a baseline")
		}
	}
	if NewTruth(Spec{Kind: Classes, Names: names(2)}).Baseline() != nil {
		t.Error("a baseline of no rows")
	}
}

func TestSetErrors(t *testing.T) {
	two, three := Spec{Kind: Classes, Names: names(2)}, Spec{Kind: Classes, Names: names(3)}
	accuracy := Main(two)
	for _, c := range []struct {
		spec Spec
		list []Metric
		want string
	}{
		{Spec{Kind: Classes, Names: names(1)}, nil, "1 class; want at least 2"},
		{Spec{Kind: Labels}, nil, "0 labels; want at least 1"},
		{Spec{Kind: 7, Names: names(1)}, nil, "kind 7"},
		{two, []Metric{accuracy, accuracy}, "accuracy stands twice"},
		{three, pick("auroc"), "auroc is of two classes or of labels, and these are 3 classes, which have accuracy"},
		{Spec{Kind: Numbers, Names: names(1)}, []Metric{accuracy}, "accuracy is of classes, and these are 1 number, which have mse, mae, r2"},
		{two, []Metric{Loss}, "loss is measured where it is made small"},
		{two, []Metric{{}}, "want small letters"},
	} {
		if _, err := NewSet(c.spec, c.list...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q in it", c.spec, err, c.want)
		}
	}
	for _, c := range []struct {
		spec         Spec
		pred, target []float64
		want         string
	}{
		{three, make([]float64, 5), make([]float64, 2), "5 predictions for 2 rows of 3 classes; want 6"},
		{three, make([]float64, 6), []float64{0, 3}, "row 2: label 3; want a whole number in [0, 3)"},
		{three, make([]float64, 3), []float64{math.NaN()}, "row 1: label NaN"},
		{three, make([]float64, 3), []float64{0.5}, "row 1: label 0.5"},
		{three, make([]float64, 2), make([]float64, 2), "want 6"},
		{Spec{Kind: Numbers, Names: names(2)}, make([]float64, 4), make([]float64, 3), "4 predictions for 1 rows of 2 numbers; want 2"},
		{Spec{Kind: Numbers, Names: names(2)}, make([]float64, 2), make([]float64, 3), "3 targets do not fill rows of 2"},
		{Spec{Kind: Labels, Names: names(2)}, make([]float64, 2), []float64{1, 0.5}, `row 1: label "b" is 0.5; want 0 or 1`},
	} {
		s, err := NewSet(c.spec, Usual(c.spec)...)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Add(make([]float64, len(c.spec.Names)), make([]float64, c.spec.Width())); err != nil {
			t.Fatal(err)
		}
		if err := s.Add(c.pred, c.target); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q in it", err, c.want)
		}
		if s.Rows() != 1 || s.Truth().Rows != 1 {
			t.Errorf("%d rows after an error, want 1", s.Rows())
		}
		if s.Beside(make([]float64, len(c.spec.Names))) == nil {
			t.Error("a baseline after the first row")
		}
	}
	s, _ := NewSet(two)
	if err := s.Beside([]float64{1}); err == nil || !strings.Contains(err.Error(), "1 values for 2 classes") {
		t.Errorf("error %v", err)
	}
	if !math.IsNaN(s.Value("accuracy")) || s.Undefined("accuracy") == nil {
		t.Error("a metric that the set lacks has a value")
	}
}

// TestSetAllocatesNothing holds for whatever keeps no rows.
func TestSetAllocatesNothing(t *testing.T) {
	for _, c := range []struct {
		spec  Spec
		names []string
	}{
		{Spec{Kind: Classes, Names: names(6)}, []string{"accuracy", "balanced_accuracy", "f1", "mcc", "log_loss", "brier", "ece", "top3"}},
		{Spec{Kind: Numbers, Names: names(2)}, []string{"mse", "mae", "r2", "rmse", "mape", "quantile0.9"}},
	} {
		var list []Metric
		for _, name := range c.names {
			m, err := ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, m)
		}
		s, err := NewSet(c.spec, list...)
		if err != nil {
			t.Fatal(err)
		}
		pred, target := make([]float32, 8*len(c.spec.Names)), make([]float32, 8*c.spec.Width())
		add := func() {
			if err := s.AddFloat32(pred, target); err != nil {
				t.Fatal(err)
			}
		}
		add()
		if n := testing.AllocsPerRun(20, add); n != 0 {
			t.Errorf("%v: %v allocations a batch, want 0", c.spec, n)
		}
	}
}
