package metric

import (
	"fmt"
	"strconv"
	"strings"
)

// TopK is the share of rows whose class is among the k likeliest, of equal
// probabilities the lower class first. A row with a NaN counts as wrong. It
// fits more than k classes, and is called by its number: "top5".
//
// Equal to scikit-learn's top_k_accuracy_score, which takes the higher class
// first.
func TopK(k int) Metric {
	return Metric{
		Name: "top" + strconv.Itoa(k), Title: fmt.Sprintf("top %d accuracy", k),
		Doc:    fmt.Sprintf("share of rows whose class is among the %d likeliest", k),
		Higher: true, Unit: Percent, Hi: 1, Share: true,
		Fits: func(s Spec) error {
			return only(k > 0 && s.Kind == Classes && len(s.Names) > k, fmt.Sprintf("is of more than %d classes", max(k, 1)))
		},
		New: MeanOf(top(k)),
	}
}

// Quantile is the pinball loss, which the q-quantile of the targets makes
// smallest: the mean of q·e where e = want-pred is positive, and of (q-1)·e
// where it is not. 0 < q < 1, and it is called by it: "quantile0.9".
//
// Source: Koenker and Bassett, Econometrica 46 (1978) 33. Equal to
// scikit-learn's mean_pinball_loss with alpha = q.
func Quantile(q float64) Metric {
	text := strconv.FormatFloat(q, 'f', -1, 64)
	return Metric{
		Name: "quantile" + text, Title: text + " quantile loss",
		Doc:  fmt.Sprintf("mean of %s·e where e = want - pred is positive, else of (%s - 1)·e", text, text),
		Unit: TargetUnit, Hi: infinite,
		Fits: func(s Spec) error {
			if !(0 < q && q < 1) {
				return fmt.Errorf("is of no quantile; want one between 0 and 1")
			}
			return OnNumbers(s)
		},
		New: MeanOf(pinball(q)),
	}
}

// families make a metric from the number after a prefix.
var families = []struct {
	prefix string
	want   string
	of     func(number string) (Metric, bool)
}{
	{"top", "top and a whole number of at least 1, as in top5", func(number string) (Metric, bool) {
		k, err := strconv.Atoi(number)
		return TopK(k), err == nil && k > 0
	}},
	{"quantile", "quantile and a number between 0 and 1, as in quantile0.9", func(number string) (Metric, bool) {
		q, err := strconv.ParseFloat(number, 64)
		return Quantile(q), err == nil && 0 < q && q < 1
	}},
}

// member returns the metric of a family that has that name; found says whether
// the name is that of a family and a number.
func member(name string) (m Metric, found bool, err error) {
	for _, f := range families {
		number, ok := strings.CutPrefix(name, f.prefix)
		if !ok || strings.Trim(number, "+-.0123456789") != "" || number == "" {
			continue
		}
		m, ok := f.of(number)
		switch {
		case !ok:
			return Metric{}, true, fmt.Errorf("metric: %q; want %s", name, f.want)
		case m.Name != name:
			return Metric{}, true, fmt.Errorf("metric: %q is called %s", name, m.Name)
		}
		return m, true, nil
	}
	return Metric{}, false, nil
}
