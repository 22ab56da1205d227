package nn_test

import (
	"encoding/json"
	"os"
	"testing"
)

// golden is what testdata/golden.py wrote.
type golden struct {
	Activations map[string]struct {
		X, Y, Dx []float64
		Dims     []int
	}
}

func load(t *testing.T) (g golden) {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}
