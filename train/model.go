package train

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"sync"

	"descent/data"
	"descent/internal/exec"
	"descent/loss"
	"descent/nn"
)

// Model is a trained network: layers, weights, and all that is needed to
// predict from raw rows. It is safe for concurrent use.
type Model struct {
	net     network
	weights *exec.Store
	workers int
	views   Views
	params  int // values of parameters

	mu   sync.Mutex
	free []*predictor // idle, each for one goroutine
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
	return m.predictor(exec.NewPool(1))
}

func (m *Model) predictor(pool *exec.Pool) *predictor {
	p := newPredictor(m.net, m.weights, &exec.Arena{}, pool)
	if m.views != (Views{}) {
		p.views = m.views.list()
	}
	return p
}

func (m *Model) giveBack(p *predictor) {
	m.mu.Lock()
	m.free = append(m.free, p)
	m.mu.Unlock()
}

// Evaluate measures the model on source.
func (m *Model) Evaluate(ctx context.Context, source data.Source) (Report, error) {
	pool := exec.NewPool(m.workers)
	defer pool.Close()
	return m.predictor(pool).evaluate(ctx, source)
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
	size := m.net.spec.Size()
	if len(x) == 0 || len(x)%size != 0 {
		return dst, fmt.Errorf("train: %d values are not a number of samples of shape %v, each %d values", len(x), m.net.spec.Input, size)
	}
	p := m.borrow()
	defer m.giveBack(p)
	for len(x) > 0 {
		n := min(len(x)/size, evaluationBatch)
		y, err := p.run(n, x[:n*size], nil)
		if err != nil {
			return dst, fmt.Errorf("train: %w", err)
		}
		dst = m.net.appendDecoded(dst, y.values)
		x = x[n*size:]
	}
	return dst, nil
}

// Predictions yields the prediction of every row of source in order, as
// [Model.Predict] gives them. Targets of source are not read.
func (m *Model) Predictions(ctx context.Context, source data.Source) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		if s := source.Spec(); fmt.Sprint(s.Input) != fmt.Sprint(m.net.spec.Input) {
			yield(nil, fmt.Errorf("train: samples of shape %v do not fit the network, which takes %v", s.Input, m.net.spec.Input))
			return
		}
		p := m.borrow()
		defer m.giveBack(p)
		for batch, err := range data.Batches(ctx, source, data.BatchConfig{Size: evaluationBatch}) {
			if err != nil {
				yield(nil, err)
				return
			}
			y, err := p.run(len(batch.Rows), batch.X, nil)
			if err != nil {
				yield(nil, fmt.Errorf("train: %w", err))
				return
			}
			values := m.net.decode(y.values)
			k := len(values) / len(batch.Rows)
			for i := range batch.Rows {
				if !yield(values[i*k:(i+1)*k], nil) {
					return
				}
			}
		}
	}
}

// Spec describes the samples that the model was trained on.
func (m *Model) Spec() data.Spec { return m.net.spec }

// Network returns the layers.
func (m *Model) Network() nn.Layer { return m.net.layer }

// Loss returns what the model was trained to minimize.
func (m *Model) Loss() loss.Loss { return m.net.loss }

// Parameters is the number of values that training changes by their gradient:
// all of [Model.Weights] but buffers, such as the running statistics of a batch
// normalization.
func (m *Model) Parameters() int { return m.params }

// Weights yields the name and values of each weight and buffer, in order. They are
// the model's own: they must not be changed while others predict.
func (m *Model) Weights() iter.Seq2[string, []float32] {
	return func(yield func(string, []float32) bool) {
		for _, name := range m.weights.Names() {
			if !yield(name, m.weights.Value(name)) {
				return
			}
		}
	}
}

// SHA256 is the hash of the weights: names, shapes and bits, in hexadecimal.
func (m *Model) SHA256() string {
	h := sha256.New()
	for _, name := range m.weights.Names() {
		fmt.Fprintf(h, "%s%v\n", name, m.weights.Type(name).Dims())
		hashFloats(h, m.weights.Value(name))
	}
	return hex.EncodeToString(h.Sum(nil))
}
