package train

import (
	"slices"

	"descent/engine"
	"descent/graph"
	"descent/internal/lowering"
	"descent/internal/pairwise"
	"descent/optim"
)

// shards are the state of training that is spread over the ranks of a group: each
// updates the pieces of parameters that it has, and keeps what the rule knows of
// them. A parameter whose elements are updated one by one is cut; another one
// has one owner.
type shards struct {
	layout
	own    []piece
	names  []string           // of the trained parameters
	sizes  []int              // of them
	state  [][]optim.StateVar // of them
	spread map[string]int     // variables of state that ranks have parts of, by the number of the parameter
	values [][]float32        // trained parameters
	shown  [][]float32        // what is evaluated in their place; nil if that is themselves

	left   []engine.Variable // of state, that are to come to rank 0 while a checkpoint is saved, in their order
	memory []float32         // of one of them

	sums   [][]run   // where in squares the terms of each parameter are
	counts []int     // where those of each rank begin, and the end
	square []float32 // terms of the squared norm of the gradient
	terms  []float32 // of one parameter
}

// run is a place of numbers.
type run struct{ at, n int }

// partName is the variable that stands for the piece that this rank has of another one.
func partName(name string) string { return "part of " + name }

// newShards spreads what s, an update by gradients that are variables, remembers; but
// for what is evaluated, which is whole on every rank.
func newShards(r *ranks, s *step, l layout, evaluated func(param string) string) *shards {
	h := &shards{layout: l, own: l.pieces[r.rank], spread: map[string]int{}, sums: make([][]run, len(s.trained)), counts: []int{0}}
	for i, p := range s.trained {
		state := s.rule.Singles[i].State
		h.names, h.sizes, h.state = append(h.names, p.Name), append(h.sizes, p.Tensor.Type().Size()), append(h.state, state)
		for _, v := range state {
			if v.Name != evaluated(p.Name) {
				h.spread[v.Name] = i
			}
		}
	}
	type term struct{ from, at, n int }
	of := make([][]term, len(s.trained))
	at := 0
	for _, list := range l.pieces {
		for _, p := range list {
			n := 1
			if unit := engine.SumRun(h.sizes[p.param]); h.cut(p) {
				n = (p.to - p.from + unit - 1) / unit
			}
			of[p.param] = append(of[p.param], term{p.from, at, n})
			at += n
		}
		h.counts = append(h.counts, at)
	}
	for i, terms := range of {
		slices.SortFunc(terms, func(a, b term) int { return a.from - b.from })
		for _, t := range terms {
			h.sums[i] = append(h.sums[i], run{t.at, t.n})
		}
	}
	h.square = make([]float32, at)
	return h
}

// cut reports whether others have pieces of the same parameter.
func (h *shards) cut(p piece) bool { return p.to-p.from < h.sizes[p.param] }

// spreads reports whether ranks have parts of a variable.
func (h *shards) spreads(variable string) bool {
	if h == nil {
		return false
	}
	_, ok := h.spread[variable]
	return ok
}

// of returns the piece that this rank has of a parameter.
func (h *shards) of(param int) (piece, bool) {
	i := slices.IndexFunc(h.own, func(p piece) bool { return p.param == param })
	if i < 0 {
		return piece{}, false
	}
	return h.own[i], true
}

// take leaves in s, an update of all parameters by gradients grads, what this rank does of it.
func (h *shards) take(s *step, m mode, grads []graph.Tensor) {
	s.updates = slices.Clone(s.updates[:len(s.updates)-len(s.rule.Updates)])
	var squares []graph.Tensor
	for _, p := range h.own {
		one := s.rule.Singles[p.param]
		if !h.cut(p) {
			s.updates, squares = append(s.updates, one.Updates...), append(squares, one.Square)
			continue
		}
		n := p.to - p.from
		leaf := func(x graph.Tensor) (graph.Tensor, bool) {
			if v, ok := x.Op().(graph.Variable); ok && v.Typ.Size() == h.sizes[p.param] {
				return s.g.Variable(partName(v.Key), graph.Shape(n)), true
			}
			if m == modeStep && x == grads[p.param] {
				return x.Reshape(-1).Slice(0, p.from, p.to), true
			}
			return x, false
		}
		for _, u := range one.Updates {
			to, _ := leaf(u.Variable)
			s.updates = append(s.updates, graph.Update{Variable: to, Value: optim.Part(u.Value, n, leaf)})
		}
		squares = append(squares, sumsOfRuns(optim.Part(summed(one.Square), n, leaf), engine.SumRun(h.sizes[p.param]))...)
	}
	s.updates = append(s.updates, s.rule.Common...)
	if m != modeStep { // in which the whole gradient is here
		s.stages[stageBackward] = squares
	}
}

