package explain_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"descent/data"
	"descent/explain"
	"descent/nn"
)

// TestWeightsCount: rows count as their weights say, in the scores as the model measures
// them, and in the means of parts of the rows.
func TestWeightsCount(t *testing.T) {
	var text strings.Builder
	text.WriteString("a,c,w,y\n")
	for i := range 200 {
		fmt.Fprintf(&text, "%d,%s,%d,%d\n", i*7%111, "pq"[i%2:i%2+1], i%4, (i*5%130)*(1+i%2))
	}
	s := encoded(t, text.String(), data.CSVConfig{Targets: []string{"y"}, Task: data.Regression, Weight: "w"})
	m := network(t, s.Spec(), nn.Sequential{nn.Dense{Units: 1}}, nil, map[string][]int{"0.dense.weight": {s.Spec().Size(), 1}, "0.dense.bias": {1}})
	e := explainer(t, m, explain.Config{Repeats: 1})
	rows, ctx := read(t, e, s), context.Background()
	importance, err := e.Importance(ctx, rows)
	if err != nil {
		t.Fatal(err)
	}
	report, err := m.Evaluate(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range importance.Scores {
		if want := report.Score(of.Name); !close32(of.Value.Mean, want) {
			t.Errorf("%s is %v, of the model %v", of.Name, of.Value.Mean, want)
		}
	}
	parts, err := e.Slices(ctx, rows)
	if err != nil {
		t.Fatal(err)
	}
	first := parts.Worst[0]
	if first.Column != "c" || first.Text != "= q" {
		t.Fatalf("the worst part is %+v", first)
	}
	// q has weights 1 and 3, p 0 and 2: two thirds of all.
	if whole := (2*first.Loss + first.Others) / 3; !close32(whole, report.Loss) {
		t.Errorf("the parts have the mean loss %v, the model %v", whole, report.Loss)
	}
	if _, err := e.Row(ctx, rows.Row(0), rows); err != nil {
		t.Error(err)
	}
}
