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
	return append(net, knownAhead(targets, field)...)
}

// MixerConfig says what [MixerForecast] consists of.
type MixerConfig struct {
	Window, Columns  int // of samples
	Horizon, Targets int // of what is predicted; targets are the first columns
	Blocks           int
	Width            int     // hidden units across columns
	Dropout          float64 // rate, of what blocks add
}

// MixerForecast returns a network of blocks that mix a window along time and across
// columns in turn, each by a small perceptron around which its input passes:
//
//	x [n, Window, Columns] → y [n, Horizon, Targets]
//
// With a field, a weighted sum of what it says of the same step is added.
//
// Source: Chen et al., "TSMixer: An All-MLP Architecture for Time Series Forecasting",
// TMLR 2023, arXiv:2303.06053, without batch normalization. The last layer starts at
// zero, so that the first forecast is the mean of the window.
func MixerForecast(m MixerConfig, field string) Sequential {
	var layers Sequential
	for range m.Blocks {
		layers = append(layers,
			Residual{Layers: Sequential{AlongTime{Units: m.Window, Activation: ReLU}, Dropout{Rate: m.Dropout}}},
			Residual{Layers: Sequential{Dense{Units: m.Width, Activation: ReLU}, Dropout{Rate: m.Dropout}, Dense{Units: m.Columns}, Dropout{Rate: m.Dropout}}},
		)
	}
	layers = append(layers, AlongTime{Units: m.Horizon, Init: initial.Zeros{}})
	if m.Targets < m.Columns {
		layers = append(layers, Select{Columns: first(m.Targets)})
	}
	return append(Sequential{Reversible{Layers: layers, Spread: true}}, knownAhead(m.Targets, field)...)
}

// PatchConfig says what [PatchForecast] consists of.
type PatchConfig struct {
	Window           int // steps of samples
	Horizon, Targets int // of what is predicted; targets are the first columns, and others are not read
	Length, Stride   int // of pieces, as of [Patches]
	Layers           int // of the encoder
	Heads            int // of attention; must divide Width
	Width            int // numbers of a piece
	Hidden           int // units of the feed-forward networks
	Dropout          float64
}

// PatchForecast returns a transformer over pieces of the window of each target, which
// sees it without mean and deviation:
//
//	x [n, Window, columns] → y [n, Horizon, Targets]
//
//	h = pieces·W + b + positions
//	h ← norm(h + attention(h)), h ← norm(h + feed(h))    Layers times
//	y = all of h, one behind the other·W + b
//
// norm is [BatchNorm]. The last layer starts at zero, so that the first forecast is the
// mean of the window. With a field, a weighted sum of what it says of the same step is
// added.
//
// Source: Nie et al., "A Time Series is Worth 64 Words: Long-term Forecasting with
// Transformers", ICLR 2023, arXiv:2211.14730, PatchTST.
func PatchForecast(p PatchConfig, field string) Sequential {
	patches := Patches{Length: p.Length, Stride: p.Stride}
	layers := Sequential{patches, Dense{Units: p.Width}, Positions{Length: patches.Count(p.Window), Init: initial.Normal{Std: 0.02}}, Dropout{Rate: p.Dropout}}
	for range p.Layers {
		layers = append(layers,
			Residual{Layers: Sequential{MultiHeadAttention{Heads: p.Heads}, Dropout{Rate: p.Dropout}}}, BatchNorm{},
			Residual{Layers: Sequential{Dense{Units: p.Hidden, Activation: GELU}, Dropout{Rate: p.Dropout}, Dense{Units: p.Width}, Dropout{Rate: p.Dropout}}}, BatchNorm{},
		)
	}
	layers = append(layers, Flatten{}, Dense{Units: p.Horizon, Init: initial.Zeros{}})
	net := Sequential{Select{Columns: first(p.Targets)}, Reversible{Layers: Sequential{EachColumn{Layers: layers}}, Spread: true}}
	return append(net, knownAhead(p.Targets, field)...)
}

// knownAhead adds to each target what is known of a step, weighted; nothing without a field.
func knownAhead(targets int, field string) Sequential {
	if field == "" {
		return nil
	}
	return Sequential{AddField{Field: field, Layers: Sequential{Dense{Units: targets, Init: initial.Zeros{}, NoBias: true}}}}
}

// first lists 0 to n-1.
func first(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
