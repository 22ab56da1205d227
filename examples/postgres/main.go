// A table in PostgreSQL: what a query returns becomes a table, whose rows are trained on.
//
//	cd examples/postgres && go run . "postgres://localhost/shop" "SELECT * FROM customers ORDER BY id" stays
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"os/signal"

	_ "github.com/jackc/pgx/v5/stdlib"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/train"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: postgres URL QUERY TARGET")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // which ends the query, too
	defer stop()
	db, err := sql.Open("pgx", os.Args[1])
	check(err)
	defer db.Close()

	rows, err := db.QueryContext(ctx, os.Args[2])
	check(err)
	table, err := data.FromRows(rows, data.CSVConfig{Targets: []string{os.Args[3]}})
	check(err)
	fmt.Print(table)
	for _, note := range table.Notes() {
		fmt.Println("note:", note)
	}

	parts, err := data.Split(table, data.SplitConfig{Validation: 0.1, Test: 0.2})
	check(err)
	spec := parts.Train.Spec()
	var of loss.Loss = loss.MSE{}
	if spec.Task == data.Classification {
		of = loss.CrossEntropy{}
	}
	net := nn.Sequential{nn.Dense{Units: 128, Activation: nn.ReLU}, nn.Dense{Units: spec.Outputs()}}
	trainer, err := train.New(net, spec, train.Config{Loss: of, LearningRate: 1e-3, Epochs: 30, Seed: 1})
	check(err)
	model, err := trainer.Fit(ctx, parts.Train, parts.Validation)
	check(err)
	report, err := model.Evaluate(ctx, parts.Test)
	check(err)
	fmt.Printf("test loss %.4f of %d rows\n", report.Loss, report.Rows)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
