package train

import (
	"fmt"
	"strings"

	"descent/graph"
	"descent/internal/network"
	"descent/loop"
	"descent/nn"
	"descent/optim"
)

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
	outTerms   = 1 // of stageForward, in modeShared: what running buffers follow
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
	modeClimb                  // move along the accumulated gradient, with Config.SAM
	modeAgain                  // modeAccumulate at other weights, without running statistics
	modeAverage                // move the average, where the rule has moved parameters elsewhere
	modeShared                 // modeAccumulate of a rank among others: buffers are left as they are, and what they follow is put out
)

// step is the traced graph of one mode.
type step struct {
	g       *graph.Graph
	stages  [][]graph.Tensor
	updates []graph.Update
	params  []nn.Param // all that the model holds
	trained []nn.Param // those of them that the update changes
	state   []optim.StateVar
	hosts   []optim.Host
	rule    *optim.Traced // of an update
	running []running     // in modeShared
}

// gradientName is the variable that the gradient of a parameter accumulates in.
func gradientName(param string) string { return param + "/gradient" }

// traceStep builds the graph of a program.
func (t *Trainer) traceStep(key programKey) (*step, error) {
	m := key.mode
	f, err := t.net.Within(key.positions).Trace(key.rows, true)
	if err != nil {
		return nil, err
	}
	if len(t.net.Follow) > 0 && len(f.Followed) == 0 {
		return nil, fmt.Errorf("Config.Schedules has a schedule for %s, and no layer of the network drops anything", nn.DropoutRate)
	}
	s := &step{g: f.Graph, params: f.Params}
	if s.trained, err = trained(f.Params, t.cfg.Freeze, t.cfg.Groups); err != nil {
		return nil, err
	}
	values := make([]graph.Tensor, len(s.trained))
	for i, p := range s.trained {
		values[i] = p.Tensor
	}
	if err := t.cfg.checkRandom(f.Losses); err != nil {
		return nil, err
	}
	total := f.Losses.Mean()
	switch m {
	case modeAccumulate:
		s.accumulate(total, values)
		s.setBuffers(f.Buffers)
		return s, f.Graph.Err()
	case modeShared:
		s.accumulate(total, values)
		return s, s.putOut(f)
	case modeAgain:
		s.accumulate(total, values)
		return s, f.Graph.Err()
	case modeClimb:
		s.climb()
		return s, f.Graph.Err()
	case modeAverage:
		s.average()
		s.stages = [][]graph.Tensor{{}, {}, {}}
		return s, f.Graph.Err()
	}
	first := []graph.Tensor{total}
	penalty := t.cfg.Penalty.Of(s.trained)
	var grads []graph.Tensor
	if m == modeApply {
		first, grads = s.accumulated(penalty, values)
	} else {
		if penalty.Valid() {
			first = append(first, penalty)
			total = total.Add(penalty)
		}
		grads = graph.Gradient(total, values...)
		s.setBuffers(f.Buffers)
	}
	if err := s.update(t.cfg, grads); err != nil {
		return nil, err
	}
	s.stages[stageForward] = first
	switch {
	case t.shards != nil:
		t.shards.take(s, m, grads)
	case t.cfg.Average != (Average{}):
		s.average()
	}
	return s, f.Graph.Err()
}

// accumulate adds a micro-batch's share of the gradient of loss.
func (s *step) accumulate(loss graph.Tensor, values []graph.Tensor) {
	share := s.g.Scalar(shareScalar, nil)
	for i, dx := range graph.Gradient(loss, values...) {
		sum := s.gradient(i)
		s.updates = append(s.updates, graph.Update{Variable: sum, Value: sum.Add(dx.Mul(share))})
	}
	s.stages = [][]graph.Tensor{{loss}, {}}
}

// accumulated returns the gradients that accumulate has summed up, with that
// of the penalty, and the outputs of the first stage.
func (s *step) accumulated(penalty graph.Tensor, values []graph.Tensor) (first, grads []graph.Tensor) {
	for i := range values {
		grads = append(grads, s.gradient(i))
	}
	if penalty.Valid() {
		first = []graph.Tensor{s.g.Const(0).BroadcastTo(graph.Shape()), penalty}
		for i, dx := range graph.Gradient(penalty, values...) {
			grads[i] = grads[i].Add(dx)
		}
	}
	return first, grads
}

