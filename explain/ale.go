package explain

import "context"

// step is the change of a prediction between two neighbouring values, for one row.
type step struct{ row, below, above int }

// local computes the accumulated local effects at each value.
func (e *Explainer) local(ctx context.Context, rows *Rows, g grid, d *Dependence) error {
	if len(g.from) < 2 {
		return nil
	}
	steps := g.steps()
	wide := len(e.of.Names)
	y, err := e.predictAll(ctx, 2*len(steps), func(i int, x []float32) {
		s := steps[i/2]
		copy(x, rows.Row(s.row))
		value := s.below
		if i%2 == 1 {
			value = s.above
		}
		g.column.put(x, rows.Row(g.from[value]))
	})
	if err != nil {
		return err
	}
	sums, counts := make([]float64, len(g.from)*wide), make([]float64, len(g.from))
	for i, s := range steps {
		counts[s.above]++
		for k := range wide {
			sums[s.above*wide+k] += y[(2*i+1)*wide+k] - y[2*i*wide+k]
		}
	}
	d.Points[0].Local = make([]float64, wide)
	for v := 1; v < len(g.from); v++ {
		d.Points[v].Local = make([]float64, wide)
		for k := range wide {
			d.Points[v].Local[k] = d.Points[v-1].Local[k]
			if counts[v] > 0 {
				d.Points[v].Local[k] += sums[v*wide+k] / counts[v]
			}
		}
	}
	for k := range wide {
		center(d, k, g.column.Kind == categoryKind)
	}
	return nil
}

// steps lists the rows whose change is averaged at each value: of a number those
// between it and the value below, the least value included; of a level those that
// have it or the level before.
func (g *grid) steps() []step {
	var steps []step
	for row, at := range g.at {
		switch {
		case at < 0:
		case g.column.Kind != categoryKind:
			steps = append(steps, step{row, max(at, 1) - 1, max(at, 1)})
		default:
			if at > 0 {
				steps = append(steps, step{row, at - 1, at})
			}
			if at+1 < len(g.from) {
				steps = append(steps, step{row, at, at + 1})
			}
		}
	}
	return steps
}

// center makes the mean of output k over the rows 0. Those of a number between two
// values count as in the middle of both.
func center(d *Dependence, k int, levels bool) {
	sum, n := 0.0, 0.0
	for v, p := range d.Points {
		rows := float64(p.Rows)
		n += rows
		switch {
		case levels:
			sum += rows * p.Local[k]
		case v == 0: // the least value belongs to the first interval
			sum += rows * (p.Local[k] + d.Points[1].Local[k]) / 2
		default:
			sum += rows * (p.Local[k] + d.Points[v-1].Local[k]) / 2
		}
	}
	for _, p := range d.Points {
		p.Local[k] -= sum / n
	}
}

// predictAll is predict on all workers.
func (e *Explainer) predictAll(ctx context.Context, n int, fill func(i int, x []float32)) ([]float64, error) {
	const part = 16 * chunk
	tasks := (n + part - 1) / part
	wide := len(e.of.Names)
	out := make([]float64, n*wide)
	err := e.each(ctx, tasks, func(t int) error {
		from := t * part
		y, err := e.predict(ctx, min(part, n-from), func(i int, x []float32) { fill(from+i, x) })
		copy(out[from*wide:], y)
		return err
	})
	return out, err
}
