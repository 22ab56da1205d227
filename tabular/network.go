package tabular

import (
	"errors"
	"fmt"
	"slices"

	"descent/data"
	"descent/nn"
	"descent/nn/initial"
)

// Network builds the network of a recipe:
//
//	numbers            SmoothClip, Periodic ┐
//	spiky numbers      PiecewiseLinear      ├ Scale, Dense and Dropout for each of Hidden, Dense
//	levels of columns of many Dense         │
//	indicators, levels as they are          ┘
//
// whose outputs are added to those of a linear model of the n-grams of texts,
// or several such networks side by side, whose predictions are averaged, behind which
// values of regression are bounded by those of training. Features that are always 0,
// and columns of one value, are left out.
func (t *Table) Network(r Recipe) (nn.Sequential, error) {
	front := t.front(r)
	if len(front) == 0 && len(t.texts) == 0 {
		return nil, errors.New("tabular: no column has more than one value; there is nothing to learn from")
	}
	outputs := r.Outputs
	if outputs == 0 {
		outputs = t.Spec.Outputs()
	}
	if len(front) == 0 {
		return t.within(t.bags(linear(outputs), false)), nil
	}
	if r.Members != 0 {
		return t.ensemble(r, front, outputs)
	}
	net := nn.Sequential{front, nn.Scale{}}
	for i, units := range r.Hidden {
		if units < 1 {
			return nil, fmt.Errorf("tabular: hidden layer %d has %d units; want at least 1", i+1, units)
		}
		net = append(net, nn.Dense{Units: units, Activation: r.Activation, Init: initial.LeCunNormal{}})
		if r.Dropout > 0 {
			net = append(net, nn.Dropout{Rate: r.Dropout})
		}
	}
	net = t.withText(append(net, nn.Dense{Units: outputs, Init: initial.LeCunNormal{}}), outputs)
	if r.Networks > 1 {
		net = t.sideBySide(net, r.Networks, outputs)
	}
	return t.within(net), nil
}

// sideBySide is several networks of one kind, whose predictions are averaged. Each
// starts with weights of its own and learns by a loss of its own, but they see the same
// batches and the epoch that is kept is the best of all together.
func (t *Table) sideBySide(net nn.Sequential, networks, outputs int) nn.Sequential {
	return nn.Sequential{
		nn.Concat(slices.Repeat([]nn.Layer{net}, networks)), nn.Reshape{Dims: []int{networks, outputs}},
		nn.MemberMean{Of: t.averaging(outputs)},
	}
}

// inEach begins the names of parameters in networks side by side.
const inEach = "0.concat.*.sequential."

// eachOf returns the first of networks side by side, and how many there are.
func eachOf(net nn.Sequential) (nn.Sequential, int) {
	if len(net) < 2 {
		return net, 1
	}
	_, mean := net[1].(nn.Reshape)
	if side, ok := net[0].(nn.Concat); ok && mean && len(side) > 0 {
		if first, ok := side[0].(nn.Sequential); ok {
			return first, len(side)
		}
	}
	return net, 1
}

// averaging says what networks give of which the mean is the prediction.
func (t *Table) averaging(outputs int) nn.Averaging {
	switch {
	case t.Spec.Task == data.Classification && outputs > 1:
		return nn.Classes
	case t.Spec.Task != data.Regression:
		return nn.Labels
	}
	return nn.Values
}

// ensemble builds the network of a recipe with members, which [nn.TabM] describes.
func (t *Table) ensemble(r Recipe, front nn.Concat, outputs int) (nn.Sequential, error) {
	if r.Members < 1 {
		return nil, fmt.Errorf("tabular: %d members; want at least 1, or 0 for one network", r.Members)
	}
	tabm := nn.TabM(r.Members, r.Hidden, outputs, r.Activation, r.Dropout, t.averaging(outputs))
	return t.within(t.withText(append(nn.Sequential{front}, tabm...), outputs)), nil
}

// within bounds the values of regression by those of training.
func (t *Table) within(net nn.Sequential) nn.Sequential {
	if !t.bounded() {
		return net
	}
	return append(net, nn.Clamp{Low: t.Low, High: t.High, Predicting: true})
}

// bounded reports whether each target of regression has a range.
func (t *Table) bounded() bool {
	for i := range t.Low {
		if !(t.Low[i] < t.High[i]) {
			return false
		}
	}
	return len(t.Low) > 0
}
