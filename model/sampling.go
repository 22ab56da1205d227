package model

import (
	"cmp"
	"fmt"
	"slices"

	"descent/internal/rng"
)

// Sampling says how a [Generator] draws the next token: of token i, whose score is
// zᵢ, with probability
//
//	pᵢ = e^(zᵢ/Temperature)/Σ e^(zⱼ/Temperature) over the tokens that are kept
//
// TopK keeps those with the k largest scores; of these TopP keeps the fewest whose
// probabilities sum to at least p, the likeliest first. Of equal scores the token with
// the smaller number comes first.
//
// A draw is a function of scores, Seed and the number of the draw, the same bits on
// every machine.
//
// Source of TopP: Holtzman et al., "The Curious Case of Neural Text Degeneration",
// ICLR 2020, arXiv:1904.09751.
type Sampling struct {
	Temperature float64 // from 0.001 to 1000; 0: always the likeliest token
	TopK        int     // 0: all
	TopP        float64 // in (0, 1]; 0: all
	Seed        uint64

	// Keep is how many tokens are kept where the context is full and there is one
	// more; 0: as many as there is room for, so that no token is forgotten too
	// early, but all are read again at every one.
	Keep int
}

// Validate returns what is wrong with the fields.
func (s Sampling) Validate() error {
	switch {
	case s.Temperature != 0 && !(s.Temperature >= 1e-3 && s.Temperature <= 1e3):
		return fmt.Errorf("model: a temperature of %v; want one from 0.001 to 1000, or 0 for the likeliest token", s.Temperature)
	case s.TopK < 0:
		return fmt.Errorf("model: the %d likeliest tokens; want at least 1, or 0 for all", s.TopK)
	case !(s.TopP >= 0 && s.TopP <= 1):
		return fmt.Errorf("model: the likeliest tokens up to a probability of %v; want one in (0, 1], or 0 for all", s.TopP)
	case s.Keep < 0:
		return fmt.Errorf("model: %d tokens to keep; want at least 1, or 0 for as many as there is room for", s.Keep)
	}
	return nil
}

// draw returns a token by weights that are probabilities but for their sum. order has
// room for each token.
func (s Sampling) draw(scores, weights []float32, order []int, draw uint32) int {
	if s.Temperature == 0 {
		best := 0
		for i, z := range scores {
			if z > scores[best] {
				best = i
			}
		}
		return best
	}
	for i := range order {
		order[i] = i
	}
	if s.TopK > 0 && s.TopK < len(order) || s.TopP > 0 && s.TopP < 1 { // else all are kept, as they stand
		order = s.kept(scores, weights, order)
	}
	total := 0.0
	for _, i := range order {
		total += float64(weights[i])
	}
	u := total * rng.Key{Seed: s.Seed, Stream: rng.Stream("generator"), Draw: draw}.Float64(0)
	for _, i := range order {
		if u -= float64(weights[i]); u < 0 {
			return i
		}
	}
	return order[len(order)-1]
}

// kept returns the tokens that may be drawn, the likeliest first.
func (s Sampling) kept(scores, weights []float32, order []int) []int {
	slices.SortFunc(order, func(a, b int) int {
		if c := cmp.Compare(scores[b], scores[a]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	if s.TopK > 0 {
		order = order[:min(s.TopK, len(order))]
	}
	if s.TopP == 0 {
		return order
	}
	total := 0.0
	for _, i := range order {
		total += float64(weights[i])
	}
	sum := 0.0
	for n, i := range order {
		if sum += float64(weights[i]); sum >= s.TopP*total {
			return order[:n+1]
		}
	}
	return order
}
