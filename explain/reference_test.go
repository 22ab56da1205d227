package explain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/explain"
	"descent/graph"
	"descent/internal/goldentest"
	"descent/model"
	"descent/nn"
)

// reference is what testdata/reference.py computed with scikit-learn and numpy.
type reference struct {
	Rows        [][]float64
	Y           []float64
	Cities      []string
	W1, W2      [][]float64
	B1, B2      []float64
	Predictions []float64
	Importance  map[string]struct{ Mean, Std []float64 }
	Partial     []struct{ Values, Mean []float64 }
	Ale         []struct{ Values, Mean []float64 }
}

// encoded is a table as it is encoded by its own rows.
func encoded(t testing.TB, text string, cfg data.CSVConfig) data.Source {
	t.Helper()
	table, err := data.ReadCSV(strings.NewReader(text), "table.csv", cfg)
	if err != nil {
		t.Fatal(err)
	}
	e, err := table.Fit(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := table.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// network is a model of dense layers with given weights.
func network(t testing.TB, spec data.Spec, layers nn.Layer, weights map[string][]float64, shapes map[string][]int) *model.Model {
	t.Helper()
	var declared []engine.Variable
	for name, shape := range shapes {
		declared = append(declared, engine.Variable{Name: name, Type: graph.Shape(shape...)})
	}
	store := engine.NewStore(declared...)
	for name, values := range weights {
		for i, v := range values {
			store.Value(name)[i] = float32(v)
		}
	}
	m, err := model.New(layers, spec, nil, store)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// known is the network of the reference over its table.
func known(t testing.TB) (reference, *model.Model, data.Source) {
	ref := goldentest.Load[reference](t, "reference.json")
	var b strings.Builder
	b.WriteString("a,b,c,city,y\n")
	for i, r := range ref.Rows {
		fmt.Fprintf(&b, "%v,%v,%v,%s,%v\n", r[0], r[1], r[2], ref.Cities[int(r[3])], ref.Y[i])
	}
	s := encoded(t, b.String(), data.CSVConfig{Targets: []string{"y"}, Task: data.Regression, Numbers: []string{"c"}})
	net := nn.Sequential{nn.Dense{Units: 6, Activation: nn.Tanh}, nn.Dense{Units: 1}}
	m := network(t, s.Spec(), net,
		map[string][]float64{"0.dense.weight": slices.Concat(ref.W1...), "0.dense.bias": ref.B1, "1.dense.weight": slices.Concat(ref.W2...), "1.dense.bias": ref.B2},
		map[string][]int{"0.dense.weight": {8, 6}, "0.dense.bias": {6}, "1.dense.weight": {6, 1}, "1.dense.bias": {1}})
	return ref, m, s
}

func explainer(t testing.TB, m *model.Model, cfg explain.Config) *explain.Explainer {
	t.Helper()
	e, err := explain.New(m, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func read(t testing.TB, e *explain.Explainer, s data.Source) *explain.Rows {
	t.Helper()
	rows, err := e.Read(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// close32 allows for float32: measured errors were up to 2e-6, doubled.
func close32(a, b float64) bool { return math.Abs(a-b) <= 4e-6*(1+math.Abs(b)) }

func TestImportanceEqualsScikitLearn(t *testing.T) {
	ref, m, s := known(t)
	const repeats = 150
	e := explainer(t, m, explain.Config{Repeats: repeats})
	for i, want := range ref.Predictions {
		x := make([]float32, s.Spec().Size())
		if err := s.Read([]int{i}, x, nil); err != nil {
			t.Fatal(err)
		}
		if y, err := m.Predict(x); err != nil || !close32(y[0], want) {
			t.Fatalf("row %d is predicted as %v, numpy has %v (%v)", i, y, want, err)
		}
	}
	got, err := e.Importance(context.Background(), read(t, e, s))
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{"a", "b", "c", "city"}
	for _, effect := range got.Columns {
		k := slices.Index(columns, effect.Columns[0])
		for s, name := range []string{"mse", "r2"} {
			want := ref.Importance[name]
			// Both are means over shuffles of their own: 5 standard errors of the difference.
			bound := 5 * want.Std[k] * math.Sqrt(1./repeats+1./2000)
			if c := effect.Costs[s]; math.Abs(c.Mean-want.Mean[k]) > bound || len(c.Repeats) != repeats {
				t.Errorf("%s by %s is %v, scikit-learn has %v ± %v", columns[k], name, c.Mean, want.Mean[k], bound)
			}
		}
	}
}

func TestDependenceEqualsReferences(t *testing.T) {
	ref, m, s := known(t)
	e := explainer(t, m, explain.Config{Points: 1000})
	coarse := explainer(t, m, explain.Config{Points: 20})
	rows := read(t, e, s)
	for k := range 4 {
		d, err := e.Dependence(context.Background(), rows, k)
		if err != nil {
			t.Fatal(err)
		}
		want := ref.Partial[k]
		if len(d.Points) != len(want.Values) {
			t.Fatalf("column %d has %d points, scikit-learn %d", k, len(d.Points), len(want.Values))
		}
		total := 0
		for i, p := range d.Points {
			total += p.Rows
			if k == 3 { // in another order
				i = slices.Index(ref.Cities, p.Text)
			} else if math.Abs(p.Value-want.Values[i]) > 1e-6 {
				t.Errorf("column %d, point %d is %v, scikit-learn %v", k, i, p.Value, want.Values[i])
			}
			if !close32(p.Partial[0], want.Mean[i]) {
				t.Errorf("column %d: partial dependence at %s is %v, scikit-learn %v", k, p.Text, p.Partial[0], want.Mean[i])
			}
		}
		if total != rows.Len() {
			t.Errorf("column %d: points of %d rows in all, want %d", k, total, rows.Len())
		}
		if d, err = coarse.Dependence(context.Background(), rows, k); err != nil {
			t.Fatal(err)
		}
		effects := ref.Ale[k]
		if len(d.Points) != len(effects.Values) {
			t.Fatalf("column %d has %d points, numpy %d", k, len(d.Points), len(effects.Values))
		}
		for i, p := range d.Points {
			value := p.Value
			if k == 3 {
				value = float64(slices.Index(ref.Cities, p.Text))
			}
			if math.Abs(value-effects.Values[i]) > 1e-6 || !close32(p.Local[0], effects.Mean[i]) {
				t.Errorf("column %d: local effect at %s is %v, numpy %v at %v", k, p.Text, p.Local[0], effects.Mean[i], effects.Values[i])
			}
		}
	}
}

// TestSameBitsOnAnyWorkers: results depend on the seed alone.
func TestSameBitsOnAnyWorkers(t *testing.T) {
	_, m, s := known(t)
	all := func(workers int, seed uint64) string {
		e := explainer(t, m, explain.Config{Workers: workers, Seed: seed, Samples: 50, Rows: 100})
		rows := read(t, e, s)
		ctx := context.Background()
		importance, err := e.Importance(ctx, rows)
		if err != nil {
			t.Fatal(err)
		}
		reasons, err := e.Row(ctx, rows.Row(0), rows)
		if err != nil {
			t.Fatal(err)
		}
		slices, err := e.Slices(ctx, rows)
		if err != nil {
			t.Fatal(err)
		}
		curve, err := e.Dependence(ctx, rows, 3)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal([]any{importance, reasons, slices, curve})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	one := all(1, 1)
	if all(7, 1) != one || all(runtime.GOMAXPROCS(0), 1) != one {
		t.Error("results differ with the number of workers")
	}
	if all(1, 2) == one {
		t.Error("another seed has the same results")
	}
}
