package metric

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// TestWeighted: metrics of weighted rows are scikit-learn's, and a weight of 2 is a row
// that stands there twice.
func TestWeighted(t *testing.T) {
	text, err := os.ReadFile("testdata/weighted.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Kind                 string
		Width                int
		Pred, Target, Weight []float64
		Values               map[string]float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		spec := Spec{Kind: Classes, Names: names(c.Width)}
		if c.Kind == "numbers" {
			spec.Kind = Numbers
		}
		set, err := NewSet(spec, For(spec)...)
		if err != nil {
			t.Fatal(err)
		}
		if err := set.AddWeighted(c.Pred, c.Target, c.Weight); err != nil {
			t.Fatal(err)
		}
		for name, want := range c.Values {
			if got := set.Value(name); math.Abs(got-want) > 1e-12*(1+math.Abs(want)) || !set.Weighs(name) {
				t.Errorf("%d %s: %s is %v, want %v; weighs: %v", c.Width, c.Kind, name, got, want, set.Weighs(name))
			}
		}
		for _, m := range set.Metrics() {
			_, known := c.Values[m.Name]
			if set.Weighs(m.Name) && !known && m.Name != "top5" {
				t.Errorf("%s weighs, and has no reference", m.Name)
			}
		}
		twice, double := mustSet(t, spec), mustSet(t, spec)
		width := spec.Width()
		for i := range c.Weight {
			p, y := c.Pred[i*c.Width:(i+1)*c.Width], c.Target[i*width:(i+1)*width]
			for range 1 + i%2 {
				if err := twice.Add(p, y); err != nil {
					t.Fatal(err)
				}
			}
			if err := double.AddWeighted(p, y, []float64{float64(1 + i%2)}); err != nil {
				t.Fatal(err)
			}
		}
		for name := range c.Values {
			if a, b := twice.Value(name), double.Value(name); math.Abs(a-b) > 1e-12*(1+math.Abs(a)) {
				t.Errorf("%s of rows that stand twice is %v, and of weights of 2 %v", name, a, b)
			}
		}
	}
	set := mustSet(t, Spec{Kind: Numbers, Names: names(1)})
	for want, weights := range map[string][]float64{"2 weights for 1 rows": {1, 2}, "weight -1": {-1}, "weight NaN": {math.NaN()}} {
		if err := set.AddWeighted([]float64{1}, []float64{1}, weights); err == nil || !strings.Contains(err.Error(), want) || set.Rows() != 0 {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func mustSet(t *testing.T, s Spec) *Set {
	t.Helper()
	set, err := NewSet(s, For(s)...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
