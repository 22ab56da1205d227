package data_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"descent/data"
)

func ExampleSplit() {
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(parts.Train.Len(), parts.Validation.Len(), parts.Test.Len())
	fmt.Println(parts.Train.Spec().Input, parts.Train.Spec().Outputs())
	// Output:
	// 1258 180 359
	// [8 8 1] 10
}

func ExampleBatches() {
	set, err := data.FromClasses([][]float32{{1, 2}, {3, 4}, {5, 6}}, []int{0, 1, 1}, []string{"no", "yes"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range data.Batches(context.Background(), set, data.BatchConfig{Size: 2}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.Rows, batch.X, batch.Y)
	}
	// Output:
	// [0 1] [1 2 3 4] [0 1]
	// [2] [5 6] [1]
}

func ExampleAugment() {
	augment, err := data.ParseAugment("crop:1,flip,mixup:0.2")
	if err != nil {
		fmt.Println(err)
		return
	}
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	config := data.BatchConfig{Size: 2, Augment: augment, Seed: 1, Epoch: 3}
	for batch, err := range data.Batches(context.Background(), parts.Train, config) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.Rows, len(batch.X), batch.Y)
		fmt.Printf("%.2f\n", batch.Soft[:10])
		break
	}
	// Output:
	// [0 1] 128 [0 2]
	// [0.99 0.00 0.00 0.00 0.00 0.00 0.00 0.01 0.00 0.00]
}

// A model's encoder makes samples of rows that a program has.
func ExampleNewRowEncoder() {
	table, err := data.ReadCSV(strings.NewReader("size,colour,price\n1,red,2.5\n2,blue,4\n4,red,8.5\n3,blue,6\n"), "shirts.csv",
		data.CSVConfig{Targets: []string{"price"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := data.NewRowEncoder(table.Spec().Encoder)
	if err != nil {
		fmt.Println(err)
		return
	}
	sample, err := rows.AppendRow(nil, map[string]any{"size": 2.5, "colour": "red"})
	fmt.Println(sample, err)
	sample, err = rows.AppendStruct(sample[:0], struct {
		Size   int
		Colour string `json:"colour"`
	}{4, "blue"})
	fmt.Println(sample, err)
	_, err = rows.AppendRow(nil, map[string]any{"size": "large", "colour": "red"})
	fmt.Println(errors.Is(err, data.ErrCell), err)
	// Output:
	// [0 0 1 0] <nil>
	// [1.3416408 1 0 0] <nil>
	// true data: column "size": "large" is not a number, as the column holds; leave the cell empty where a value is missing
}

// A format of a program's own is a table like any.
func ExampleRegister() {
	err := data.Register(data.Format{
		Name:  "a set of squares",
		Match: func(path string, _ []byte) bool { return path == "squares:5" },
		Table: func(string) (columns []string, rows iter.Seq2[[]string, error], err error) {
			return []string{"x", "square"}, func(yield func([]string, error) bool) {
				for x := range 5 {
					if !yield([]string{fmt.Sprint(float64(x) / 2), fmt.Sprint(float64(x*x) / 4)}, nil) {
						return
					}
				}
			}, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := data.Open("squares:5", data.CSVConfig{Targets: []string{"square"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Len(), set.Spec().Task, set.Spec().Targets) // 5 regression [square]
}
