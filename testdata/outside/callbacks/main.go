// A metric of one's own picks the best model and stands in the report; callbacks
// watch training, stop it well or fail; and the same once more as a plain loop.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"

	"descent/data"
	"descent/metric"
	"descent/nn"
	"descent/train"
)

// within is the share of rows that are predicted within a distance of the target.
func within(distance float64) metric.Metric {
	return metric.Metric{
		Name: "within", Title: fmt.Sprintf("within %g", distance), Doc: "share of rows predicted that close to the target",
		Higher: true, Unit: metric.Percent, Hi: 1, Share: true,
		Fits: metric.OnNumbers,
		New: metric.MeanOf(func(prediction, target []float64) float64 {
			if math.Abs(prediction[0]-target[0]) <= distance {
				return 1
			}
			return 0
		}),
	}
}

func source() (data.Source, error) {
	var x, y [][]float32
	for i := range 200 {
		v := float32(i)/100 - 1
		x, y = append(x, []float32{v}), append(y, []float32{v * v})
	}
	return data.FromTargets(x, y)
}

var errBudget = errors.New("the budget is used up")

func main() {
	ctx := context.Background()
	set, err := source()
	check(err)
	net := nn.MLP([]int{16}, 1, nn.Tanh, 0, nil)
	fit := func(callback func(*train.Trainer, train.Progress) error) (score float64, epochs int, err error) {
		trainer, err := train.New(net, set.Spec(), train.Config{
			Metrics: []metric.Metric{within(0.05)}, Monitor: "within",
			LearningRate: 0.02, BatchSize: 20, Epochs: 100, Seed: 1, Callback: callback,
		})
		check(err)
		defer trainer.Close()
		m, err := trainer.Fit(ctx, set, set)
		if m == nil { // no epoch has ended
			return math.NaN(), 0, err
		}
		report, measured := m.Evaluate(ctx, set)
		check(measured)
		for _, k := range report.Goals[0].Metrics.Metrics() {
			if k.Name == "within" {
				times, sign := k.Unit.Scale()
				fmt.Printf("%s: %.0f%s\n", k.Label(), times*report.Score("within"), sign)
			}
		}
		return report.Score("within"), trainer.Updates() / 10, err
	}

	// Stop when it is good enough: as if all epochs had passed.
	score, epochs, err := fit(func(_ *train.Trainer, p train.Progress) error {
		if p.Epoch != nil && p.Epoch.Score >= 0.9 {
			return train.ErrStop
		}
		return nil
	})
	fmt.Println("stopped early:", epochs < 100, "good:", score >= 0.9, "error:", err)

	// Fail: Fit returns the error, and the best model so far.
	_, epochs, err = fit(func(t *train.Trainer, p train.Progress) error {
		if t.Updates() == 25 {
			return fmt.Errorf("update %d: %w", p.Step.Update, errBudget)
		}
		return nil
	})
	fmt.Println("after", epochs, "epochs:", err, errors.Is(err, errBudget))

	// A loop of one's own over the same updates, which decides for itself.
	trainer, err := train.New(net, set.Spec(), train.Config{Metrics: []metric.Metric{within(0.05)}, LearningRate: 0.02, BatchSize: 20, Epochs: 100, Seed: 1})
	check(err)
	defer trainer.Close()
	best, updates := 0.0, 0
	for step, err := range trainer.Steps(ctx, set) {
		check(err)
		updates = step.Update
		if step.Batch < step.Batches-1 {
			continue
		}
		report, err := trainer.Model().Evaluate(ctx, set)
		check(err)
		if best = max(best, report.Score("within")); best >= 0.9 {
			break
		}
	}
	fmt.Println("the loop stops at the same place:", best == score, updates)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
