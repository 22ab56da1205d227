package model

import (
	"descent/data"
	"descent/engine"
	"descent/internal/network"
)

// predictor runs forward passes in evaluation mode. It is for one goroutine at
// a time; many may share the weights and the plans.
type predictor struct {
	net      network.Network
	plans    *plans
	store    *engine.Store
	engine   *engine.Engine
	programs map[size]*engine.Program
	views    []view    // to predict the mean of; nil: the sample as it is
	seen     []float32 // one view of a batch
	x, y     []float32 // rows with others added, where the plan takes more
}

func (p *predictor) program(s size) (*engine.Program, error) {
	if b, ok := p.programs[s]; ok {
		return b, nil
	}
	plan, err := p.plans.of(s)
	if err != nil {
		return nil, err
	}
	b, err := plan.Bind(p.engine, p.store)
	if err != nil {
		return nil, err
	}
	p.programs[s] = b
	return b, nil
}

// predicted is what a predictor made of rows. It is valid until the next run.
type predicted struct {
	values []float32 // class probabilities or targets
	losses []float32 // of each row; nil without targets
	plain  []float32 // of each row, by [loss.Plain]
}

// run predicts the rows in x, at most as many as most, and with y measures the
// predictions.
func (p *predictor) run(rows int, x, y []float32) (predicted, error) {
	if p.views != nil {
		return p.runViews(rows, x, y)
	}
	return p.runOnce(rows, x, y)
}

func (p *predictor) runOnce(rows int, x, y []float32) (predicted, error) {
	s := size{padded(rows), y != nil}
	b, err := p.program(s)
	if err != nil {
		return predicted{}, err
	}
	if err := b.Feed("x", filled(&p.x, x, rows, s.rows)); err != nil {
		return predicted{}, err
	}
	if y != nil {
		if err := b.Feed("y", filled(&p.y, y, rows, s.rows)); err != nil {
			return predicted{}, err
		}
	}
	b.Run()
	values := b.Output(0)
	out := predicted{values: values[:len(values)/s.rows*rows]}
	if y != nil {
		out.losses = b.Output(1)[:rows]
		out.plain = out.losses
		if p.net.Weighted() {
			out.plain = b.Output(2)[:rows]
		}
	}
	return out, nil
}

// filled returns the values of rows with zeros for those that a plan takes
// beside, in the memory of buffer.
func filled(buffer *[]float32, values []float32, rows, all int) []float32 {
	if rows == all {
		return values
	}
	n := len(values) / rows * all
	if len(*buffer) < n {
		*buffer = make([]float32, n)
	}
	clear((*buffer)[copy(*buffer, values):n])
	return (*buffer)[:n]
}

// appendDecoded appends predictions or targets in float64 and their own units.
func appendDecoded(dst []float64, s data.Spec, y []float32) []float64 {
	if s.Task == data.Regression && s.Encoder != nil {
		return s.Encoder.AppendTarget(dst, y)
	}
	for _, v := range y {
		dst = append(dst, float64(v))
	}
	return dst
}

func decoded(s data.Spec, y []float32) []float64 {
	return appendDecoded(make([]float64, 0, len(y)), s, y)
}
