package metric

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"descent/internal/goldentest"
)

// number is a JSON number, null for NaN, or a text for an infinity.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "null":
		*n = number(math.NaN())
	case `"inf"`:
		*n = number(math.Inf(1))
	case `"-inf"`:
		*n = number(math.Inf(-1))
	default:
		return json.Unmarshal(text, (*float64)(n))
	}
	return nil
}

type numbers []number

func (n numbers) floats() []float64 {
	out := make([]float64, len(n))
	for i, x := range n {
		out[i] = float64(x)
	}
	return out
}

type tableCase struct {
	Kind, Name   string
	Width        int
	Pred, Target numbers
	Values       map[string]number
	Averages     map[string]numbers // precision, recall and F1
	AP           numbers            `json:"average_precision"` // by label
	AUROC        numbers
}

func (c tableCase) spec() Spec {
	kinds := map[string]Kind{"classes": Classes, "numbers": Numbers, "labels": Labels}
	return Spec{Kind: kinds[c.Kind], Names: names(c.Width)}
}

func tableCases(t *testing.T) []tableCase {
	t.Helper()
	return goldentest.Load[[]tableCase](t, "table.json") // by table.py, with scikit-learn
}

// measure adds the rows of a case to a set of all metrics that it names, in
// batches.
func measure(t *testing.T, c tableCase, batch int) *Set {
	t.Helper()
	var list []Metric
	for name := range c.Values {
		m, err := ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	s, err := NewSet(c.spec(), list...)
	if err != nil {
		t.Fatal(err)
	}
	pred, target := c.Pred.floats(), c.Target.floats()
	width := s.spec.Width()
	for start := 0; start*width < len(target); start += batch {
		end := min(start+batch, len(target)/width)
		if err := s.Add(pred[start*c.Width:end*c.Width], target[start*width:end*width]); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// closeTo is same, but takes infinities.
func closeTo(t *testing.T, what string, got float64, want number) {
	t.Helper()
	if got != float64(want) { // not of equal infinities
		same(t, what, got, float64(want))
	}
}

func TestTable(t *testing.T) {
	for _, c := range tableCases(t) {
		t.Run(c.Kind+", "+c.Name, func(t *testing.T) {
			s := measure(t, c, 1)
			for _, m := range For(c.spec()) {
				if _, ok := c.Values[m.Name]; !ok {
					t.Errorf("%s is not compared", m.Name)
				}
			}
			for name, want := range c.Values {
				got := s.Value(name)
				closeTo(t, name, got, want)
				for _, batch := range []int{7, 1000} {
					if other := measure(t, c, batch).Value(name); math.Float64bits(other) != math.Float64bits(got) {
						t.Errorf("%s depends on the batches: %v, %v", name, got, other)
					}
				}
				m := s.Metrics()[named(s.Metrics(), name)]
				if lo, hi := m.Bounds(); got < lo || got > hi {
					t.Errorf("%s = %v, outside of [%v, %v]", name, got, lo, hi)
				}
				if bad := strings.Contains(c.Name, "NaN"); math.IsNaN(got) && !bad && s.Undefined(name) == nil {
					t.Errorf("%s is NaN, but said to be measurable", name)
				}
			}
			var of Summary
			if s.MultiLabel() != nil {
				of = s.MultiLabel().Summary()
				for i, l := range s.MultiLabel().Labels() {
					closeTo(t, l.Name+": average precision", l.AveragePrecision, c.AP[i])
					closeTo(t, l.Name+": AUROC", l.AUROC, c.AUROC[i])
				}
			} else if s.Classification() != nil {
				of = s.Classification().Summary()
			}
			for how, want := range c.Averages {
				k := map[string]Class{"macro": of.Macro, "weighted": of.Weighted, "micro": of.Micro}[how]
				closeTo(t, how+" precision", k.Precision, want[0])
				closeTo(t, how+" recall", k.Recall, want[1])
				closeTo(t, how+" F1", k.F1, want[2])
			}
		})
	}
}

// TestRowsAreComplete asks of every metric all that the rest of the project
// takes from it, and a value of scikit-learn's.
func TestRowsAreComplete(t *testing.T) {
	compared := map[string]bool{}
	for _, c := range tableCases(t) {
		for name, v := range c.Values {
			compared[name] = compared[name] || !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0)
		}
	}
	seen := map[string]bool{}
	for _, m := range builtin {
		lo, hi := m.Bounds()
		switch {
		case m.Validate() != nil:
			t.Error(m.Validate())
		case seen[m.Name]:
			t.Errorf("%s stands twice in the table", m.Name)
		case m.Label() == "" || m.Doc == "":
			t.Errorf("%s has no title or no line that says what it is", m.Name)
		case m.Higher && hi != 1 || !m.Higher && lo != 0:
			t.Errorf("%s: the best value is not a bound of [%v, %v]", m.Name, lo, hi)
		case !compared[m.Name] && m.Name != "mase": // which has a file of its own
			t.Errorf("%s has no case in testdata/table.json", m.Name)
		}
		seen[m.Name] = true
		if got, err := ByName(m.Name); err != nil || got.Name != m.Name {
			t.Errorf("%s by name: %s, %v", m.Name, got.Name, err)
		}
		fits := 0
		for _, s := range []Spec{{Kind: Classes, Names: names(2)}, {Kind: Classes, Names: names(9)}, {Kind: Numbers, Names: names(1)}, {Kind: Numbers, Names: names(1), Scales: []float64{2}}, {Kind: Labels, Names: names(1)}} {
			if m.Fits(s) != nil {
				if err := m.Suits(s); !strings.Contains(err.Error(), m.Name+" is of") || !strings.Contains(err.Error(), Main(s).Name) {
					t.Errorf("error %q; want what it is of, and others", err)
				}
				continue
			}
			fits++
			if v := m.New(s).Value(); !math.IsNaN(v) {
				t.Errorf("%s of no rows of %v = %v, want NaN", m.Name, s, v)
			}
			if err := m.Measurable(NewTruth(s)); err == nil {
				t.Errorf("%s can be measured on no rows of %v", m.Name, s)
			}
		}
		if fits == 0 {
			t.Errorf("%s fits nothing", m.Name)
		}
	}
	for _, s := range []Spec{{Kind: Classes, Names: names(2)}, {Kind: Classes, Names: names(9)}, {Kind: Numbers, Names: names(2)}, {Kind: Labels, Names: names(2)}} {
		if _, err := NewSet(s, Usual(s)...); err != nil {
			t.Error(err)
		}
		if err := Main(s).Suits(s); err != nil {
			t.Error(err)
		}
	}
}

func TestMeasurable(t *testing.T) {
	two, three := Spec{Kind: Classes, Names: []string{"a", "b"}}, Spec{Kind: Classes, Names: []string{"a", "b", "c"}}
	one, pair, labels := Spec{Kind: Numbers, Names: names(1)}, Spec{Kind: Numbers, Names: names(2)}, Spec{Kind: Labels, Names: names(2)}
	for _, c := range []struct {
		name    string
		spec    Spec
		targets []float64
		want    string // "": it can be measured
	}{
		{"auroc", two, []float64{0, 1}, ""},
		{"auroc", two, []float64{0, 0, 0}, `auroc takes rows of both classes, and none of 3 is of class "b"`},
		{"average_precision", two, []float64{1}, `none of 1 is of class "a"`},
		{"accuracy", two, []float64{0}, ""},
		{"accuracy", two, nil, "takes rows, and there are none"},
		{"f1", two, []float64{0}, ""},
		{"mcc", three, []float64{1, 1}, `all 2 are of class "b"`},
		{"mcc", three, []float64{1, 2}, ""},
		{"auroc_ovr", three, []float64{1, 2}, `takes rows of every class, and none of 2 is of class "a"`},
		{"auroc_ovr", three, []float64{1, 2, 0}, ""},
		{"r2", one, []float64{1}, "r2 takes two rows or more, and there is 1"},
		{"r2", one, []float64{1, 1}, "r2 takes targets that vary, and all 2 rows have the same"},
		{"r2", one, []float64{1, 2}, ""},
		{"r2", pair, []float64{1, 2, 1, 2}, "all 2 rows have the same"},
		{"r2", pair, []float64{1, 2, 1, 3}, ""},
		{"mse", one, []float64{1}, ""},
		{"mape", one, []float64{1, 0, 2}, "takes targets other than 0, and 1 in 3 rows are 0"},
		{"mape", one, []float64{1}, ""},
		{"auroc", labels, []float64{1, 0, 1, 0}, "of 2 rows there is none"},
		{"auroc", labels, []float64{1, 0, 1, 1}, ""},
		{"f1", labels, []float64{0, 0}, "of 1 rows none has one"},
		{"hamming_loss", labels, []float64{0, 0}, ""},
	} {
		m, err := ByName(c.name)
		if err != nil {
			t.Fatal(err)
		}
		truth := NewTruth(c.spec)
		if err := truth.Add(c.targets); err != nil {
			t.Fatal(err)
		}
		switch err := m.Measurable(truth); {
		case c.want == "" && err != nil:
			t.Errorf("%s of %v: %v", c.name, c.targets, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s of %v: error %v, want %q in it", c.name, c.targets, err, c.want)
		}
	}
}

func TestByName(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"acuracy", `unknown metric "acuracy"; did you mean "accuracy"?`},
		{"top0", `"top0"; want top and a whole number of at least 1`},
		{"top05", `"top05" is called top5`},
		{"top1.5", `want top and a whole number`},
		{"topmost", `unknown metric "topmost"`},
		{"quantile1", "a number between 0 and 1"},
		{"quantile0.90", "is called quantile0.9"},
		{"", "unknown metric"},
	} {
		if _, err := ByName(c.name); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q in it", c.name, err, c.want)
		}
	}
	for _, name := range []string{"loss", "top1", "top12", "quantile0.025"} {
		if m, err := ByName(name); err != nil || m.Name != name || m.Doc == "" {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	if err := TopK(5).Suits(Spec{Kind: Classes, Names: names(5)}); err == nil || !strings.Contains(err.Error(), "top5 is of more than 5 classes, and these are 5 classes, which have accuracy, balanced_accuracy, f1") {
		t.Errorf("top5 of 5 classes: %v", err)
	}
	for _, m := range []Metric{TopK(0), Quantile(1)} {
		if m.Suits(Spec{Kind: Classes, Names: names(5)}) == nil && m.Suits(Spec{Kind: Numbers, Names: names(1)}) == nil {
			t.Errorf("%s fits", m.Name)
		}
	}
}

func TestRegister(t *testing.T) {
	defer func() { own.list = nil }()
	m := Metric{Name: "own", Fits: OnNumbers, New: MeanOf(relative)}
	with := func(change func(*Metric)) Metric { k := m; change(&k); return k }
	if err := Register(m); err != nil {
		t.Fatal(err)
	}
	if got, err := ByName("own"); err != nil || got.Label() != "own" {
		t.Errorf("%+v, %v", got, err)
	}
	if list := For(Spec{Kind: Numbers, Names: names(1)}); list[len(list)-1].Name != "own" {
		t.Errorf("own is not among those of numbers")
	}
	for _, c := range []struct {
		m    Metric
		want string
	}{
		{m, "own is already registered"},
		{with(func(m *Metric) { m.Name = "r2" }), "r2 is that of a built-in metric"},
		{with(func(m *Metric) { m.Name = "loss" }), "loss is that of a built-in metric"},
		{with(func(m *Metric) { m.Name = "top7" }), "top7 is that of a built-in family"},
		{with(func(m *Metric) { m.Name = "Own" }), "want small letters"},
		{with(func(m *Metric) { m.Name = "" }), "want small letters"},
		{with(func(m *Metric) { m.Name = "2x" }), "a letter first"},
		{with(func(m *Metric) { m.Unit = 9 }), "the unit 9"},
		{with(func(m *Metric) { m.Lo = 2 }), "the bounds 2 and 0"},
		{with(func(m *Metric) { m.Fits = nil }), "metric.OnNumbers"},
		{with(func(m *Metric) { m.New = nil }), "metric.MeanOf"},
	} {
		if err := Register(c.m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q in it", err, c.want)
		}
	}
	if lo, hi := m.Bounds(); !math.IsInf(lo, -1) || !math.IsInf(hi, 1) {
		t.Errorf("bounds %v, %v of a metric that has none", lo, hi)
	}
	odd := with(func(m *Metric) { m.Fits = func(Spec) error { return errors.New("takes the moon") } })
	if err := odd.Suits(Spec{Kind: Labels, Names: names(1)}); err == nil || err.Error() != "own takes the moon, and these are 1 label, which have f1, micro_f1, subset_accuracy, hamming_loss" {
		t.Errorf("error %v", err)
	}
}
