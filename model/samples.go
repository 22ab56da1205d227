package model

import (
	"context"
	"fmt"
	"iter"

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
		p := m.borrow()
		defer m.giveBack(p)
		var values []float64
		row := 0
		for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: most}) {
			if err != nil {
				yield(Sample{}, err)
				return
			}
			y, err := p.run(len(batch.Rows), &batch, true)
			if err != nil {
				yield(Sample{}, fmt.Errorf("model: %w", err))
				return
			}
			values = appendDecoded(values[:0], &m.net, 0, y.values[0])
			k := len(values) / len(batch.Rows)
			for i, l := range y.plain {
				if !yield(Sample{row, float64(l), values[i*k : (i+1)*k]}, nil) {
					return
				}
				row++
			}
		}
	}
}
