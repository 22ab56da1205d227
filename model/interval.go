package model

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"

	"descent/data"
	"descent/engine"
	"descent/loss"
)

// Interval is the prediction of a row, and between what its targets are.
type Interval struct {
	Values       []float64 // of each target in its own unit
	Lower, Upper []float64
}

// UsualLevel is how often an interval holds what is predicted, unless another level is
// asked for.
const UsualLevel = 0.9

// ForecastLevel returns the level of the intervals that a forecast has unless another is
// asked for: [UsualLevel], or 0, for none, where the model knows too little of how far off
// it is.
func (m *Model) ForecastLevel() float64 {
	if _, err := m.margins(UsualLevel); err != nil {
		return 0
	}
	return UsualLevel
}

// Residuals returns what the model knows of how far off it is; nil if it knows
// nothing.
func (m *Model) Residuals() *Residuals { return m.residuals }

// WithResiduals returns the model, with the same weights, as one that knows how far
// off it is; files keep it.
func (m *Model) WithResiduals(r *Residuals) (*Model, error) {
	if r != nil {
		if err := m.spans(); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		if err := r.validate(m.net.Spec.Outputs()); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
	}
	c := m.clone()
	c.residuals = r
	return c, nil
}

// MeasureResiduals measures how far off the model is on rows that it was not trained
// on. Of a model of quantiles, [loss.Quantile], that is how far what was to be
// predicted is outside of the lowest and the highest one, so that intervals are wide
// where these are.
//
// Source: of quantiles Romano, Patterson and Candès, "Conformalized Quantile
// Regression", NeurIPS 2019, arXiv:1905.03222, equation 6.
func (m *Model) MeasureResiduals(ctx context.Context, source data.Source) (*Residuals, error) {
	if err := m.spans(); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if source == nil || source.Len() == 0 {
		return nil, errors.New("model: there are no rows to measure residuals on")
	}
	if err := m.net.Fits(source.Spec()); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	scores := make([][]float64, m.net.Spec.Outputs())
	err := m.bands(ctx, source, true, func(rows int, b *data.Batch, bands bands) error {
		truth := decode(&m.net, 0, b.Y)
		for i, y := range truth {
			k := i % len(scores)
			scores[k] = append(scores[k], max(bands.low[i]-y, y-bands.high[i]))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return NewResiduals(scores...)
}

// Intervals yields, of every row of source in order, the prediction and the
// interval that holds each of its targets with the given probability, over all rows;
// see [Residuals]. Targets of source are not read.
func (m *Model) Intervals(ctx context.Context, source data.Source, level float64) iter.Seq2[Interval, error] {
	return func(yield func(Interval, error) bool) {
		margins, err := m.margins(level)
		if err != nil {
			yield(Interval{}, err)
			return
		}
		stopped := errors.New("stopped")
		err = m.bands(ctx, source, false, func(rows int, _ *data.Batch, b bands) error {
			b.widen(margins)
			k := len(margins)
			for i := range rows {
				at, to := i*k, (i+1)*k
				if !yield(Interval{b.values[at:to:to], b.low[at:to:to], b.high[at:to:to]}, nil) {
					return stopped
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, stopped) {
			yield(Interval{}, err)
		}
	}
}

// SampleIntervals returns what [Model.Intervals] yields of samples that
// [Model.AppendSample] made, one after the other.
func (m *Model) SampleIntervals(samples []float32, level float64) ([]Interval, error) {
	margins, err := m.margins(level)
	if err != nil {
		return nil, err
	}
	size, k := m.SampleSize(), len(margins)
	if len(samples) == 0 || len(samples)%size != 0 {
		return nil, fmt.Errorf("model: %d values are not a number of samples, each %d values", len(samples), size)
	}
	var intervals []Interval
	p := m.borrow()
	defer m.giveBack(p)
	for len(samples) > 0 {
		n := min(len(samples)/size, most)
		var batch data.Batch
		for name, values := range m.fieldsOf(samples[:n*size]) {
			batch.Set(name, values)
		}
		b, err := p.band(n, &batch)
		if err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		b.widen(margins)
		for at := 0; at < n*k; at += k {
			intervals = append(intervals, Interval{b.values[at : at+k : at+k], b.low[at : at+k : at+k], b.high[at : at+k : at+k]})
		}
		samples = samples[n*size:]
	}
	return intervals, nil
}

// margins are those of all targets.
func (m *Model) margins(level float64) ([]float64, error) {
	if m.residuals == nil {
		return nil, errors.New("model: it does not know how far off it is: MeasureResiduals says it by rows that it was not trained on")
	}
	margins := make([]float64, len(m.residuals.Scores))
	for k := range margins {
		var err error
		if margins[k], err = m.residuals.Margin(k, level); err != nil {
			return nil, err
		}
	}
	return margins, nil
}

// spans returns an error unless the model predicts numbers that stand in y.
func (m *Model) spans() error {
	g := m.net.Objective[0]
	if g.Task != data.Regression || g.Target != data.Y || g.Mask != "" {
		return errors.New("it predicts no numbers; an interval is of numbers")
	}
	return nil
}

// bands are predictions in their own units and the range that residuals are measured
// from: of quantiles the outer ones, else the prediction itself.
type bands struct{ values, low, high []float64 }

// widen moves the ends by the margin of each target. The prediction stays inside,
// where quantiles are so far apart that margins are below 0.
func (b bands) widen(margins []float64) {
	for i, v := range b.values {
		margin := margins[i%len(margins)]
		b.low[i], b.high[i] = min(b.low[i]-margin, v), max(b.high[i]+margin, v)
	}
}

// bands calls do with the bands of each batch of source, with its targets if they are
// asked for.
func (m *Model) bands(ctx context.Context, source data.Source, targets bool, do func(rows int, b *data.Batch, bands bands) error) error {
	e := engine.New(m.workers)
	defer e.Close()
	p := newPredictor(m, e)
	for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: most, NoTarget: !targets}) {
		if err != nil {
			return err
		}
		b, err := p.band(len(batch.Rows), &batch)
		if err != nil {
			return fmt.Errorf("model: %w", err)
		}
		if err := do(len(batch.Rows), &batch, b); err != nil {
			return err
		}
	}
	return nil
}

func (p *predictor) band(rows int, batch *data.Batch) (bands, error) {
	out, err := p.run(rows, batch, false)
	if err != nil {
		return bands{}, err
	}
	values := decode(p.net, 0, out.values[0])
	levels := 1
	if l, ok := p.net.Objective[0].Loss.(loss.Quantile); ok {
		levels = len(l.Levels)
	}
	b := bands{values: values, low: make([]float64, len(values)), high: make([]float64, len(values))}
	if levels == 1 {
		copy(b.low, values)
		copy(b.high, values)
		return b, nil
	}
	quantiles, err := p.outputs(rows, batch)
	if err != nil {
		return b, err
	}
	ends := make([][]float32, 2) // the lowest and the highest of each target
	for at := 0; at < len(quantiles[0]); at += levels {
		ends[0] = append(ends[0], quantiles[0][at])
		ends[1] = append(ends[1], quantiles[0][at+levels-1])
	}
	low, high := decode(p.net, 0, ends[0]), decode(p.net, 0, ends[1])
	for i := range values {
		b.low[i], b.high[i] = math.Min(low[i], high[i]), math.Max(low[i], high[i]) // they may cross
	}
	return b, nil
}

// Coverage says how intervals did on rows whose targets are known.
type Coverage struct {
	Target  string
	Level   float64 // how often they are to hold the target
	Covered float64 // how often they did
	Width   float64 // their mean width, in the target's unit
}

// Cover measures intervals on source, of each target.
func (m *Model) Cover(ctx context.Context, source data.Source, level float64) ([]Coverage, error) {
	margins, err := m.margins(level)
	if err != nil {
		return nil, err
	}
	if err := m.net.Fits(source.Spec()); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	list := make([]Coverage, len(m.net.Spec.Targets))
	for k, name := range m.net.Spec.Targets {
		list[k] = Coverage{Target: name, Level: level}
	}
	n := 0
	err = m.bands(ctx, source, true, func(rows int, batch *data.Batch, b bands) error {
		b.widen(margins)
		n += rows
		for i, y := range decode(&m.net, 0, batch.Y) {
			c := &list[i%len(list)]
			if b.low[i] <= y && y <= b.high[i] {
				c.Covered++
			}
			c.Width += b.high[i] - b.low[i]
		}
		return nil
	})
	for k := range list {
		steps := float64(n * len(margins) / len(list))
		list[k].Covered /= steps
		list[k].Width /= steps
	}
	return list, err
}
