package model

import (
	"slices"

	"descent/data"
	"descent/internal/network"
)

// byLength says in which order sequences are predicted, so that those of like length
// share a batch, which is no longer than they are. Its zero value is the order of the
// rows, in which all are of one length.
//
// Rows are put in order window by window: what is predicted of a window waits until the
// last of it is there, and then goes on in the order of the rows.
type byLength struct {
	rows      []int // of the set
	lengths   []int // of each row of the set
	positions []int // that those of a batch may have, ascending
	window    int   // rows, whole batches
}

// A window has at most so many batches, and what waits so many values.
const (
	mostBatches = 16
	mostWaiting = 1 << 26
)

// byLength returns the order in which rows of a set are predicted by batches of size. It
// is not that of the set where a network can go on with sequences, so that what it makes
// of a position does not depend on those behind; see [network.Network.Within].
func (p *predictor) byLength(source data.Source, size int) byLength {
	lengths := data.Lengths(source)
	if lengths == nil || p.views != nil {
		return byLength{}
	}
	for _, g := range p.net.Objective {
		if g.Target != data.NextField || g.Output != "" {
			return byLength{}
		}
	}
	trace, err := p.net.Continue(1, false)
	if err != nil {
		return byLength{}
	}
	wide := trace.Scores.Type().Size() * p.net.Spec.Size()
	o := byLength{make([]int, len(lengths)), lengths, network.Lengths(p.net.Spec.Size()), size * max(1, min(mostBatches, mostWaiting/wide/size))}
	for i := range o.rows {
		o.rows[i] = i
	}
	for window := range slices.Chunk(o.rows, o.window) {
		slices.SortStableFunc(window, func(a, b int) int { return lengths[a] - lengths[b] })
	}
	return o
}

// row is the row of the set that is predicted at a place.
func (o *byLength) row(place int) int {
	if o.rows == nil {
		return place
	}
	return o.rows[place]
}

// own returns what values of the rows of a batch are of row i, which stands at row of the
// set: those of its positions up to its end.
func own[T any](o *byLength, values []T, i, row int, b *data.Batch, rows int) []T {
	wide := len(values) / rows
	values = values[i*wide : (i+1)*wide : (i+1)*wide]
	if o.rows == nil || wide%b.Positions != 0 {
		return values
	}
	return values[: wide/b.Positions*o.lengths[row] : wide/b.Positions*o.lengths[row]]
}

// put takes in what was predicted of the rows of a batch by its number, which b has the
// targets of. Those of sequences wait until all rows before them are there.
func (e *measuring) put(batch, rows int, y *predicted, b *data.Batch) error {
	if e.order.rows == nil {
		return e.add(rows, y, b)
	}
	first := e.report.Rows
	window := min(e.order.window, e.rows-first)
	if e.arrived == 0 {
		e.waiting, e.of = make([]predicted, window), make([]data.Batch, window)
	}
	for i := range rows {
		row := e.order.row(batch*most + i)
		of := predicted{losses: []float32{y.losses[i]}, plain: []float32{y.plain[i]}}
		for _, values := range y.values {
			of.values = append(of.values, slices.Clone(own(&e.order, values, i, row, b, rows)))
		}
		for _, name := range e.fields {
			if values := b.Field(name); values != nil {
				e.of[row-first].Set(name, slices.Clone(own(&e.order, values, i, row, b, rows)))
			}
		}
		e.waiting[row-first] = of
	}
	if e.arrived += rows; e.arrived < window {
		return nil
	}
	e.arrived = 0
	for i := range window {
		if err := e.add(1, &e.waiting[i], &e.of[i]); err != nil {
			return err
		}
	}
	return nil
}
