package tabular_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/nn"
	"descent/tabular"
)

// streets are rows of 120 streets and 40 trees, each of which has an effect of its own
// on y.
func streets(t *testing.T, rows int) data.Parts {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	effects := make([]float64, 120)
	for i := range effects {
		effects[i] = random.NormFloat64()
	}
	var b strings.Builder
	b.WriteString("street,tree,x,y\n")
	for i := range rows {
		x := random.NormFloat64()
		fmt.Fprintf(&b, "s%d,t%d,%.4f,%.4f\n", i%120, i%40, x, effects[i%120]+effects[i%40]*x)
	}
	source, err := data.ReadCSV(strings.NewReader(b.String()), "streets.csv", data.CSVConfig{Targets: []string{"y"}, Levels: []string{"auto"}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(source, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// TestManyLevels: levels of columns of many are learned vectors with a rate of their
// own, of other columns inputs as they are.
func TestManyLevels(t *testing.T) {
	parts := streets(t, 1500)
	table := measured(t, parts.Train)
	r := table.Recipe()
	for _, c := range []struct {
		networks       int
		length, inputs int
		in, first      string // pattern and first name of the networks' parameters
		want           string
	}{
		{1, r.Vectors, 4 + 8 + 40, "", "", "1 column of many levels, each a learned vector of 8 numbers: street (120)"},
		{1, 3, 4 + 3 + 40, "", "", "1 column of many levels, each a learned vector of 3 numbers: street (120)"},
		{1, 0, 4 + 120 + 40, "", "", "160 levels and indicators as they are"},
		{2, 3, 4 + 3 + 40, "0.concat.*.sequential.", "0.concat.0.sequential.", "1 column of many levels, each a learned vector of 3 numbers: street (120)"},
	} {
		r.Networks, r.Vectors = c.networks, c.length
		net, err := table.Network(r)
		if err != nil {
			t.Fatal(err)
		}
		if words := tabular.Words(parts.Train.Spec(), net); !slices.Contains(words, c.want) {
			t.Errorf("vectors of %d: %q, want %q", c.length, words, c.want)
		}
		rows, err := nn.Summary(net, parts.Train.Spec().Input)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row.Path == c.first+"1.scale" && row.Output[0] != c.inputs {
				t.Errorf("vectors of %d: %d inputs, want %d", c.length, row.Output[0], c.inputs)
			}
		}
		first, vectors := 0.0, 0.0
		for _, g := range table.Groups(r) {
			switch g.Match {
			case c.in + "0.*.dense.weight":
				vectors = g.RateFactor
			case c.in + "2.dense.weight":
				first = g.RateFactor
			}
		}
		if vectors > 0 != (c.length > 0) || math.Abs(first-math.Sqrt(256/float64(c.inputs))) > 1e-9 {
			t.Errorf("vectors of %d: rates ×%v of vectors, ×%v of the first layer", c.length, vectors, first)
		}
	}
	if of := table.TabM(4); of.Vectors != 0 {
		t.Errorf("members that share weights have vectors of %d", of.Vectors)
	}
}

// TestManyLevelsAreLearned: the effects of 120 levels, and how those of 40 change with
// a number, are learned from ten rows each.
func TestManyLevelsAreLearned(t *testing.T) {
	parts := streets(t, 2400)
	table := measured(t, parts.Train)
	r := table.Recipe()
	r.Hidden, r.Epochs = []int{64, 64}, 30
	m := trainAs(t, "streets", table, r, parts)
	report, err := m.Evaluate(t.Context(), parts.Test)
	if err != nil {
		t.Fatal(err)
	}
	const atLeast = 0.8
	if r2 := report.Score("r2"); r2 < atLeast {
		t.Errorf("R² is %v, want %v", r2, atLeast)
	}
}
