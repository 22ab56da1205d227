package train

import (
	"fmt"
	"math"
)

// Average says which average of the weights is kept beside them, to evaluate
// and to be the model. The zero value keeps none. Buffers, such as the running
// statistics of batch normalization, are averaged alike.
type Average struct {
	// Decay d of an exponential moving average, in (0, 1):
	//
	//	a ← dₜ·a + (1-dₜ)·θ    dₜ = min(d, (1+t)/(10+t)) at update t
	//
	// so that the first weights are soon forgotten.
	Decay float64

	// From is the part of the epochs, in [0, 1), after which the weights at
	// the end of each epoch are averaged, all alike: stochastic weight
	// averaging. Until then the average is the weights themselves.
	//
	// Source: Izmailov et al., "Averaging Weights Leads to Wider Optima and
	// Better Generalization", UAI 2018, arXiv:1803.05407.
	From float64
}

// EMA keeps an exponential moving average of the weights.
func EMA(decay float64) Average { return Average{Decay: decay} }

// SWA averages the weights of all epochs after the given part of them.
func SWA(from float64) Average { return Average{From: from} }

// Validate returns what is wrong with the fields, if anything is.
func (a Average) Validate() error {
	switch {
	case !(a.Decay >= 0 && a.Decay < 1):
		return fmt.Errorf("decay of the average is %v; it must be in (0, 1), or 0 for none", a.Decay)
	case !(a.From >= 0 && a.From < 1):
		return fmt.Errorf("average from %v of the epochs; it must be in (0, 1), or 0 for none", a.From)
	case a.Decay > 0 && a.From > 0:
		return fmt.Errorf("an average is either exponential (Decay) or of epochs (From), not both")
	}
	return nil
}

// weight returns how far the average moves to the weights after update t = 1,
// 2, ... of the given epoch, which may be its last.
func (a Average) weight(t, epoch, epochs int, last bool) float64 {
	if a.Decay > 0 {
		return 1 - math.Min(a.Decay, float64(1+t)/float64(10+t))
	}
	first := int(a.From * float64(epochs))
	switch {
	case epoch < first:
		return 1
	case last:
		return 1 / float64(epoch-first+1)
	}
	return 0
}

// averageScalar is the weight of an update in the average.
const averageScalar = "average"

// averageName is the variable of a parameter's average.
func averageName(param string) string { return param + "/average" }
