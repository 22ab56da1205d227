package loss_test

import (
	"encoding/json"
	"testing"

	"descent/internal/goldentest"
)

// golden is what testdata/golden.py wrote.
type golden struct {
	Cases []struct {
		Name   string
		Fields json.RawMessage // of the loss
		N, K   int
		Z, Y   []float64
		YDims  []int
		Labels bool
		Loss   []float64 // of each row
		Dz     []float64 // of the sum of the losses times 0.5, 1, 1.5, ...
	}
	Penalty struct {
		W, Dw []float64
		Value float64
	}
}

func load(t *testing.T) golden {
	t.Helper()
	return goldentest.Load[golden](t, "golden.json")
}
