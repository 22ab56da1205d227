// Package transfer takes the weights of a trained model over to a network of the
// same layers that is about to be trained.
package transfer

import (
	"fmt"
	"maps"
	"slices"

	"descent/engine"
	"descent/graph"
	"descent/internal/network"
	"descent/loop"
	"descent/model"
	"descent/nn"
)

// Network is what takes the weights over.
type Network struct {
	network.Network
	Params, Trained []nn.Param    // all, and those that are trained
	Store           *engine.Store // of the weights
	NewHead         bool          // the last layer starts anew
}

// Result is what came of it. Where there are faults, nothing was taken over.
type Result struct {
	Notes  []string // what was taken over by name, and what starts anew; none where everything is as it was there
	Faults []string // all that does not fit
	Head   bool     // the faults lie in the last layer alone
}

// transfer is under way from a model to a network.
type transfer struct {
	to     Network
	from   *model.Model
	here   network.Forward
	heads  map[string]bool   // parameters of the last layer
	axes   map[string][]bool // of each parameter, those that follow the number of features
	in     naming            // of features
	out    naming            // of classes or targets
	unused []string          // weights that have no place here
}

// Weights takes over the weights of a model.
//
// Weights of features go by name where both models have the columns of a table,
// and so do those of the last layer, which are of classes or targets. What has
// no such name there starts anew, as in a model that starts from nothing. Of a text,
// the rows of tables go by their tokens. All else goes by position.
func Weights(to Network, from *model.Model) (Result, error) {
	f, err := to.Trace(1, false)
	if err != nil {
		return Result{}, err
	}
	s := transfer{to: to, from: from, here: f, heads: headOf(f), axes: featureAxes(to.Network, f.Params)}
	s.in, s.out = s.features(), s.outputs()
	if r := s.check(); r.Faults != nil {
		return r, nil
	}
	for _, p := range to.Params {
		s.take(p)
	}
	s.rescaleInput()
	s.rescaleOutput()
	return Result{Notes: s.notes()}, nil
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

// Head lists the parameters of the last layer.
func Head(f network.Forward) (names []string) {
	heads := headOf(f)
	for _, p := range f.Params {
		if heads[p.Name] {
			names = append(names, p.Name)
		}
	}
	return names
}

// headOf returns the parameters of the last layer that has a matrix: it, and
// what follows, as far as it has a value for each output.
func headOf(f network.Forward) map[string]bool {
	_, last := loop.Ends(f.Params)
	head, outputs := map[string]bool{}, f.Out.Dim(-1)
	begun := false
	for i, p := range f.Params {
		if tied := f.Out.Type().Rank() > 2 && i != len(f.Params)-1; tied { // scores by a table have no layer of their own
			continue
		}
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
	if s.ofTokens(p) && s.out.known && !s.out.same {
		by[0] = s.out.position
	}
	return by
}

// ofTokens reports whether p has a row for each token of a text: it is the first of the
// tables, of which another is of positions.
func (s *transfer) ofTokens(p nn.Param) bool {
	if !s.to.Spec.Encoder.OfText() {
		return false
	}
	at := slices.IndexFunc(s.to.Params, func(q nn.Param) bool { return q.Role == nn.Table })
	return at >= 0 && s.to.Params[at].Name == p.Name
}

// check returns everything that does not fit.
func (s *transfer) check() Result {
	e := Result{Head: len(s.heads) < len(s.to.Params)} // or nothing would be left of the model
	fault := func(head bool, format string, args ...any) {
		e.Faults, e.Head = append(e.Faults, fmt.Sprintf(format, args...)), e.Head && head
	}
	here, there := s.to.Spec, s.from.Spec()
	if here.Task != there.Task && !s.to.NewHead {
		fault(true, "it is for %v, the data is for %v", there.Task, here.Task)
	}
	if differ, head := s.beside(); differ && !(head && s.to.NewHead) {
		fault(head, "the rows beside the images have the features %s here and %s there", few(here.Encoder.Features()), few(there.Encoder.Features()))
	}
	have := map[string]graph.Type{}
	for _, name := range s.from.Store().Names() {
		have[name] = s.from.Store().Type(name)
	}
	for _, p := range s.to.Params {
		typ, ok := have[p.Name]
		delete(have, p.Name)
		switch head := s.heads[p.Name]; {
		case head && s.to.NewHead:
		case !ok:
			fault(head, "it has no weight %q, which is %v here", p.Name, p.Tensor.Type())
		case !s.fits(p, typ):
			fault(head, "weight %q is %v here and %v there", p.Name, p.Tensor.Type(), typ)
		}
	}
	if len(e.Faults) == 0 {
		s.unused = slices.Sorted(maps.Keys(have))
		return Result{}
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
	case s.here.Out.Dim(-1) == 1:
		return 1
	}
	return len(s.out.there)
}

// take copies what p has in the model to start from.
func (s *transfer) take(p nn.Param) {
	if s.to.NewHead && s.heads[p.Name] {
		return
	}
	copyAxes(s.to.Store.Value(p.Name), s.from.Store().Value(p.Name),
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