// gradient is the variable that the gradient of trained parameter i
// accumulates in.
func (s *step) gradient(i int) graph.Tensor {
	p := s.trained[i]
	return s.g.Variable(gradientName(p.Name), p.Tensor.Type())
}

// setBuffers gives buffers their new values.
func (s *step) setBuffers(buffers []nn.Update) {
	for _, b := range buffers {
		s.updates = append(s.updates, graph.Update{Variable: b.Buffer, Value: b.Value})
	}
}

// putOut makes what buffers follow outputs of the first stage.
func (s *step) putOut(f network.Forward) error {
	used := map[graph.Tensor]bool{}
	for _, x := range graph.Sorted(f.Losses) {
		used[x] = true
	}
	for _, b := range f.Buffers {
		v := b.Buffer.Op().(graph.Variable)
		switch {
		case !b.Term.Valid():
			return fmt.Errorf("buffer %s is set by Context.SetBuffer, in which no other member of a group can take part; Context.SetRunning says what it follows", v.Key)
		case used[b.Buffer]:
			return fmt.Errorf("buffer %s changes with each micro-batch and the loss depends on it, which members of a group have no part of", v.Key)
		}
		s.running = append(s.running, running{v.Key, v.Typ.Size(), b.Keep})
		s.stages[stageForward] = append(s.stages[stageForward], b.Term)
	}
	return f.Graph.Err()
}

// update adds the update of the trained parameters.
func (s *step) update(cfg Config, grads []graph.Tensor) error {
	o, err := optim.Trace(s.g, cfg.around(), loop.Params(s.params, s.trained, grads))
	if err != nil {
		return err
	}
	s.stages = [][]graph.Tensor{nil, {o.NormSquared}, {}}
	s.updates, s.state, s.hosts, s.rule = append(s.updates, o.Updates...), o.State, o.Hosts, o
	return nil
}

// average moves the average of each parameter and buffer to its new value, by
// the weight that the host sets.
func (s *step) average() {
	value := map[graph.Tensor]graph.Tensor{}
	for _, u := range s.updates {
		value[u.Variable] = u.Value
	}
	w := s.g.Scalar(averageScalar, nil)
	for _, p := range s.params {
		now, ok := value[p.Tensor]
		if !ok {
			now = p.Tensor
		}
		old := s.g.Variable(averageName(p.Name), p.Tensor.Type())
		s.updates = append(s.updates, graph.Update{Variable: old, Value: old.Mul(w.Affine(-1, 1)).Add(now.Mul(w))})
	}
}

// trained returns the parameters that are neither buffers nor frozen.
func trained(params []nn.Param, freeze []string, groups []optim.Group) ([]nn.Param, error) {
	var list []nn.Param
	apart, err := frozen(params, groups)
	if err != nil {
		return nil, err
	}
	used := make([]bool, len(freeze))
	for _, p := range params {
		frozen := apart[p.Name]
		for i, pattern := range freeze {
			match, err := nn.Frozen(pattern, p.Name)
			if err != nil {
				return nil, fmt.Errorf("pattern %q of frozen parameters: %w", pattern, err)
			}
			frozen, used[i] = frozen || match, used[i] || match
		}
		if p.Role != nn.Buffer && !frozen {
			list = append(list, p)
		}
	}
	for i, pattern := range freeze {
		if !used[i] {
			return nil, fmt.Errorf("pattern %q of frozen parameters matches none of %s", pattern, names(params))
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("the network has no parameters to train")
	}
	return list, nil
}

// frozen returns the parameters that groups freeze.
func frozen(params []nn.Param, groups []optim.Group) (map[string]bool, error) {
	var names []string
	for _, p := range params {
		if p.Role != nn.Buffer {
			names = append(names, p.Name)
		}
	}
	of, err := optim.Assign(groups, names)
	apart := map[string]bool{}
	for i, g := range of {
		apart[names[i]] = g >= 0 && groups[g].Freeze
	}
	return apart, err
}

func names(params []nn.Param) string {
	var list []string
	for _, p := range params {
		list = append(list, p.Name)
	}
	return strings.Join(list, ", ")
}
