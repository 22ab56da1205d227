package graph_test

import (
	"math"
	"slices"
	"testing"

	"descent/graph"
	"descent/internal/reference"
)

// TestNormal compares normal numbers with the transform of Box and Muller on
// the uniform ones that they are made of, by package math, and their
// distribution with the normal one.
func TestNormal(t *testing.T) {
	const n = 40000
	g := graph.New()
	z, u, v := g.Normal("z", n), g.Uniform("z radius", n), g.Uniform("z angle", n)
	out, err := reference.Run(reference.Env{Seed: 5, Draw: 3}, z, u, v)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, got := range out[0] {
		want := math.Sqrt(-2*math.Log(1-out[1][i])) * math.Cos(2*math.Pi*out[2][i])
		worst = max(worst, math.Abs(got-want))
	}
	if worst > 1.1e-7 { // of constants that are float32; measured, doubled
		t.Errorf("off by %v", worst)
	}
	x := slices.Sorted(slices.Values(out[0]))
	apart := 0.0
	for i, v := range x {
		apart = max(apart, math.Abs(math.Erfc(-v/math.Sqrt2)/2-(float64(i)+0.5)/n))
	}
	if apart > 1.63/math.Sqrt(n) { // of Kolmogorov and Smirnov, which one stream in 100 exceeds
		t.Errorf("the distribution is %v away from the normal one", apart)
	}
	if out[0][0] == out[0][1] || g.Normal("other", n) == z {
		t.Error("numbers repeat")
	}
}
