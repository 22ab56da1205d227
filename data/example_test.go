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
