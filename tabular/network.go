package tabular

import (
	"errors"
	"fmt"

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
// behind which values of regression are bounded by those of training. Features that
// are always 0, and columns of one value, are left out.
func (t *Table) Network(r Recipe) (nn.Sequential, error) {
	front := t.front(r)
	if len(front) == 0 {
		return nil, errors.New("tabular: no column has more than one value; there is nothing to learn from")
	}
	outputs := r.Outputs
	if outputs == 0 {
		outputs = t.Spec.Outputs()
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
	net = append(net, nn.Dense{Units: outputs, Init: initial.LeCunNormal{}})
	return t.within(net), nil
}

// ensemble builds the network of a recipe with members, which [nn.TabM] describes.
func (t *Table) ensemble(r Recipe, front nn.Concat, outputs int) (nn.Sequential, error) {
	if r.Members < 1 {
		return nil, fmt.Errorf("tabular: %d members; want at least 1, or 0 for one network", r.Members)
	}
	of := nn.Values
	switch {
	case t.Spec.Task == data.Classification && outputs > 1:
		of = nn.Classes
	case t.Spec.Task != data.Regression:
		of = nn.Labels
	}
	tabm := nn.TabM(r.Members, r.Hidden, outputs, r.Activation, r.Dropout, of)
	return t.within(append(nn.Sequential{front}, tabm...)), nil
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
