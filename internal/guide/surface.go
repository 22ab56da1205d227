package guide

import "descent/internal/rng"

// surface is a function of two variables to walk down on.
type surface struct {
	name, says string
	f          func(x, y float64) float64
	gradient   func(x, y float64) (float64, float64)
	start      [2]float64
	low, high  [2]float64 // corners of the picture
	minima     [][2]float64
	noise      float64 // standard deviation of what is added to the gradient
}

// steps is the length of a walk.
const steps = 100

func surfaces() []surface {
	return []surface{
		{
			name: "ravine", says: "x²/100 + y²/2, fifty times as steep across as along",
			f:        func(x, y float64) float64 { return x*x/100 + y*y/2 },
			gradient: func(x, y float64) (float64, float64) { return x / 50, y },
			start:    [2]float64{-9, 1.6}, low: [2]float64{-10, -2}, high: [2]float64{3, 2},
			minima: [][2]float64{{0, 0}},
		},
		{
			name: "saddle", says: "x²/2 + y⁴/4 - y²/2, from beside the ridge at y = 0",
			f:        func(x, y float64) float64 { return x*x/2 + y*y*y*y/4 - y*y/2 },
			gradient: func(x, y float64) (float64, float64) { return x, y*y*y - y },
			start:    [2]float64{-2, 0.001}, low: [2]float64{-2.4, -0.5}, high: [2]float64{1.5, 1.5},
			minima: [][2]float64{{0, 1}},
		},
		{
			name: "noisy bowl", says: "x²/2 + y²/2, its gradient with normal noise of deviation 1",
			f:        func(x, y float64) float64 { return x*x/2 + y*y/2 },
			gradient: func(x, y float64) (float64, float64) { return x, y },
			start:    [2]float64{-3, 1.5}, low: [2]float64{-4, -2}, high: [2]float64{2, 2},
			minima: [][2]float64{{0, 0}}, noise: 1,
		},
	}
}

// noisy is the gradient at step t, the same noise for every rule.
func (s surface) noisy(t int, x, y float64) (float64, float64) {
	dx, dy := s.gradient(x, y)
	if s.noise > 0 {
		key := rng.Key{Seed: 1, Stream: rng.Stream(s.name), Draw: uint32(t)}
		dx, dy = dx+s.noise*key.Normal(0), dy+s.noise*key.Normal(1)
	}
	return dx, dy
}
