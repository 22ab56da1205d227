package model

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"descent/internal/rng"
)

// Sampling says how one of several classes is drawn by their probabilities, such as
// the next token of a text. The zero value always takes the likeliest.
type Sampling struct {
	Temperature float64 // T > 0: by p^(1/T), over their sum; 0: the likeliest, of equal ones the first
	TopK        int     // of the k likeliest alone; 0: of all
	TopP        float64 // of the likeliest that reach this part of the probability together; 0 and 1: of all
	Seed        uint64
}

// Validate returns what is wrong with it.
func (s Sampling) Validate() error {
	switch {
	case !(s.Temperature >= 0) || s.Temperature > 100:
		return fmt.Errorf("model: the temperature is %v; it must be from 0 to 100", s.Temperature)
	case s.TopK < 0:
		return fmt.Errorf("model: the %d likeliest; want 1 or more, or 0 for all", s.TopK)
	case !(s.TopP >= 0 && s.TopP <= 1):
		return fmt.Errorf("model: the likeliest that reach %v of the probability; want a part in (0, 1], or 0 for all", s.TopP)
	}
	return nil
}

// Pick draws a class. It is a pure function of the probabilities, the seed and the
// number of the draw. TopK and TopP are of the probabilities as they are, before the
// temperature.
func (s Sampling) Pick(p []float64, draw int) int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[j], p[i]) })
	if s.Temperature == 0 || s.TopK == 1 {
		return order[0]
	}
	if s.TopK > 0 {
		order = order[:min(s.TopK, len(order))]
	}
	if s.TopP > 0 && s.TopP < 1 {
		reached := 0.0
		for i, class := range order {
			if reached += p[class]; reached >= s.TopP {
				order = order[:i+1]
				break
			}
		}
	}
	weights, sum := make([]float64, len(order)), 0.0
	for i, class := range order {
		weights[i] = p[class]
		if s.Temperature != 1 && p[order[0]] > 0 {
			weights[i] = math.Pow(p[class]/p[order[0]], 1/s.Temperature)
		}
		sum += weights[i]
	}
	at := sum * rng.Key{Seed: s.Seed, Stream: rng.Stream("sampling")}.Float64(draw)
	for i, w := range weights {
		if at -= w; at < 0 {
			return order[i]
		}
	}
	return order[0] // rounding left a rest
}
