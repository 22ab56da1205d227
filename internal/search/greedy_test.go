package search

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// TestGreedyAsNumpy compares with testdata/greedy.py.
func TestGreedyAsNumpy(t *testing.T) {
	text, err := os.ReadFile("testdata/greedy.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Y           []float64
		Predictions [][]float64
		Rounds      int
		Counts      []int
		Loss        float64
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		counts, loss := Greedy(c.Predictions, c.Rounds, func(p []float64) float64 {
			sum := 0.0
			for j, v := range p {
				sum += (v - c.Y[j]) * (v - c.Y[j])
			}
			return sum / float64(len(p))
		})
		if !slices.Equal(counts, c.Counts) || math.Abs(loss-c.Loss) > 1e-12 {
			t.Errorf("case %d: %v, loss %v; want %v, %v", i, counts, loss, c.Counts, c.Loss)
		}
	}
}

func TestGreedyOfFailures(t *testing.T) {
	loss := func(p []float64) float64 { return p[0] }
	for _, c := range []struct {
		predictions [][]float64
		want        []int
	}{
		{nil, []int{}},
		{[][]float64{{math.NaN()}, {math.Inf(1)}}, []int{0, 0}},
		{[][]float64{{math.NaN()}, {2}, {2}}, []int{0, 1, 0}},
	} {
		if counts, _ := Greedy(c.predictions, 4, loss); !slices.Equal(counts, c.want) {
			t.Errorf("%v: %v, want %v", c.predictions, counts, c.want)
		}
	}
}
