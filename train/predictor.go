package train

import (
	"descent/data"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/plan"
	"descent/nn"
)

// predictor runs forward passes in evaluation mode. It is for one goroutine at
// a time; many may share the weights.
type predictor struct {
	net      network
	store    *exec.Store
	arena    *exec.Arena
	pool     *exec.Pool
	programs map[predictorKey]*exec.Program
	views    []view    // to predict the mean of; nil: the sample as it is
	seen     []float32 // one view of a batch
}

type predictorKey struct {
	rows   int
	losses bool // with the loss of each row, which needs targets
}

func newPredictor(n network, store *exec.Store, arena *exec.Arena, pool *exec.Pool) *predictor {
	return &predictor{net: n, store: store, arena: arena, pool: pool, programs: map[predictorKey]*exec.Program{}}
}

func (p *predictor) program(key predictorKey) (*exec.Program, error) {
	if b, ok := p.programs[key]; ok {
		return b, nil
	}
	f, err := p.net.trace(key.rows, false)
	if err != nil {
		return nil, err
	}
	outputs := []graph.Tensor{p.net.loss.Predict(f.out)}
	if key.losses {
		outputs = append(outputs, f.losses)
	}
	if key.losses && f.plain.Valid() {
		outputs = append(outputs, f.plain)
	}
	compiled, err := plan.Compile(f.g, [][]graph.Tensor{outputs}, nil)
	if err != nil {
		return nil, err
	}
	b, err := exec.Bind(compiled, p.store, p.arena, p.pool)
	if err != nil {
		return nil, err
	}
	p.programs[key] = b
	return b, nil
}

// predicted is what a predictor made of rows. It is valid until the next run.
type predicted struct {
	values []float32 // class probabilities or targets
	losses []float32 // of each row; nil without targets
	plain  []float32 // of each row, by [loss.Plain]
}

// run predicts the rows in x, and with y measures the predictions.
func (p *predictor) run(rows int, x, y []float32) (predicted, error) {
	if p.views != nil {
		return p.runViews(rows, x, y)
	}
	return p.runOnce(rows, x, y)
}

func (p *predictor) runOnce(rows int, x, y []float32) (predicted, error) {
	b, err := p.program(predictorKey{rows, y != nil})
	if err != nil {
		return predicted{}, err
	}
	if err := b.Feed("x", x); err != nil {
		return predicted{}, err
	}
	if y != nil {
		if err := b.Feed("y", y); err != nil {
			return predicted{}, err
		}
	}
	b.Run(0)
	out := predicted{values: b.Output(0, 0)}
	if y != nil {
		out.losses = b.Output(0, 1)
		out.plain = out.losses
		if p.net.weighted() {
			out.plain = b.Output(0, 2)
		}
	}
	return out, nil
}

// declarations lists the parameters of a network with their types.
func (n network) declarations() ([]exec.Declaration, []nn.Param, error) {
	f, err := n.trace(1, false)
	if err != nil {
		return nil, nil, err
	}
	var declared []exec.Declaration
	for _, p := range f.params {
		declared = append(declared, exec.Declaration{Name: p.Name, Type: p.Tensor.Type()})
	}
	return declared, f.params, nil
}

// decode returns predictions or targets in float64 and their own units.
func (n network) decode(y []float32) []float64 {
	return n.appendDecoded(make([]float64, 0, len(y)), y)
}

func (n network) appendDecoded(dst []float64, y []float32) []float64 {
	if n.spec.Task == data.Regression && n.spec.Encoder != nil {
		return n.spec.Encoder.AppendTarget(dst, y)
	}
	for _, v := range y {
		dst = append(dst, float64(v))
	}
	return dst
}

// evaluationBatch is how many rows are predicted at once. It does not change
// the result.
const evaluationBatch = 256
