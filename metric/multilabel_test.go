package metric

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestMultiLabel(t *testing.T) {
	m := NewMultiLabel([]string{"sky", "sea"})
	for i, x := range []float64{m.SubsetAccuracy(), m.HammingLoss(), m.LogLoss(), m.Precision(), m.Recall(), m.MacroF1(), m.MicroF1(), m.AveragePrecision(), m.AUROC()} {
		if !math.IsNaN(x) {
			t.Errorf("measure %d of no rows = %v, want NaN", i, x)
		}
	}
	// ½ is no, and a NaN neither.
	if err := m.Add([]float64{0.9, 0.5, 0.6, 0.4, math.NaN(), 0.8}, []float64{1, 0, 0, 1, 0, 1}); err != nil {
		t.Fatal(err)
	}
	if m.Rows() != 3 || m.SubsetAccuracy() != 1./3 || m.HammingLoss() != 3./6 {
		t.Errorf("%d rows, subset accuracy %v, hamming loss %v", m.Rows(), m.SubsetAccuracy(), m.HammingLoss())
	}
	labels := m.Labels()
	if k := labels[0]; k.Name != "sky" || k.Rows != 1 || k.Predicted != 2 || k.Right != 1 || k.Precision != 0.5 || k.Recall != 1 || !math.IsNaN(k.AUROC) {
		t.Errorf("sky: %+v", k)
	}
	if k := labels[1]; k.Recall != 0.5 || k.AUROC != 0.5 || math.Abs(k.AveragePrecision-5./6) > 1e-15 {
		t.Errorf("sea: %+v", k)
	}
	if !math.IsNaN(m.AveragePrecision()) || !math.IsNaN(m.AUROC()) || !math.IsNaN(m.LogLoss()) {
		t.Error("a NaN does not show")
	}
	for _, c := range []struct {
		labels             int
		probability, truth []float64
		want               string
	}{
		{0, nil, nil, "no labels"},
		{2, make([]float64, 2), make([]float64, 4), "2 probabilities for 4 answers to 2 labels"},
		{2, make([]float64, 3), make([]float64, 3), "3 probabilities"},
		{2, make([]float64, 4), []float64{1, 0, 2, 0}, `row 1: label "a" is 2; want 0 or 1`},
	} {
		m := NewMultiLabel(names(c.labels))
		if err := m.Add(c.probability, c.truth); err == nil || !strings.Contains(err.Error(), c.want) || m.Rows() != 0 {
			t.Errorf("error %v and %d rows, want %q in it and none", err, m.Rows(), c.want)
		}
	}
}

func TestSummaryOfManyClasses(t *testing.T) {
	var list []string
	for i := range 40 {
		list = append(list, fmt.Sprintf("number %d with a long\nname", i))
	}
	c := NewClassification(list, Probabilities)
	for i := range 35 {
		row := make([]float32, 40)
		if row[i] = 1; i == 20 {
			row[i], row[21] = 0, 1
		}
		if err := c.Add(row, []float32{float32(i)}); err != nil {
			t.Fatal(err)
		}
	}
	text := c.Summary().String()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 2+worst+3 || lines[0] != "40 classes. Lowest F1:" || !strings.HasPrefix(lines[2], "number 20 with a lo…     0.000") {
		t.Errorf("%d lines:\n%s", len(lines), text)
	}
	if strings.Contains(text, "number 39") {
		t.Errorf("a class that does not occur:\n%s", text)
	}
}

// TestExtremes asks that odd predictions give odd values, and no panic.
func TestExtremes(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, spec := range []Spec{{Kind: Classes, Names: names(2)}, {Kind: Classes, Names: names(7)}, {Kind: Numbers, Names: names(2)}, {Kind: Labels, Names: names(2)}} {
		for _, x := range []float64{inf, -inf, nan, -1, 2, 1e308, 0} {
			s, err := NewSet(spec, For(spec)...)
			if err != nil {
				t.Fatal(err)
			}
			n := len(spec.Names)
			pred := make([]float64, 2*n)
			for i := range pred {
				pred[i] = x
			}
			if err := s.Add(pred, make([]float64, 2*spec.Width())); err != nil {
				t.Fatal(err)
			}
			for _, m := range s.Metrics() {
				lo, hi := m.Bounds()
				if v := s.Value(m.Name); spec.Kind == Numbers && (v < lo || v > hi) {
					t.Errorf("%s of %v = %v, outside of [%v, %v]", m.Name, x, v, lo, hi)
				}
			}
		}
	}
}

func TestBetter(t *testing.T) {
	up, down, nan := Metric{Higher: true}, Metric{}, math.NaN()
	for _, c := range []struct {
		m    Metric
		a, b float64
		want bool
	}{
		{up, 2, 1, true}, {up, 1, 2, false}, {up, 1, 1, false},
		{down, 1, 2, true}, {down, 2, 1, false},
		{up, 1, nan, true}, {down, 1, nan, true}, {up, nan, 1, false}, {down, nan, nan, false},
	} {
		if got := c.m.Better(c.a, c.b); got != c.want {
			t.Errorf("%v better than %v, higher %v: %v", c.a, c.b, c.m.Higher, got)
		}
	}
}
