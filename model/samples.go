package model

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"descent/data"
)

// Samples yields every row of source in order with its loss, without what only
// training is meant to feel, and its prediction of the first goal: what
// [Model.Evaluate] sums up. A Prediction is valid until the next row is asked for.
func (m *Model) Samples(ctx context.Context, source data.Source) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		if source == nil || source.Len() == 0 {
			yield(Sample{}, fmt.Errorf("model: there are no rows to measure"))
			return
		}
		if err := m.net.Fits(source.Spec()); err != nil {
			yield(Sample{}, fmt.Errorf("model: %w", err))
			return
		}
		m.each(ctx, source, most, true)(yield)
	}
}

// each yields every row of source in order, predicted by batches of size, with its loss
// if losses are asked for.
func (m *Model) each(ctx context.Context, source data.Source, size int, losses bool) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		p := m.borrow()
		defer m.giveBack(p)
		order := p.byLength(source, size)
		var waiting []Sample // of a window
		done := 0
		for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: size, NoTarget: !losses, Order: order.rows, Positions: order.positions}) {
			if err != nil {
				yield(Sample{}, err)
				return
			}
			y, err := p.run(len(batch.Rows), &batch, losses)
			if err != nil {
				yield(Sample{}, fmt.Errorf("model: %w", err))
				return
			}
			values := decode(&m.net, 0, y.values[0])
			for i, row := range batch.Rows {
				s := Sample{Row: row, Prediction: own(&order, values, i, row, &batch, len(batch.Rows))}
				if losses {
					s.Loss = float64(y.plain[i])
				}
				waiting = append(waiting, s)
			}
			if order.rows != nil {
				if len(waiting) < min(order.window, len(order.rows)-done) {
					continue
				}
				slices.SortFunc(waiting, func(a, b Sample) int { return a.Row - b.Row })
			}
			for _, s := range waiting {
				if !yield(s, nil) {
					return
				}
			}
			done, waiting = done+len(waiting), waiting[:0]
		}
	}
}
