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

// run returns the predictions for the rows in x, class probabilities or
// targets, and with y also the loss of each row. Both are valid until the next
// run.
func (p *predictor) run(rows int, x, y []float32) (predictions, losses []float32, err error) {
	if p.views != nil {
		return p.runViews(rows, x, y)
	}
	return p.runOnce(rows, x, y)
}

func (p *predictor) runOnce(rows int, x, y []float32) (predictions, losses []float32, err error) {
	b, err := p.program(predictorKey{rows, y != nil})
	if err != nil {
		return nil, nil, err
	}
	if err := b.Feed("x", x); err != nil {
		return nil, nil, err
	}
	if y != nil {
		if err := b.Feed("y", y); err != nil {
			return nil, nil, err
		}
	}
	b.Run(0)
	if y != nil {
		losses = b.Output(0, 1)
	}
	return b.Output(0, 0), losses, nil
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
