package train

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"descent/graph"
	"descent/internal/network"
	"descent/loop"
	"descent/model"
	"descent/nn"
)

// StartError says why training cannot start from the weights of Config.From.
type StartError struct {
	Faults []string // all of them
	Head   bool     // they lie in the last layer, so that Config.NewHead avoids them
}

// Error lists the first faults.
func (e *StartError) Error() string {
	const most = 8
	text := "the model to start from does not fit: " + strings.Join(e.Faults[:min(most, len(e.Faults))], "; ")
	if more := len(e.Faults) - most; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// transfer takes the weights of a model over to a network of the same layers.
//
// Weights of features go by name where both models have the columns of a table,
// and so do those of the last layer, which are of classes or targets. What has
// no such name there starts anew, as in a model that starts from nothing. All
// else goes by position.
type transfer struct {
	t      *Trainer
	from   *model.Model
	here   network.Forward
	heads  map[string]bool   // parameters of the last layer
	axes   map[string][]bool // of each parameter, those that follow the number of features
	in     naming            // of features
	out    naming            // of classes or targets
	unused []string          // weights that have no place here
}

// start takes over the weights of m.
func (t *Trainer) start(m *model.Model) error {
	f, err := t.net.Trace(1, false)
	if err != nil {
		return err
	}
	s := transfer{t: t, from: m, here: f, heads: headOf(f), axes: featureAxes(t.net, f.Params)}
	s.in, s.out = s.features(), s.outputs()
	if err := s.check(); err != nil {
		return err
	}
	for _, p := range t.params {
		s.take(p)
	}
	s.rescaleInput()
	s.rescaleOutput()
	t.notes = s.notes()
	return nil
}

// featureAxes says of each parameter which of its axes are as long as a sample
// has features, and follow their number; nil for a network that takes no other.
func featureAxes(n network.Network, params []nn.Param) map[string][]bool {
	if n.Spec.Encoder == nil || len(n.Spec.Input) != 1 {
		return nil
	}
	wider := n
	wider.Spec.Input = []int{n.Spec.Input[0] + 1}
	f, err := wider.Trace(1, false)
	if err != nil || len(f.Params) != len(params) {
		return nil
	}
	axes := map[string][]bool{}
	for i, p := range params {
		here, there := p.Tensor.Type(), f.Params[i].Tensor.Type()
		for axis := range here.Rank() {
			axes[p.Name] = append(axes[p.Name], here.Dim(axis) != there.Dim(axis))
		}
	}
	return axes
}

// headOf returns the parameters of the last layer that has a matrix: it, and
// what follows, as far as it has a value for each output.
func headOf(f network.Forward) map[string]bool {
	_, last := loop.Ends(f.Params)
	head, outputs := map[string]bool{}, f.Out.Dim(1)
	begun := false
	for _, p := range f.Params {
		begun = begun || p.Name == last
		if typ := p.Tensor.Type(); begun && typ.Rank() > 0 && typ.Dim(-1) == outputs {
			head[p.Name] = true
		}
	}
	return head
}

// maps returns where each index of each axis of a parameter stands in the
// model to start from; nil for an axis that goes by position.
func (s *transfer) maps(p nn.Param) [][]int {
	by := make([][]int, p.Tensor.Type().Rank())
	for axis, follows := range s.axes[p.Name] {
		if follows && s.in.known && !s.in.same {
			by[axis] = s.in.position
		}
	}
	if s.heads[p.Name] && s.out.known && !s.out.same {
		by[len(by)-1] = s.out.position
	}
	return by
}

// check returns everything that does not fit.
func (s *transfer) check() error {
	e := &StartError{Head: len(s.heads) < len(s.t.params)} // or nothing would be left of the model
	fault := func(head bool, format string, args ...any) {
		e.Faults, e.Head = append(e.Faults, fmt.Sprintf(format, args...)), e.Head && head
	}
	here, there := s.t.net.Spec, s.from.Spec()
	if here.Task != there.Task && !s.t.cfg.NewHead {
		fault(true, "it is for %v, the data is for %v", there.Task, here.Task)
	}
	have := map[string]graph.Type{}
	for _, name := range s.from.Store().Names() {
		have[name] = s.from.Store().Type(name)
	}
	for _, p := range s.t.params {
		typ, ok := have[p.Name]
		delete(have, p.Name)
		switch head := s.heads[p.Name]; {
		case head && s.t.cfg.NewHead:
		case !ok:
			fault(head, "it has no weight %q, which is %v here", p.Name, p.Tensor.Type())
		case !s.fits(p, typ):
			fault(head, "weight %q is %v here and %v there", p.Name, p.Tensor.Type(), typ)
		}
	}
	if len(e.Faults) == 0 {
		s.unused = slices.Sorted(maps.Keys(have))
		return nil
	}
	if len(here.Input) > 1 && !slices.Equal(here.Input, there.Input) {
		e.Faults = append(e.Faults, fmt.Sprintf("samples are %v here and %v there", here.Input, there.Input))
	}
	return e
}

// fits reports whether p takes its values from a weight of type there.
func (s *transfer) fits(p nn.Param, there graph.Type) bool {
	here := p.Tensor.Type()
	if here.Rank() != there.Rank() {
		return false
	}
	for axis, by := range s.maps(p) {
		switch {
		case by == nil && here.Dim(axis) != there.Dim(axis):
			return false
		case by != nil && there.Dim(axis) != s.named(p, axis):
			return false
		}
	}
	return true
}

// named is how long an axis of p that goes by name is in the model to start
// from.
func (s *transfer) named(p nn.Param, axis int) int {
	switch {
	case s.axes[p.Name] != nil && s.axes[p.Name][axis]:
		return len(s.in.there)
	case s.here.Out.Dim(1) == 1:
		return 1
	}
	return len(s.out.there)
}

// take copies what p has in the model to start from.
func (s *transfer) take(p nn.Param) {
	if s.t.cfg.NewHead && s.heads[p.Name] {
		return
	}
	copyAxes(s.t.store.Value(p.Name), s.from.Store().Value(p.Name),
		p.Tensor.Type().Dims(), s.from.Store().Type(p.Name).Dims(), s.maps(p))
}

// copyAxes copies the entry at each index of to from that which by says for
// each axis, nil for the same; it leaves alone what is nowhere.
func copyAxes(to, from []float32, dims, fromDims []int, by [][]int) {
	if len(dims) == 0 {
		copy(to, from)
		return
	}
	n, m := len(to)/dims[0], len(from)/fromDims[0]
	for i := range dims[0] {
		j := i
		if by[0] != nil {
			j = by[0][i]
		}
		if j >= 0 {
			copyAxes(to[i*n:(i+1)*n], from[j*m:(j+1)*m], dims[1:], fromDims[1:], by[1:])
		}
	}
}
