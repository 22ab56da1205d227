package model

import (
	"fmt"
	"math"
	"slices"
)

// Residuals are how far off predictions were on rows that the model was not trained
// on, of each target in order: by them an interval around a prediction holds what is
// to be predicted as often as is asked for, whatever the model and the data are, as
// long as new rows come from where those rows came from.
//
// Source: Lei et al., "Distribution-Free Predictive Inference for Regression", JASA
// 113 (2018), arXiv:1604.04173, algorithm 2.
type Residuals struct {
	Rows   int         `json:"rows"`
	Scores [][]float32 `json:"scores"` // of each target, ascending: all, or of more than 1,000 the quantiles j/1000, j = 1 ... 1000
}

// mostScores is how many quantiles of the scores are kept, and fewScores of a forecast,
// which has many steps and targets.
const (
	mostScores = 1000
	fewScores  = 100
	manyLists  = 256
)

// keeps is how many of the scores of so many lists are kept.
func keeps(rows, lists int) int {
	if lists >= manyLists {
		return min(rows, fewScores)
	}
	return min(rows, mostScores)
}

// NewResiduals keeps the scores of each target, of as many rows each: |y - ŷ|, or
// of quantiles how far y is outside of them, below 0 inside.
func NewResiduals(scores ...[]float64) (*Residuals, error) {
	if len(scores) == 0 || len(scores[0]) == 0 {
		return nil, fmt.Errorf("model: there are no residuals")
	}
	r := &Residuals{Rows: len(scores[0])}
	for _, list := range scores {
		if len(list) != r.Rows {
			return nil, fmt.Errorf("model: %d residuals of one target and %d of another", r.Rows, len(list))
		}
		if i := slices.IndexFunc(list, func(v float64) bool { return !(math.Abs(v) <= math.MaxFloat32) }); i >= 0 {
			return nil, fmt.Errorf("model: row %d: the residual is %v; it must be finite in float32", i, list[i])
		}
		sorted := slices.Sorted(slices.Values(list))
		kept := make([]float32, keeps(r.Rows, len(scores)))
		for j := range kept {
			score := sorted[r.rank(j, len(kept))-1]
			if kept[j] = float32(score); float64(kept[j]) < score {
				kept[j] = math.Nextafter32(kept[j], float32(math.Inf(1)))
			}
		}
		r.Scores = append(r.Scores, kept)
	}
	return r, nil
}

// rank is the place of the score that is kept as number j of n, from 1.
func (r *Residuals) rank(j, n int) int {
	return ((j+1)*r.Rows + n - 1) / n
}

// Margin returns by how much an interval for a target goes beyond the prediction, or
// beyond its quantiles, to hold the target with that probability: the score of rank
// ⌈(n+1)·level⌉ of n, or the next one that was kept. The error says how many rows it
// takes if n are too few.
func (r *Residuals) Margin(target int, level float64) (float64, error) {
	if !(level > 0 && level < 1) {
		return 0, fmt.Errorf("model: an interval for %v of what is predicted; want a share between 0 and 1, such as 0.9", level)
	}
	if target < 0 || target >= len(r.Scores) {
		return 0, fmt.Errorf("model: there are residuals of %d targets; none is number %d", len(r.Scores), target)
	}
	want := int(math.Ceil(float64(float64(r.Rows+1)*level) - 1e-9))
	if want > r.Rows {
		return 0, fmt.Errorf("model: an interval for %v of what is predicted takes %.0f rows of validation or more, and there were %d", level, math.Ceil(level/(1-level)-1e-9), r.Rows)
	}
	for j := range r.Scores[target] {
		if r.rank(j, len(r.Scores[target])) >= want {
			return float64(r.Scores[target][j]), nil
		}
	}
	return 0, fmt.Errorf("model: there are %d scores of %d rows", len(r.Scores[target]), r.Rows) // which validate refuses
}

// validate returns what is wrong with residuals of so many targets from a file.
func (r *Residuals) validate(targets int) error {
	if r.Rows < 1 || r.Rows > 1<<40 || len(r.Scores) != targets {
		return fmt.Errorf("residuals of %d rows and %d targets; the model has %d", r.Rows, len(r.Scores), targets)
	}
	for _, list := range r.Scores {
		if n := keeps(r.Rows, targets); len(list) != n || !slices.IsSorted(list) {
			return fmt.Errorf("%d residuals of %d rows; want %d, in order", len(list), r.Rows, n)
		}
	}
	return nil
}
