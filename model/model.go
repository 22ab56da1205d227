// Package model holds trained networks: layers, weights, and all that is
// needed to predict from raw rows. It loads and saves them, predicts and
// measures. What trains them is package train, which programs that predict do
// not need.
//
//	m, err := model.Load("houses.safetensors")
//	price, err := m.Predict(sample)
//	report, err := m.Evaluate(ctx, test)
package model

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"descent/data"
	"descent/dist"
	"descent/engine"
	"descent/internal/network"
	"descent/metric"
	"descent/nn"
	"descent/objective"
)

// Model is a trained network. It is safe for concurrent use.
type Model struct {
	net        network.Network
	weights    *engine.Store
	workers    int
	views      Views
	params     int             // values of parameters
	inputs     []nn.Field      // that the network may read beside x
	metrics    []metric.Metric // beside the usual ones
	beside     [][]float64     // what the simplest model predicts for each goal
	thresholds []float64       // of class 1 of two, or of each label; nil: ½
	residuals  *Residuals      // nil: not known
	plans      *plans
	encoder    func() (*data.RowEncoder, error) // of rows from memory
	narrow     *narrow                          // nil: all weights are float32

	mu        sync.Mutex
	free      []*predictor // idle, each for one goroutine
	evaluates sync.Mutex   // held by the evaluation in progress, where one predictor does all
	evaluator *predictor   // nil: each evaluation has its own
	group     dist.Group   // whose members share evaluations out; nil: this one makes all of them
}

// New returns the model of a network with the given weights, for samples of the
// given kind: of a training loop of one's own, or weights from elsewhere. The
// objective is what they were trained for, and says what the network's outputs
// mean; nil is that of the samples' task. The model keeps the store, which must
// hold each weight and buffer of the network in its shape; what else it holds is
// ignored.
func New(net nn.Layer, spec data.Spec, o objective.Objective, weights *engine.Store) (*Model, error) {
	if net == nil || weights == nil {
		return nil, errors.New("model: there is no network or no store of its weights")
	}
	if err := spec.Validate(); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if o == nil {
		o = objective.For(spec, nil)
	}
	filled, err := o.Filled(network.Labeled(spec))
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	m := &Model{net: network.Network{Layer: net, Spec: spec, Objective: filled}}
	err = m.declare(func(declared []engine.Variable) (*engine.Store, error) { return weights.Select(declared...) })
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return m, nil
}

// Workers returns the model, with the same weights, as one whose evaluations
// take at most so many cores; 0 means all.
func (m *Model) Workers(n int) *Model {
	c := m.clone()
	c.workers = n
	return c
}

// Measuring returns the model, with the same weights, as one whose evaluations
// measure these metrics too, beside the usual ones of its goals; what does not
// fit a goal is not measured there.
func (m *Model) Measuring(metrics ...metric.Metric) *Model {
	c := m.clone()
	c.metrics = metrics
	return c
}

// Beside returns the model, with the same weights, as one whose evaluations also
// measure the simplest model on the same rows, which predicts the same for every
// one of them: of each goal what stands at its place, in the form of its
// predictions; nil for none. [TruthOf] says what that is, and [metric.Set.Baseline]
// what it reached.
func (m *Model) Beside(predictions ...[]float64) *Model {
	c := m.clone()
	c.beside = predictions
	return c
}

// On returns the model, with the same weights, as one whose evaluations are run
// by e, which nothing else may run at the same time.
func (m *Model) On(e *engine.Engine) *Model {
	c := m.clone()
	c.evaluator = newPredictor(c, e)
	return c
}

// Copy returns the model with a copy of its weights, which what changes these
// leaves alone. It shares what was compiled.
func (m *Model) Copy() *Model {
	c := m.clone()
	c.weights = m.weights.Clone()
	return c
}

// Fixed returns the model, with the same weights, as one whose weights are promised to
// change no more: what predictions need of weights alone is made once, and not in each.
// The results are the same.
func (m *Model) Fixed() *Model {
	c := m.clone()
	c.weights = m.weights.Fixed()
	return c
}

// clone returns a model of the same network, weights and plans.
func (m *Model) clone() *Model {
	return &Model{
		net: m.net, weights: m.weights, workers: m.workers, views: m.views, params: m.params, inputs: m.inputs,
		metrics: m.metrics, beside: m.beside, residuals: m.residuals, thresholds: m.thresholds, encoder: m.encoder, plans: m.plans, narrow: m.narrow,
	}
}

// borrow returns a predictor for the caller alone.
func (m *Model) borrow() *predictor {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.free); n > 0 {
		p := m.free[n-1]
		m.free = m.free[:n-1]
		return p
	}
	return newPredictor(m, engine.New(1))
}

// giveBack keeps a predictor for the next who predicts; more than can run at
// once are not kept.
func (m *Model) giveBack(p *predictor) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.free) < runtime.GOMAXPROCS(0) {
		m.free = append(m.free, p)
	}
}

