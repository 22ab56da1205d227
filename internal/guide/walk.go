package guide

import (
	"fmt"
	"math"

	"descent/optim"
)

// walk is the way of a rule over a surface at one rate.
type walk struct {
	rate   float64
	points [][2]float64
	mean   float64 // of f over the walk; +Inf if it left the plane
}

// walks reports whether rule is one for vectors of two elements. It is not if
// it searches along a line, if it moves a matrix otherwise than a vector, or if
// it moves what is small by less: here that is the way to the minimum.
func walks(rule optim.Rule) (bool, error) {
	if _, searches := rule.(optim.LineSearchRule); searches {
		return false, nil
	}
	vector, err := way(rule, 1, 4)
	if err != nil {
		return false, err
	}
	matrix, err := way(rule, 1, 2, 2)
	if err != nil {
		return false, err
	}
	small, err := way(rule, 0.001, 4)
	return matrix == vector && small > vector/2, err
}

// way is how far rule moves the first of four equal elements of the given
// shape, in enough steps for any preconditioner to be at work.
func way(rule optim.Rule, size float64, shape ...int) (float64, error) {
	state := optim.State[float64]{Shape: shape}
	theta := []float64{size, size, size, size}
	for range 20 {
		if err := optim.Apply(rule, &state, 1e-4, theta, []float64{0.3, 0.1, -0.2, 0.7}); err != nil {
			return 0, err
		}
	}
	return math.Abs(theta[0] - size), nil
}

// along walks over s by rule at a rate.
func along(s surface, rule optim.Rule, rate float64) (walk, error) {
	w := walk{rate: rate, points: [][2]float64{s.start}}
	theta := []float64{s.start[0], s.start[1]}
	var state optim.State[float64]
	for t := range steps {
		dx, dy := s.noisy(t, theta[0], theta[1])
		if err := optim.Apply(rule, &state, rate, theta, []float64{dx, dy}); err != nil {
			return w, fmt.Errorf("%s on the %s: %w", rule.Name(), s.name, err)
		}
		if math.Abs(theta[0]) > 1e3 || math.Abs(theta[1]) > 1e3 || math.IsNaN(theta[0]+theta[1]) {
			w.mean = math.Inf(1)
			return w, nil
		}
		w.points = append(w.points, [2]float64{theta[0], theta[1]})
		w.mean += s.f(theta[0], theta[1]) / steps
	}
	return w, nil
}

// best walks at four rates a decade from 1e-4 to 1000 and returns the walk
// that was lowest in the mean.
func best(s surface, rule optim.Rule) (walk, error) {
	var lowest walk
	for i := -16; i <= 12; i++ {
		w, err := along(s, rule, math.Pow(10, float64(i)/4))
		if err != nil {
			return w, err
		}
		if lowest.points == nil || w.mean < lowest.mean {
			lowest = w
		}
	}
	return lowest, nil
}
