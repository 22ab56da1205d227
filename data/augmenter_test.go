package data

import (
	"testing"

	"descent/internal/rng"
)

// speckled is a set of n images whose values are noise, of 5 classes.

func speckled(t *testing.T, n, h, w, c int) Source {
	t.Helper()
	x, labels := make([][]float32, n), make([]int, n)
	for i := range x {
		x[i] = make([]float32, h*w*c)
		for j := range x[i] {
			x[i][j] = float32(rng.Key{Seed: 5, Stream: uint64(i)}.Normal(j))
		}
		labels[i] = i % 5
	}
	s, err := FromClasses(x, labels, nil)
	if err == nil {
		s, err = Reshape(s, h, w, c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plainVary is what Augment says, step by step in float64: each step makes a

// whole image.
