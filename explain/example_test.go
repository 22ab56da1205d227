package explain_test

import (
	"context"
	"fmt"
	"strings"

	"descent/data"
	"descent/engine"
	"descent/explain"
	"descent/graph"
	"descent/model"
	"descent/nn"
)

// A linear model of two numbers goes by the first; the second makes up for the rest.
func Example() {
	var text strings.Builder
	text.WriteString("size,age,price\n")
	for i := range 100 {
		fmt.Fprintf(&text, "%d,%d,%d\n", i*37%100, i*71%100, 3*(i*37%100)-(i*71%100))
	}
	table, _ := data.ReadCSV(strings.NewReader(text.String()), "houses.csv", data.CSVConfig{Targets: []string{"price"}, Task: data.Regression, Numbers: []string{"size", "age"}})
	encoder, _ := table.Fit(nil)
	rows, _ := table.Encode(encoder)
	weights := engine.NewStore(engine.Variable{Name: "0.dense.weight", Type: graph.Shape(2, 1)}, engine.Variable{Name: "0.dense.bias", Type: graph.Shape(1)})
	copy(weights.Value("0.dense.weight"), []float32{0.95, -0.32})
	m, err := model.New(nn.Sequential{nn.Dense{Units: 1}}, rows.Spec(), nil, weights)

	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	e, err := explain.New(m, explain.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	read, _ := e.Read(ctx, rows)
	importance, _ := e.Importance(ctx, read)
	for _, c := range importance.Columns {
		fmt.Printf("without %s the loss rises by %.1f\n", c.Columns[0], c.Costs[0].Mean)
	}
	reasons, _ := e.Row(ctx, read.Row(3), read)
	for _, c := range reasons.Columns {
		fmt.Printf("%s %s: %+.0f\n", c.Column, c.Cell, c.Shapley[0].Mean)
	}
	// Output:
	// without size the loss rises by 1.7
	// without age the loss rises by 0.2
	// size 11: -118
	// age 13: +38
}
