package metric

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// TestThresholds: precision and recall are scikit-learn's, and the best thresholds as
// good as any.
func TestThresholds(t *testing.T) {
	text, err := os.ReadFile("testdata/threshold.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		P, Y, Thresholds, Precision, Recall []float64
		F1, Cost                            float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		classes, labels := mustSet(t, Spec{Kind: Classes, Names: []string{"no", "yes"}}), mustSet(t, Spec{Kind: Labels, Names: []string{"yes"}})
		for _, s := range []*Set{classes, labels} {
			if err := s.Add(c.P, c.Y); err != nil {
				t.Fatal(err)
			}
		}
		a := classes.Classification().Answers()[0]
		if b := labels.MultiLabel().Answers()[0]; a.Name != "yes" || b.At(0.4) != a.At(0.4) {
			t.Errorf("%d: of classes %v, of labels %v", i, a.At(0.4), b.At(0.4))
		}
		for k, threshold := range c.Thresholds {
			p := a.At(math.Nextafter(threshold, -1)) // which is answered from there on
			if math.Abs(p.Precision-c.Precision[k]) > 1e-12 || math.Abs(p.Recall-c.Recall[k]) > 1e-12 {
				t.Errorf("%d: from %v on %v, want %v, %v", i, threshold, p, c.Precision[k], c.Recall[k])
			}
		}
		f1, cheap := a.BestF1(), a.Cheapest(Cost{1, 5})
		if p := a.At(f1); math.Abs(2*p.Precision*p.Recall/(p.Precision+p.Recall)-c.F1) > 1e-12 {
			t.Errorf("%d: F1 at %v is of %v, want %v", i, f1, p, c.F1)
		}
		if got := a.CostAt(cheap, Cost{1, 5}); math.Abs(got-c.Cost) > 1e-12 {
			t.Errorf("%d: the cost at %v is %v, want %v", i, cheap, got, c.Cost)
		}
		for _, s := range []*Set{mustSet(t, classes.Spec()), mustSet(t, labels.Spec())} {
			if err := s.Decide([]float64{f1}); err != nil {
				t.Fatal(err)
			}
			if err := s.Add(c.P, c.Y); err != nil {
				t.Fatal(err)
			}
			got := s.Value("f1")
			if s.Classification() != nil {
				got = s.Classification().Classes()[1].F1
			}
			if math.Abs(got-c.F1) > 1e-12 {
				t.Errorf("%d: decided by %v, F1 is %v, want %v", i, f1, got, c.F1)
			}
			if err := s.Decide([]float64{0.3}); err == nil {
				t.Error("thresholds join a set with rows")
			}
		}
		if points := a.Curve(10); len(points) > 10 || points[0].Recall < points[len(points)-1].Recall || points[len(points)-1].Recall != 0 {
			t.Errorf("%d: the curve is %v", i, points)
		}
	}
	for _, tt := range []struct {
		spec Spec
		at   []float64
		want string
	}{
		{Spec{Kind: Classes, Names: names(3)}, []float64{0.5}, "of two classes"},
		{Spec{Kind: Numbers, Names: names(1)}, []float64{0.5}, "of two classes"},
		{Spec{Kind: Labels, Names: names(3)}, []float64{0.5}, "want 3"},
		{Spec{Kind: Classes, Names: names(2)}, []float64{1}, "from 0 to below 1"},
		{Spec{Kind: Classes, Names: names(2)}, []float64{math.NaN()}, "from 0 to below 1"},
	} {
		if err := mustSet(t, tt.spec).Decide(tt.at); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: error %v", tt.spec, err)
		}
	}
	none := Answers{no: []float64{0.2, 0.4}}
	if none.BestF1() != 0.5 || none.Cheapest(Cost{1, 4}) < 0.4 {
		t.Errorf("without a row of the class: %v, %v", none.BestF1(), none.Cheapest(Cost{1, 4}))
	}
}
