package nn

import (
	"descent/nn/initial"
)

// LinearForecast returns the network that makes each step ahead of a series, of each
// target by itself and with the same weights, a weighted sum of its window, whose mean
// is taken out and put back:
//
//	x [n, window, columns] → y [n, horizon, targets]
//
// targets are the first columns; others are not read. With a field, a weighted sum of
// what it says of the same step is added.
//
// Source: Li et al., "Revisiting Long-term Time Series Forecasting: An Investigation on
// Linear Mapping", 2023, arXiv:2305.10721, RLinear, without division by the deviation.
func LinearForecast(horizon, targets int, field string) Sequential {
	net := Sequential{Select{Columns: first(targets)}, Reversible{Layers: Sequential{AlongTime{Units: horizon, Init: initial.Zeros{}}}}}
	if field != "" {
		net = append(net, AddField{Field: field, Layers: Sequential{Dense{Units: targets, Init: initial.Zeros{}, NoBias: true}}})
	}
	return net
}

// MixerForecast returns a network of blocks that mix a window along time and across
// columns in turn, each by a small perceptron around which its input passes:
//
//	x [n, window, columns] → y [n, horizon, targets]
//
// hidden is the width across columns.
//
// Source: Chen et al., "TSMixer: An All-MLP Architecture for Time Series Forecasting",
// TMLR 2023, arXiv:2303.06053, without batch normalization.
func MixerForecast(window, horizon, columns, targets, blocks, hidden int, dropout float64) Sequential {
	var layers Sequential
	for range blocks {
		layers = append(layers,
			Residual{Layers: Sequential{AlongTime{Units: window, Activation: ReLU}, Dropout{Rate: dropout}}},
			Residual{Layers: Sequential{Dense{Units: hidden, Activation: ReLU}, Dropout{Rate: dropout}, Dense{Units: columns}, Dropout{Rate: dropout}}},
		)
	}
	layers = append(layers, AlongTime{Units: horizon})
	if targets < columns {
		layers = append(layers, Select{Columns: first(targets)})
	}
	return Sequential{Reversible{Layers: layers, Spread: true}}
}

// first lists 0 to n-1.
func first(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
