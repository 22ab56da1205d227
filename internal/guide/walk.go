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
