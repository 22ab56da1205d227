package trials

import (
	"math"
	"strings"
	"sync"
	"testing"

	"descent/internal/runs"
	"descent/internal/settings"
	"descent/metric"
)

// missed is a metric of one's own, registered once, however often tests run.
var missed = sync.OnceValue(func() error {
	return metric.Register(metric.Metric{
		Name: "missed", Doc: "share of rows whose class is less likely than ½", Unit: metric.Percent, Hi: 1, Share: true,
		Fits: metric.OnClasses, New: metric.MeanOf(func(p, y []float64) float64 { return math.Round(1 - p[int(y[0])]) }),
	})
})

// TestVerdict asks for the words about made-up runs on the digits, whose
// validation part has 180 rows.
func TestVerdict(t *testing.T) {
	if err := missed(); err != nil {
		t.Fatal(err)
	}
	base, err := settings.Prepare(settings.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		metric string
		scores map[string][]float64 // by seed; above 9: diverged
		best   string
		real   bool
		want   []string
		not    []string
	}{
		{
			"far apart", "accuracy",
			map[string][]float64{"adam": {0.97, 0.98, 0.96}, "sgd": {0.90, 0.91, 0.90}},
			"adam", true,
			[]string{"Best is adam at rate 0.1: validation accuracy 97.00 % (94.52 to 99.48 %)", "6.67 points behind", "more than chance: p = 0.0025 by", "one row of the validation part is 0.56 %"},
			[]string{"Not told apart", "adjusted"},
		}, {
			"by chance", "accuracy",
			map[string][]float64{"adam": {0.97, 0.90, 0.99}, "sgd": {0.90, 0.98, 0.91}},
			"adam", false,
			[]string{"Chance alone makes such differences: p = 0.7 by"},
			nil,
		}, {
			"by few rows", "accuracy",
			map[string][]float64{"adam": {0.970, 0.972, 0.971}, "sgd": {0.950, 0.951, 0.952}},
			"adam", false,
			[]string{"more than the chance of seeds (p = less than 0.001", "no more than 3.6 of 180 rows"},
			nil,
		}, {
			"loss has no rows", "loss",
			map[string][]float64{"adam": {0.970, 0.972, 0.971}, "sgd": {0.950, 0.951, 0.952}},
			"sgd", true,
			[]string{"Best is sgd", "validation loss 0.951", "more than chance: p = less than 0.001"},
			[]string{"one row of"},
		}, {
			"a mean over classes has no rows", "balanced_accuracy",
			map[string][]float64{"adam": {0.970, 0.972, 0.971}, "sgd": {0.950, 0.951, 0.952}},
			"adam", true,
			[]string{"validation balanced accuracy 97.10 %", "more than chance: p = less than 0.001"},
			[]string{"one row of"},
		}, {
			"a share of errors", "missed",
			map[string][]float64{"adam": {0.030, 0.028, 0.029}, "sgd": {0.050, 0.049, 0.048}},
			"adam", false,
			[]string{"validation missed 2.90 %", "no more than 3.6 of 180 rows", "one row of the validation part is 0.56 %"},
			nil,
		}, {
			"three", "accuracy",
			map[string][]float64{"adam": {0.97, 0.98, 0.96}, "lion": {0.96, 0.98, 0.96}, "sgd": {0.80, 0.81, 0.80}},
			"adam", false,
			[]string{"adjusted for 2 comparisons after Holm", "Not told apart from the best: lion.", "Worse by more than chance: sgd."},
			nil,
		}, {
			"one diverged", "accuracy",
			map[string][]float64{"adam": {0.97, 10, 0.98}, "sgd": {0.8, 0.8, 0.8}},
			"sgd", false,
			[]string{"Best is sgd", "over 3 seeds", "Diverged: adam (1 of 3 runs)."},
			[]string{"Next is"},
		}, {
			"all diverged", "accuracy",
			map[string][]float64{"adam": {10, 10, 10}, "sgd": {10, 10, 10}},
			"", false,
			[]string{"Every run of every setting diverged"},
			nil,
		}, {
			"equal", "accuracy",
			map[string][]float64{"adam": {0.9, 0.8, 0.9}, "sgd": {0.9, 0.8, 0.9}},
			"adam", false,
			[]string{"equal on the validation part"},
			[]string{"chance", "p ="},
		},
	} {
		c := comparisonOf(base, row.metric, row.scores)
		r, err := c.result()
		if err != nil {
			t.Fatal(err)
		}
		if r.Best != row.best {
			t.Errorf("%s: best is %q, want %q", row.name, r.Best, row.best)
		}
		if got := r.Difference != nil && r.Difference.Real; got != row.real {
			t.Errorf("%s: the difference is real: %v, want %v", row.name, got, row.real)
		}
		for _, word := range row.want {
			if !strings.Contains(r.Verdict, word) {
				t.Errorf("%s: %q is not in\n%s", row.name, word, r.Verdict)
			}
		}
		for _, word := range row.not {
			if strings.Contains(r.Verdict, word) {
				t.Errorf("%s: %q is in\n%s", row.name, word, r.Verdict)
			}
		}
	}
}

// comparisonOf is a comparison whose runs had the given scores, of rules by
// seed; above 9: diverged.
func comparisonOf(base *settings.Job, metric string, scores map[string][]float64) *Comparison {
	line := func(args ...string) string { return strings.Join(args, " ") }
	c := &Comparison{
		experiment: experiment{
			host: Host{Call: line, Again: line},
			lab:  &lab{base: base}, folder: &runs.Folder{}, settings: base.Settings,
		},
		plan: ComparePlan{Metric: metric, Seeds: 3, Epochs: 1},
	}
	for _, name := range []string{"adam", "lion", "sgd"} {
		if scores[name] == nil {
			continue
		}
		c.variants = append(c.variants, variant{name: name, rule: name, guess: 0.1})
		c.rates = append(c.rates, nil)
		var runs []outcome
		for _, s := range scores[name] {
			o := outcome{
				BestEpoch: 1, Test: map[string]numeral{metric: numeral(s)},
				Curve: trialCurve{Updates: []int{7}, Seconds: []numeral{1}, Score: []numeral{numeral(s)}, Loss: []numeral{numeral(1 - s)}, TrainLoss: []numeral{0}},
			}
			if s > 9 {
				o.Diverged = "it did"
			}
			runs = append(runs, o)
		}
		c.runs = append(c.runs, runs)
	}
	return c
}
