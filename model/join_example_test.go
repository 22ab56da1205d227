package model_test

import (
	"context"
	"fmt"
	"log"

	"descent/data"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// A bag of networks, each trained on all folds but one and stopped by that one, is
// one model.
func ExampleJoin() {
	ctx := context.Background()
	folds, err := data.Folds(data.Digits(), data.FoldConfig{K: 3, SplitConfig: data.SplitConfig{Test: 0.2}})
	if err != nil {
		log.Fatal(err)
	}
	var members []*model.Model
	for i, f := range folds {
		net := nn.Sequential{nn.Flatten{}, nn.Dense{Units: 32, Activation: nn.ReLU}, nn.Dense{Units: 10}}
		trainer, err := train.New(net, f.Train.Spec(), train.Config{Epochs: 3, Seed: uint64(i)})
		if err != nil {
			log.Fatal(err)
		}
		member, err := trainer.Fit(ctx, f.Train, f.Validation)
		if err != nil {
			log.Fatal(err)
		}
		alone, err := member.Evaluate(ctx, f.Test)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("network %d alone  %.3f\n", i+1, alone.Score("accuracy"))
		members = append(members, member)
	}
	bag, err := model.Join(members, nil)
	if err != nil {
		log.Fatal(err)
	}
	together, err := bag.Evaluate(ctx, folds[0].Test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("together         %.3f\n", together.Score("accuracy"))
	// Output:
	// network 1 alone  0.721
	// network 2 alone  0.719
	// network 3 alone  0.777
	// together         0.847
}
