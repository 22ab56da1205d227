package train

import (
	"fmt"

	"descent/data"
	"descent/graph"
	"descent/internal/exec"
	"descent/internal/plan"
	"descent/loss"
	"descent/nn"
	"descent/optim"
)

// network is what a forward pass is traced from.
type network struct {
	layer nn.Layer
	spec  data.Spec
	loss  loss.Loss
}

// forward is a traced forward pass over rows samples.
type forward struct {
	g      *graph.Graph
	params []nn.Param
	out    graph.Tensor // the network's output
	losses graph.Tensor // of each row
}

// trace builds the forward pass.
func (n network) trace(rows int, training bool) (forward, error) {
	g := graph.New()
	c := nn.NewContext(g, training)
	x := g.Input("x", graph.Shape(append([]int{rows}, n.spec.Input...)...))
	target := graph.Indices(rows)
	if n.spec.Task == data.Regression {
		target = graph.Shape(rows, len(n.spec.Targets))
	}
	y := g.Input("y", target)
	f := forward{g: g}
	f.out = n.layer.Forward(c, x)
	if g.Err() == nil {
		f.check(n, rows)
		f.losses = n.loss.PerSample(f.out, y)
		f.params = c.Params()
	}
	if g.Err() == nil && f.losses.Type() != graph.Shape(rows) {
		g.Fail("Loss", fmt.Errorf("%s gives %v, must give one value a row: [%d]", n.loss.Name(), f.losses.Type(), rows))
	}
	return f, g.Err()
}

// check makes sure that the output fits the data.
func (f *forward) check(n network, rows int) {
	want := graph.Shape(rows, n.spec.Outputs())
	p := n.loss.Predict(f.out)
	if f.g.Err() == nil && p.Type() != want {
		what := fmt.Sprintf("%d classes", len(n.spec.Classes))
		if n.spec.Task == data.Regression {
			what = fmt.Sprintf("%d targets", len(n.spec.Targets))
		}
		f.g.Fail("Network", fmt.Errorf("the output %v with loss %s predicts %v; the data has %s, which takes %v",
			f.out.Type(), n.loss.Name(), p.Type(), what, want))
	}
}

// The stages of a training step. Between them the host decides: whether the
// loss is finite, whether the gradient is, and how far to clip it.
const (
	stageForward = iota
	stageBackward
	stageUpdate
)

// The outputs of stageForward and stageBackward.
const (
	outLoss    = 0 // of stageForward: the mean over the batch
	outPenalty = 1 // of stageForward, if there is one
	outNorm    = 0 // of stageBackward: the squared norm of the gradient
)

// shareScalar is the part of a batch that a micro-batch makes up.
const shareScalar = "share"

// mode says which part of the training a plan runs.
type mode uint8

const (
	modeStep       mode = iota // a whole update from one batch
	modeAccumulate             // add a micro-batch's share to the gradient
	modeApply                  // an update by the accumulated gradient
)

// step is the traced graph of one mode.
type step struct {
	g       *graph.Graph
	stages  [][]graph.Tensor
	updates []plan.Update
	params  []nn.Param
	state   []optim.StateVar
}

// gradientName is the variable that the gradient of a parameter accumulates in.
func gradientName(param string) string { return param + "/gradient" }

// traceStep builds the graph of mode m over rows samples.
func (t *Trainer) traceStep(m mode, rows int) (*step, error) {
	f, err := t.net.trace(rows, true)
	if err != nil {
		return nil, err
	}
	s := &step{g: f.g, params: f.params}
	values := make([]graph.Tensor, len(f.params))
	for i, p := range f.params {
		values[i] = p.Tensor
	}
	total := f.losses.Mean()
	penalty := t.cfg.Penalty.Of(f.params)
	first := []graph.Tensor{total}
	var grads []graph.Tensor
	switch m {
	case modeAccumulate:
		share := f.g.Scalar(shareScalar, nil)
		for i, dx := range graph.Gradient(total, values...) {
			sum := f.g.Variable(gradientName(f.params[i].Name), f.params[i].Tensor.Type())
			s.updates = append(s.updates, plan.Update{Variable: sum, Value: sum.Add(dx.Mul(share))})
		}
		s.stages = [][]graph.Tensor{first, {}}
		return s, f.g.Err()
	case modeApply:
		first = nil
		for _, p := range f.params {
			grads = append(grads, f.g.Variable(gradientName(p.Name), p.Tensor.Type()))
		}
		if penalty.Valid() {
			first = []graph.Tensor{f.g.Const(0).BroadcastTo(graph.Shape()), penalty}
			for i, dx := range graph.Gradient(penalty, values...) {
				grads[i] = grads[i].Add(dx)
			}
		}
	default:
		if penalty.Valid() {
			first = append(first, penalty)
			total = total.Add(penalty)
		}
		grads = graph.Gradient(total, values...)
	}
	params := make([]*optim.Param, len(f.params))
	for i, p := range f.params {
		params[i] = &optim.Param{Name: p.Name, Value: p.Tensor, Grad: grads[i], Decays: p.Role == nn.Weight}
	}
	o, err := optim.Trace(f.g, optim.Config{
		Rule: t.cfg.Optimizer, Clip: t.cfg.Clip, WeightDecay: t.cfg.WeightDecay, ProxL1: t.cfg.ProxL1,
	}, params)
	if err != nil {
		return nil, err
	}
	s.stages = [][]graph.Tensor{first, {o.NormSquared}, {}}
	s.updates, s.state = o.Updates, o.State
	return s, f.g.Err()
}

// program returns the compiled program of mode m over rows samples, compiling
// it when it is first asked for.
func (t *Trainer) program(m mode, rows int) (*program, error) {
	key := programKey{m, rows}
	if p, ok := t.programs[key]; ok {
		return p, nil
	}
	s, err := t.traceStep(m, rows)
	if err != nil {
		return nil, err
	}
	compiled, err := plan.Compile(s.g, s.stages, s.updates)
	if err != nil {
		return nil, err
	}
	bound, err := exec.Bind(compiled, t.store, &t.arena, t.pool)
	if err != nil {
		return nil, err
	}
	p := &program{
		Program: bound,
		rate:    bound.Slot(optim.RateScalar),
		clip:    bound.Slot(optim.ClipScalar),
		share:   bound.Slot(shareScalar),
		penalty: m != modeAccumulate && len(s.stages[stageForward]) > outPenalty,
	}
	t.programs[key] = p
	return p, nil
}

type programKey struct {
	mode mode
	rows int
}

// program is a compiled step with the scalars that the host sets.
type program struct {
	*exec.Program
	rate, clip, share int // slots, -1 if unused
	penalty           bool
}

// set sets a scalar that the plan may not use.
func (p *program) set(slot int, v float64) {
	if slot >= 0 {
		p.Scalars()[slot] = float32(v)
	}
}
