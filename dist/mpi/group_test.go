//go:build linux && (amd64 || arm64)

package mpi

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"descent/data"
	"descent/dist"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

var _ dist.AllReducer = (*World)(nil)

// digits trains on a few hundred digits, and returns the hash of the weights.
func digits(g dist.Group) (string, error) {
	parts, err := data.Split(data.Digits(), data.SplitConfig{})
	if err != nil {
		return "", err
	}
	trainer, err := train.New(nn.MLP([]int{32}, 10, nn.ReLU, 0.1, nil), parts.Validation.Spec(), train.Config{
		Group: g, Workers: 1, Optimizer: optim.NewAdam(), Clip: optim.ClipNorm(1),
		BatchSize: 60, MicroBatch: 8, Epochs: 2, Seed: 1,
	})
	if err != nil {
		return "", err
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), parts.Validation, parts.Test)
	if err != nil {
		return "", err
	}
	return m.SHA256(), nil
}

// Processes train one network together, to the bits of one alone.
func TestTrain(t *testing.T) {
	want, err := digits(nil)
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, i implementation) {
		for _, n := range []int{2, 3} {
			if n > i.most {
				continue
			}
			out, err := i.launch(t, n, "train")
			if err != nil || strings.Count(out, "weights "+want+"\n") != n {
				t.Errorf("%d processes: %v, want %s\n%s", n, err, want, out)
			}
		}
	})
}

// trains is what each process does.
func trains(w *World) error {
	hash, err := digits(w)
	if err == nil {
		fmt.Printf("weights %s\n", hash)
	}
	return err
}