// Warm compiles what predictions of so many rows at once need, 1 if none is
// given, so that none of them has to wait for it.
func (m *Model) Warm(rows ...int) error {
	if len(rows) == 0 {
		rows = []int{1}
	}
	p := m.borrow()
	defer m.giveBack(p)
	for _, n := range rows {
		if n < 1 {
			return fmt.Errorf("model: a prediction of %d rows; there is at least 1", n)
		}
		for n > 0 {
			most := m.plans.atOnce()
			now := min(n, most)
			if p.programs[size{rows: network.Padded(now)}] == nil {
				if _, err := p.run(now, m.blank(now), false); err != nil {
					return fmt.Errorf("model: %w", err)
				}
			}
			if n -= now; n > most {
				n = n%most + most // whole ones are alike
			}
		}
	}
	return nil
}

// blank is a batch of zeros.
func (m *Model) blank(rows int) *data.Batch {
	b := data.Batch{X: make([]float32, rows*m.net.Spec.Size())}
	for _, f := range m.inputs {
		b.Set(f.Name, make([]float32, rows*data.Field{Shape: f.Shape}.Size()))
	}
	return &b
}

// Evaluate measures the model on source.
func (m *Model) Evaluate(ctx context.Context, source data.Source) (Report, error) {
	p := m.evaluator
	if p != nil {
		m.evaluates.Lock()
		defer m.evaluates.Unlock()
	} else {
		e := engine.New(m.workers)
		defer e.Close()
		p = newPredictor(m, e)
	}
	if m.group != nil {
		return p.evaluateIn(ctx, m.group, source)
	}
	return p.evaluate(ctx, source)
}

// Predict returns the predictions for the samples in x, one after the other:
// the probability of each class, or the targets in their own units. x holds
// encoded samples of the shape that Spec gives; raw rows become such by
// Spec().Encoder.
func (m *Model) Predict(x []float32) ([]float64, error) { return m.AppendPredict(nil, x) }

// AppendPredict appends what [Model.Predict] returns to dst. It allocates
// nothing if dst has room, the model predicts from the image alone (see
// [Model.Views]), and it has predicted as many samples at once before.
func (m *Model) AppendPredict(dst []float64, x []float32) ([]float64, error) {
	if len(m.inputs) > 0 {
		return dst, fmt.Errorf("model: the network also reads field %q; PredictFields takes fields by name", m.inputs[0].Name)
	}
	size := m.net.Spec.Size()
	if len(x) == 0 || len(x)%size != 0 {
		return dst, fmt.Errorf("model: %d values are not a number of samples of shape %v, each %d values", len(x), m.net.Spec.Input, size)
	}
	p := m.borrow()
	defer m.giveBack(p)
	for len(x) > 0 {
		n := min(len(x)/size, m.plans.atOnce())
		p.batch.X = x[:n*size]
		y, err := p.run(n, &p.batch, false)
		if err != nil {
			return dst, fmt.Errorf("model: %w", err)
		}
		dst = appendDecoded(dst, &m.net, 0, y.values[0])
		x = x[n*size:]
	}
	return dst, nil
}

// Predictions yields the prediction of every row of source in order, as
// [Model.Predict] gives them; of lines (see [data.Lengths]), by a network that goes on
// with sequences, up to the end of each. Targets of source are not read.
func (m *Model) Predictions(ctx context.Context, source data.Source) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		s := source.Spec()
		if fmt.Sprint(s.Input) != fmt.Sprint(m.net.Spec.Input) {
			yield(nil, fmt.Errorf("model: samples of shape %v do not fit the network, which takes %v", s.Input, m.net.Spec.Input))
			return
		}
		if err := network.FitsMore(s, m.net.Spec, false); err != nil {
			yield(nil, fmt.Errorf("model: %w", err))
			return
		}
		for of, err := range m.each(ctx, source, m.plans.atOnce(), false) {
			if !yield(of.Prediction, err) {
				return
			}
		}
	}
}

// Spec describes the samples that the model was trained on.
func (m *Model) Spec() data.Spec { return m.net.Spec }

// Network returns the layers.
func (m *Model) Network() nn.Layer { return m.net.Layer }

// Layers lists the layers with the shapes of what they make of one row.
func (m *Model) Layers() ([]nn.Row, error) {
	return nn.Summary(m.net.Layer, m.net.Spec.Input, m.inputs...)
}

// Objective returns what the model was trained for.
func (m *Model) Objective() objective.Objective { return m.net.Objective }

// Parameters is the number of values that training changes by their gradient:
// all of [Model.Weights] but buffers, such as the running statistics of a batch
// normalization.
func (m *Model) Parameters() int { return m.params }

// Weights yields the name and values of each weight and buffer, in order. They are
// the model's own, but for one of [Model.Quantize]: they must not be changed while
// others predict.
func (m *Model) Weights() iter.Seq2[string, []float32] {
	return func(yield func(string, []float32) bool) {
		all := m.Store()
		for _, name := range all.Names() {
			if !yield(name, all.Value(name)) {
				return
			}
		}
	}
}

// Store returns the weights and buffers with their types. They are the model's
// own, as for [Model.Weights]; those of [Model.Quantize] are copies, as float32.
func (m *Model) Store() *engine.Store {
	if m.narrow != nil {
		return m.narrow.wide()
	}
	return m.weights
}

// SHA256 is the hash of the weights: names, shapes and bits, in hexadecimal.
func (m *Model) SHA256() string { return m.Store().SHA256() }
