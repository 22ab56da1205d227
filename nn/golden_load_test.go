package nn_test

import (
	"testing"

	"descent/internal/goldentest"
)

// golden is what testdata/golden.py wrote.
type golden struct {
	Activations map[string]struct {
		X, Y, Dx []float64
		Dims     []int
	}
}

func load(t *testing.T) golden {
	t.Helper()
	return goldentest.Load[golden](t, "golden.json")
}
