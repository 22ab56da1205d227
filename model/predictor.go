package model

import (
	"descent/data"
	"descent/engine"
	"descent/internal/network"
	"descent/metric"
)

// predictor runs forward passes in evaluation mode. It is for one goroutine at
// a time; many may share the weights and the plans.
type predictor struct {
	net      *network.Network
	plans    *plans
	store    *engine.Store
	engine   *engine.Engine
	programs map[size]*engine.Program
	views    []view    // to predict the mean of; nil: the sample as it is
	seen     []float32 // one view of a batch

	fields  []string    // of the samples
	filled  [][]float32 // rows of each field with others added, where the plan takes more
	batch   data.Batch  // of samples that are no set's
	metrics []metric.Metric
	beside  [][]float64
	decided []float64 // thresholds of the first goal; nil: ½
	out     predicted
}

func newPredictor(m *Model, e *engine.Engine) *predictor {
	p := &predictor{net: &m.net, plans: m.plans, store: m.weights, engine: e, metrics: m.metrics, beside: m.beside, decided: m.thresholds, programs: map[size]*engine.Program{}}
	for _, f := range network.Labeled(m.net.Spec).Fields() {
		p.fields = append(p.fields, f.Name)
	}
	p.filled = make([][]float32, len(p.fields))
	if m.views != (Views{}) {
		p.views = m.views.list()
	}
	return p
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
	values [][]float32 // of each goal: class probabilities, targets or probabilities of labels
	losses []float32   // of each row; nil without targets
	plain  []float32   // of each row, without what only training is meant to feel
}

// run predicts some rows, at most as many as most, and with losses measures the
// predictions.
func (p *predictor) run(rows int, b *data.Batch, losses bool) (*predicted, error) {
	if p.views != nil {
		return p.runViews(rows, b, losses)
	}
	return p.runOnce(rows, b, losses)
}

func (p *predictor) runOnce(rows int, b *data.Batch, losses bool) (*predicted, error) {
	s := size{rows: network.Padded(rows), losses: losses, positions: b.Positions}
	program, err := p.ran(s, rows, b)
	if err != nil {
		return nil, err
	}
	out, goals := &p.out, len(p.net.Objective)
	out.values = out.values[:0]
	for i := range goals {
		values := program.Output(i)
		out.values = append(out.values, values[:len(values)/s.rows*rows])
	}
	out.losses, out.plain = nil, nil
	if losses {
		out.losses = program.Output(goals)[:rows]
		out.plain = out.losses
		if p.net.Objective.Weighted() {
			out.plain = program.Output(goals + 1)[:rows]
		}
	}
	return out, nil
}

// outputs returns what the loss of each goal reads of some rows, at most as many as
// most. It is valid until the next run.
func (p *predictor) outputs(rows int, b *data.Batch) ([][]float32, error) {
	s := size{rows: network.Padded(rows), plain: true, positions: b.Positions}
	program, err := p.ran(s, rows, b)
	if err != nil {
		return nil, err
	}
	var out [][]float32
	for i := range p.net.Objective {
		values := program.Output(i)
		out = append(out, values[:len(values)/s.rows*rows])
	}
	return out, nil
}

// ran returns the program of a size after it ran over some rows.
func (p *predictor) ran(s size, rows int, b *data.Batch) (*engine.Program, error) {
	program, err := p.program(s)
	if err != nil {
		return nil, err
	}
	for i, name := range p.fields {
		values := b.Field(name)
		if values == nil {
			continue // a target that is not asked for
		}
		if err := program.Feed(name, p.fill(i, values, rows, s.rows)); err != nil {
			return nil, err
		}
	}
	program.Run()
	return program, nil
}

// fill returns the values of field i with zeros for the rows that a plan takes
// beside.
func (p *predictor) fill(i int, values []float32, rows, all int) []float32 {
	if rows == all {
		return values
	}
	n := len(values) / rows * all
	if len(p.filled[i]) < n {
		p.filled[i] = make([]float32, n)
	}
	clear(p.filled[i][copy(p.filled[i], values):n])
	return p.filled[i][:n]
}

// ownUnits reports whether the encoder knows in which units the target of goal i
// is.
func ownUnits(n *network.Network, i int) bool {
	g := n.Objective[i]
	return g.Task == data.Regression && g.Target == data.Y && n.Spec.Encoder != nil
}

// appendDecoded appends predictions or targets of goal i in float64 and their own
// units.
func appendDecoded(dst []float64, n *network.Network, i int, y []float32) []float64 {
	if ownUnits(n, i) {
		return n.Spec.Encoder.AppendTarget(dst, y)
	}
	for _, v := range y {
		dst = append(dst, float64(v))
	}
	return dst
}

// appendMeasured appends predictions or targets of goal i as metrics read them: in their
// own units, but those of a forecast standardized, as series of several units are
// measured together.
func appendMeasured(dst []float64, n *network.Network, i int, y []float32) []float64 {
	if n.Spec.Horizon == 0 || n.Objective[i].Target != data.Y {
		return appendDecoded(dst, n, i, y)
	}
	for _, v := range y {
		dst = append(dst, float64(v))
	}
	return dst
}

func decode(n *network.Network, i int, y []float32) []float64 {
	return appendDecoded(make([]float64, 0, len(y)), n, i, y)
}
