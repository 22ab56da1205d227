package metric

import (
	"math"
	"slices"

	"descent/internal/canonical"
)

// RMSE returns the root of the mean squared error, averaged over the targets.
// Equal to scikit-learn's root_mean_squared_error.
func (r *Regression) RMSE() float64 { return Average(r.Targets()).RMSE }

// scaledError gathers what the mean absolute error of each target is of its scale, the
// mean over targets.
func scaledError(s Spec) Accumulator {
	return OfRegression(func(r *Regression) float64 {
		sum := 0.0
		for i, t := range r.Targets() {
			sum += t.MAE / s.Scales[i]
		}
		return sum / float64(len(s.Scales))
	})(s)
}

// relative returns the mean over targets of |pred-want|/|want|, which is 0
// where a wanted 0 is met and infinite where it is not.
func relative(pred, want []float64) float64 {
	sum := 0.0
	for i, y := range want {
		if e := math.Abs(pred[i] - y); e != 0 {
			sum += e / math.Abs(y)
		}
	}
	return sum / float64(len(want))
}

// pinball returns the mean over targets of q·e where e = want-pred is
// positive, and of (q-1)·e where it is not.
func pinball(q float64) func(pred, want []float64) float64 {
	return func(pred, want []float64) float64 {
		sum := 0.0
		for i, y := range want {
			if e := y - pred[i]; e > 0 {
				sum += float64(q * e)
			} else {
				sum += float64((q - 1) * e)
			}
		}
		return sum / float64(len(want))
	}
}

// poissonDeviance returns the mean over targets of 2(y·log(y/λ) - y + λ), NaN of what
// is below 0 by more than rounding.
func poissonDeviance(pred, want []float64) float64 {
	sum := 0.0
	for i, y := range want {
		rate := pred[i]
		if y < 0 && y > -1e-6*(1+rate) {
			y = 0
		}
		switch {
		case y < 0 || rate < 0:
			return math.NaN()
		case y == 0 || math.IsInf(rate, 1):
			sum += 2 * rate
		default:
			sum += 2 * (float64(y*canonical.Log(y/rate)) - y + rate)
		}
	}
	return sum / float64(len(want))
}

// absolutes keeps the absolute error of every target.
type absolutes struct{ targets [][]float64 }

var absoluteRows = Shared(func(s Spec) *absolutes { return &absolutes{make([][]float64, len(s.Names))} })

func (a *absolutes) Add(pred, want []float64) {
	for i, y := range want {
		a.targets[i] = append(a.targets[i], math.Abs(pred[i]-y))
	}
}

// median returns the median, averaged over the targets.
func (a *absolutes) median() float64 {
	sum := 0.0
	for _, e := range a.targets {
		if len(e) == 0 || anyNaN(e) {
			return math.NaN()
		}
		e = slices.Sorted(slices.Values(e))
		low, high := e[(len(e)-1)/2], e[len(e)/2]
		if low != high { // of equal infinities there is no mean
			low += float64((high - low) / 2)
		}
		sum += low
	}
	return sum / float64(len(a.targets))
}
