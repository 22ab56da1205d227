package model

import (
	"fmt"

	"descent/data"
	"descent/engine"
	"descent/nn"
)

// Naive returns the simplest model of a forecast of samples of kind s, which repeats the
// last season, or the last value where the window holds no season, and what it predicts
// in words.
func Naive(s data.Spec) (m *Model, what string, err error) {
	if s.Horizon == 0 || s.Encoder == nil || s.Encoder.Series == nil {
		return nil, "", fmt.Errorf("model: the samples are no windows of a series")
	}
	naive := nn.SeasonalNaive{Season: s.Encoder.Series.Season, Horizon: s.Horizon, Columns: len(s.Targets)}
	what = fmt.Sprintf("what was %d steps before", naive.Season)
	if naive.Season > s.Input[0] || naive.Season == 1 {
		naive.Season, what = 1, "the last value"
	}
	m, err = New(naive, s, nil, engine.NewStore())
	return m, what, err
}
