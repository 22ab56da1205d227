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
//	indicators, levels as they are          ┘
//
// behind which values of regression are bounded by those of training. Features that
// are always 0, and columns of one value, are left out.
func (t *Table) Network(r Recipe) (nn.Sequential, error) {
	front := t.front(r)
	if len(front) == 0 {
		return nil, errors.New("tabular: no column has more than one value; there is nothing to learn from")
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
	outputs := r.Outputs
	if outputs == 0 {
		outputs = t.Spec.Outputs()
	}
	net = append(net, nn.Dense{Units: outputs, Init: initial.LeCunNormal{}})
	if t.bounded() {
		net = append(net, nn.Clamp{Low: t.Low, High: t.High, Predicting: true})
	}
	return net, nil
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

// front encodes the numbers of x.
func (t *Table) front(r Recipe) nn.Concat {
	smooth, spiky, plain := t.groups()
	var front nn.Concat
	if len(smooth) > 0 {
		clip := nn.SmoothClip{}
		for _, i := range smooth {
			clip.Center, clip.Scale = append(clip.Center, t.Columns[i].Median), append(clip.Scale, t.Columns[i].Spread)
		}
		branch := nn.Sequential{nn.Select{Columns: smooth}, clip}
		if r.Sigma > 0 {
			branch = append(branch, nn.Periodic{Sigma: r.Sigma})
		}
		front = append(front, branch)
	}
	if len(spiky) > 0 {
		bins := nn.PiecewiseLinear{}
		bounds := nn.Clamp{}
		for _, i := range spiky {
			c := t.Columns[i]
			bins.Edges = append(bins.Edges, c.edges)
			bounds.Low, bounds.High = append(bounds.Low, c.Low), append(bounds.High, c.High)
		}
		front = append(front, nn.Sequential{nn.Select{Columns: spiky}, bounds, bins})
	}
	if len(plain) > 0 {
		front = append(front, nn.Select{Columns: plain})
	}
	return front
}

// groups returns the numbers of x by how they are encoded.
func (t *Table) groups() (smooth, spiky, plain []int) {
	for i, c := range t.Columns {
		switch {
		case c.Kind == data.EmptyFeature || c.Kind == data.NumberFeature && c.Distinct < 2:
		case c.Kind != data.NumberFeature:
			plain = append(plain, i)
		case c.Spiky() && len(c.edges) > 2:
			spiky = append(spiky, i)
		default:
			smooth = append(smooth, i)
		}
	}
	return smooth, spiky, plain
}
