package model

import (
	"cmp"
	"slices"

	"descent/internal/network"
)

// Sample is a row that was measured.
type Sample struct {
	Row        int // of the source, from 0
	Loss       float64
	Prediction []float64 // the probability of each class, or the targets in their own units; of a line up to its end, as in [Model.Predictions]
}

// mostWorst is how many rows a [Report] keeps.
const mostWorst = 24

// keepWorst puts the rows of a batch, which begins at row first, into
// r.Worst if their loss is among the largest so far. Of equal losses the
// earlier row counts as worse.
func (r *Report) keepWorst(n *network.Network, first int, losses, predictions []float32) {
	k := len(predictions) / len(losses)
	for i, l := range losses {
		loss := float64(l)
		at, _ := slices.BinarySearchFunc(r.Worst, loss, func(s Sample, loss float64) int {
			if s.Loss == loss {
				return -1
			}
			return cmp.Compare(loss, s.Loss)
		})
		if at >= mostWorst || loss != loss {
			continue
		}
		if len(r.Worst) == mostWorst {
			r.Worst = r.Worst[:mostWorst-1]
		}
		r.Worst = slices.Insert(r.Worst, at, Sample{first + i, loss, decode(n, 0, predictions[i*k:(i+1)*k])})
	}
}
