package tabular_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"descent/data"
	"descent/tabular"
	"descent/train"
)

// A table of numbers and a category, from its rows to a model.
func Example() {
	var rows strings.Builder
	rows.WriteString("rooms,area,city,price\n")
	for i := range 200 {
		fmt.Fprintf(&rows, "%d,%d,%s,%d\n", 1+i%5, 30+i*71%97, []string{"Bonn", "Köln"}[i%2], 100*(30+i*71%97)+900*(i%5))
	}
	source, err := data.ReadCSV(strings.NewReader(rows.String()), "houses.csv", data.CSVConfig{Targets: []string{"price"}})
	if err != nil {
		log.Fatal(err)
	}
	parts, err := data.Split(source, data.SplitConfig{})
	if err != nil {
		log.Fatal(err)
	}
	table, err := tabular.Measure(parts.Train)
	if err != nil {
		log.Fatal(err)
	}
	recipe := table.Recipe()
	recipe.Hidden, recipe.Epochs = []int{32, 32}, 40 // smaller and shorter than usual
	net, err := table.Network(recipe)
	if err != nil {
		log.Fatal(err)
	}
	cfg, err := table.Config(recipe)
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.New(net, parts.Train.Spec(), cfg)
	if err != nil {
		log.Fatal(err)
	}
	model, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	if err != nil {
		log.Fatal(err)
	}
	report, err := model.Evaluate(context.Background(), parts.Test)
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range tabular.Words(parts.Train.Spec(), net) {
		fmt.Println(line)
	}
	fmt.Println("R² above 0.9:", report.Score("r2") > 0.9)
	// Output:
	// 1 number by median and quartiles, bent smoothly towards ±3: area; each beside 3 numbers made of 16 waves of learned frequencies, at first of deviation 0.1
	// 1 number in bins between quantiles: rooms (4)
	// 2 levels and indicators as they are
	// so in each of 4 networks side by side, whose predictions are averaged
	// R² above 0.9: true
}
