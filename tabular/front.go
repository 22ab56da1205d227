package tabular

import (
	"descent/data"
	"descent/nn"
	"descent/nn/initial"
)

// front encodes the numbers of x: smooth ones by waves and perhaps bins, spiky ones
// by bins of their own, the levels of a column of many by vectors, and leaves what else
// is 0 or 1.
func (t *Table) front(r Recipe) (front nn.Concat) {
	smooth, spiky, plain := t.groups()
	if len(smooth) > 0 {
		front = append(front, t.waves(smooth, r.Sigma))
	}
	if binned := t.divisible(smooth, r.Bins); len(binned) > 0 {
		front = append(front, t.inBins(binned, r.Bins, r.Embedding))
	}
	if len(spiky) > 0 {
		front = append(front, t.inBins(spiky, 0, 0))
	}
	many, plain := t.learned(plain, r.Vectors)
	for _, column := range many {
		front = append(front, vectors(column, r.Vectors))
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
		case isText(c.Kind), c.Kind == data.EmptyFeature || c.Kind == data.NumberFeature && c.Distinct < 2:
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

// waves brings numbers to the size of 1, and adds what rises and falls with them.
func (t *Table) waves(columns []int, sigma float64) nn.Layer {
	clip := nn.SmoothClip{}
	for _, i := range columns {
		clip.Center, clip.Scale = append(clip.Center, t.Columns[i].Median), append(clip.Scale, t.Columns[i].Spread)
	}
	layers := nn.Sequential{nn.Select{Columns: columns}, clip}
	if sigma > 0 {
		layers = append(layers, nn.Periodic{Sigma: sigma})
	}
	return layers
}

// inBins encodes numbers by bins between their edges, or so many of them, or by
// embeddings of those. Beyond the values of training a number counts as the nearest of
// them.
func (t *Table) inBins(columns []int, bins, embedding int) nn.Layer {
	var bounds nn.Clamp
	var encoding nn.PiecewiseLinear
	for _, i := range columns {
		c := t.Columns[i]
		bounds.Low, bounds.High = append(bounds.Low, c.Low), append(bounds.High, c.High)
		encoding.Edges = append(encoding.Edges, c.between(bins))
	}
	layers := nn.Sequential{nn.Select{Columns: columns}, bounds}
	if embedding == 0 {
		return append(layers, encoding)
	}
	encoding.Apart = true
	return append(layers, encoding, nn.DenseEach{Units: embedding, Init: initial.LeCunNormal{}}, nn.Flatten{})
}

// divisible returns the columns that so many bins divide.
func (t *Table) divisible(columns []int, bins int) (list []int) {
	for _, i := range columns {
		if bins > 0 && len(t.Columns[i].between(bins)) > 2 {
			list = append(list, i)
		}
	}
	return list
}

// between returns the edges of so many bins, all that there are for 0.
func (c Column) between(bins int) []float64 {
	if bins == 0 || len(c.edges) == 0 {
		return c.edges
	}
	var edges []float64
	for k := range bins + 1 {
		edges = append(edges, c.edges[k*(len(c.edges)-1)/bins])
	}
	return apart(edges)
}

// width returns how many numbers the front makes of a row.
func width(front nn.Concat) (n int) {
	for _, branch := range front {
		layers, ok := branch.(nn.Sequential)
		if !ok {
			layers = nn.Sequential{branch}
		}
		of, columns := 0, 0
		for _, l := range layers {
			switch l := l.(type) {
			case nn.Select:
				of, columns = len(l.Columns), len(l.Columns)
			case nn.Dense:
				of = l.Units
			case nn.Periodic:
				of *= 4
			case nn.PiecewiseLinear:
				of = 0
				for _, edges := range l.Edges {
					of += len(edges) - 1
				}
			case nn.DenseEach:
				of = l.Units * columns
			}
		}
		n += of
	}
	return n
}
