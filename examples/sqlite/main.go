// A table in a database: a query in place of a file. Here it is SQLite, in memory; any
// driver of database/sql will do. The driver makes this program a module of its own:
//
//	cd examples/sqlite && go run .
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	_ "modernc.org/sqlite"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/train"
)

// fill makes customers, of whom those stay who have paid for long or come often.
const fill = `
CREATE TABLE customers (id INTEGER PRIMARY KEY, city TEXT, since DATE, visits INTEGER, spent DECIMAL(9,2), stays BOOLEAN);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
INSERT INTO customers SELECT i,
	CASE i % 3 WHEN 0 THEN 'Bonn' WHEN 1 THEN 'Ulm' ELSE 'Kiel' END,
	date('2015-01-01', '+' || (i * 37 % 3000) || ' days'),
	CASE WHEN i % 11 = 0 THEN NULL ELSE i * 7 % 40 END,
	(i * 13 % 500) + 0.5,
	i * 7 % 40 > 20 OR i * 37 % 3000 < 900
FROM n;`

func main() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	check(err)
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection would have a database of its own
	_, err = db.ExecContext(ctx, fill)
	check(err)

	rows, err := db.QueryContext(ctx, "SELECT city, since, visits, spent, stays FROM customers ORDER BY id")
	check(err)
	table, err := data.FromRows(rows, data.CSVConfig{Targets: []string{"stays"}})
	check(err)
	fmt.Print(table)

	parts, err := data.Split(table, data.SplitConfig{Validation: 0.1, Test: 0.2})
	check(err)
	net := nn.Sequential{nn.Dense{Units: 32, Activation: nn.ReLU}, nn.Dense{Units: 2}}
	trainer, err := train.New(net, parts.Train.Spec(), train.Config{Loss: loss.CrossEntropy{}, LearningRate: 0.01, Epochs: 30, Seed: 1})
	check(err)
	model, err := trainer.Fit(ctx, parts.Train, parts.Validation)
	check(err)
	report, err := model.Evaluate(ctx, parts.Test)
	check(err)
	fmt.Println("better than 90 %:", report.Score("accuracy") > 0.9)

	// The model predicts the rows of another query, which needs no target.
	rows, err = db.QueryContext(ctx, "SELECT 'Ulm' AS city, '2021-05-01' AS since, 39 AS visits, 99.5 AS spent UNION ALL SELECT 'Ulm', '2021-05-01', 2, 99.5")
	check(err)
	fresh, err := model.Spec().Encoder.EncodeRows(rows)
	check(err)
	for p, err := range model.Predictions(ctx, fresh) {
		check(err)
		fmt.Println("stays:", p[1] > 0.5)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