// summed returns what x is the sum of.
func summed(x graph.Tensor) graph.Tensor {
	for {
		_, reduces := x.Op().(lowering.Reducer)
		x = x.Inputs()[0]
		if reduces {
			return x
		}
	}
}

// sumsOfRuns are the sums of runs of n elements of x, of one axis, of which the last may
// have fewer.
func sumsOfRuns(x graph.Tensor, n int) (sums []graph.Tensor) {
	whole := x.Dim(0) / n * n
	if whole == x.Dim(0) {
		return []graph.Tensor{x.Reshape(-1, n).Sum(1)}
	}
	if whole > 0 {
		sums = append(sums, x.Slice(0, 0, whole).Reshape(-1, n).Sum(1))
	}
	return append(sums, x.Slice(0, whole, x.Dim(0)).Sum())
}

// declared returns the variable that this rank has for one of state; false for none.
func (h *shards) declared(v engine.Variable) (engine.Variable, bool) {
	if h == nil {
		return v, true
	}
	param, ok := h.spread[v.Name]
	if !ok {
		return v, true
	}
	p, ok := h.of(param)
	if ok && h.cut(p) {
		v.Type = graph.Shape(p.to - p.from)
	}
	return v, ok
}

// bind completes h when there is a store, and returns the one that programs are bound to.
func (h *shards) bind(store *engine.Store, evaluated func(param string) string) (*engine.Store, error) {
	differs := false
	for _, name := range h.names {
		h.values, h.shown = append(h.values, store.Value(name)), append(h.shown, store.Value(evaluated(name)))
		differs = differs || evaluated(name) != name
	}
	if !differs {
		h.shown = nil
	}
	values, variables := map[string][]float32{}, store.Variables()
	for _, v := range variables {
		values[v.Name] = store.Value(v.Name)
	}
	for _, p := range h.own {
		if !h.cut(p) {
			continue
		}
		names := []string{h.names[p.param], gradientName(h.names[p.param])}
		for _, v := range h.state[p.param] {
			names = append(names, v.Name)
		}
		for _, name := range names {
			x := store.Value(name)
			if len(x) == h.sizes[p.param] {
				x = x[p.from:p.to]
			}
			if x != nil {
				values[partName(name)] = x
				variables = append(variables, engine.Variable{Name: partName(name), Type: graph.Shape(len(x))})
			}
		}
	}
	return engine.StoreOf(values, variables...)
}

// hosts are those of the work on the host that is for state which is here.
func (h *shards) hosts(all []optim.Host) (own []optim.Host) {
	for _, host := range all {
		here := !slices.ContainsFunc(host.Slots, func(name string) bool {
			param, spread := h.spread[name]
			_, ok := h.of(param)
			return spread && !ok
		})
		if here {
			own = append(own, host)
		}
	}
	return own
}

// partOf returns the memory of parameters for those elements that a variable of state is of here.
func (h *shards) partOf(state string, value func(name string) []float32) func(name string) []float32 {
	if h == nil {
		return value
	}
	param, ok := h.spread[state]
	if p, own := h.of(param); ok && own && h.cut(p) {
		return func(name string) []float32 { return value(name)[p.from:p.to] }
	}
	return value
}

// normSquared is the squared norm of the gradient, of whose terms p has put out this rank's.
func (h *shards) normSquared(r *ranks, p *program) (float32, error) {
	at := h.counts[r.rank]
	for i := range p.squares {
		at += copy(h.square[at:], p.StageOutput(stageBackward, i))
	}
	if err := gather(r, h.square, func(rank int) (int, int) { return h.counts[rank], h.counts[rank+1] }); err != nil {
		return 0, err
	}
	total := float32(0)
	for i, list := range h.sums {
		h.terms = h.terms[:0]
		for _, run := range list {
			h.terms = append(h.terms, h.square[run.at:run.at+run.n]...)
		}
		if sum := pairwise.Sum(h.terms); i == 0 {
			total = sum
		} else {
			total += sum
		}
	}
	return total, nil
}

// from is the first of the elements that this rank has of a variable.
func (h *shards) from(variable string) int {
	if h == nil {
		return 0
	}
	param, ok := h.spread[variable]
	if p, own := h.of(param); ok && own {
		return p.from
	}
	return 0
}
