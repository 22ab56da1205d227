package data_test

import (
	"context"
	"fmt"

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
