package train

import (
	"cmp"
	"errors"
	"slices"

	"descent/engine"
	"descent/graph"
	"descent/internal/lowering"
	"descent/internal/pairwise"
	"descent/internal/safetensors"
	"descent/optim"
)

// piece is a run of elements of a trained parameter, which one rank has.
type piece struct{ param, from, to int }

// layout says which elements of the trained parameters each rank has.
type layout struct {
	pieces [][]piece // of each rank, in the order of the parameters
	starts []int     // where those of each rank begin, one rank's behind the other's, and the end
}

func newLayout(pieces [][]piece) layout {
	l := layout{pieces: pieces, starts: []int{0}}
	for rank, list := range pieces {
		slices.SortFunc(list, func(a, b piece) int { return a.param - b.param })
		n := l.starts[rank]
		for _, p := range list {
			n += p.to - p.from
		}
		l.starts = append(l.starts, n)
	}
	return l
}

// span is where the elements of a rank are.
func (l *layout) span(rank int) (from, to int) { return l.starts[rank], l.starts[rank+1] }

// evenly gives each rank as many elements as the others, parameters of such sizes lying one
// behind the other.
func (r *ranks) evenly(sizes []int) layout {
	total := 0
	for _, n := range sizes {
		total += n
	}
	pieces := make([][]piece, r.size)
	for rank := range pieces {
		low, high := r.span(total, rank)
		at := 0
		for param, n := range sizes {
			if from, to := max(low, at), min(high, at+n); from < to {
				pieces[rank] = append(pieces[rank], piece{param, from - at, to - at})
			}
			at += n
		}
	}
	return newLayout(pieces)
}

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

// share says who adds up what of the gradient, and spreads the state of training over the
// ranks where the rule lets it. s is an update.
func (t *Trainer) share(s *step) error {
	r := t.ranks
	var sizes []int
	for _, p := range s.trained {
		sizes = append(sizes, p.Tensor.Type().Size())
	}
	defer func() { r.divideGradient(sizes) }()
	even := r.evenly(sizes)
	if r.layout = &even; r.size == 1 {
		return nil
	}
	apply, err := t.traceStep(programKey{modeApply, t.cfg.rows(), 0}) // by gradients that are variables
	if err != nil {
		return err
	}
	l, ok := spreadable(r, apply)
	if !ok {
		t.cfg.Logger.Info("each rank updates all parameters and keeps all of the state: the rule needs all parameters at once", "optimizer", t.cfg.Optimizer.Name())
		return nil
	}
	t.shards = newShards(r, apply, l, t.cfg.around().Evaluated)
	r.layout = &t.shards.layout
	return nil
}

// spreadable returns how the state of an update can be spread over ranks; false if some
// parameter is updated with an eye to others, so that each rank has to update all.
func spreadable(r *ranks, s *step) (layout, bool) {
	type item struct {
		piece
		cost float64
	}
	var items []item
	for i, one := range s.rule.Singles {
		reach := s.rule.Reach(i)
		if reach == optim.Joint {
			return layout{}, false
		}
		n := s.trained[i].Tensor.Type().Size()
		unit, parts := n, 1
		if reach == optim.Elementwise {
			unit = engine.SumRun(n)
			parts = min(r.size, (n+unit-1)/unit)
		}
		units := (n + unit - 1) / unit
		for k := range parts {
			from, to := k*units/parts*unit, min(n, (k+1)*units/parts*unit)
			items = append(items, item{piece{i, from, to}, cost(one) * float64(to-from) / float64(n)})
		}
	}
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(b.cost, a.cost) })
	pieces, load := make([][]piece, r.size), make([]float64, r.size)
	for _, it := range items {
		least := -1
		for rank := range r.size {
			has := slices.ContainsFunc(pieces[rank], func(p piece) bool { return p.param == it.param })
			if !has && (least < 0 || load[rank] < load[least]) {
				least = rank
			}
		}
		pieces[least] = append(pieces[least], it.piece)
		load[least] += it.cost
	}
	return newLayout(pieces), true
}

// cost is about how many operations the update of a parameter takes, on the host too.
func cost(one optim.Single) float64 {
	var values []graph.Tensor
	for _, u := range one.Updates {
		values = append(values, u.Value)
	}
	sum := 0.0
	for _, x := range graph.Sorted(values...) {
		n := float64(x.Type().Size())
		if op, ok := x.Op().(lowering.Product); ok {
			n *= float64(op.Inner(x.Inputs()...))
		}
		sum += n
	}
	return sum
}

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

// bringUpdate ends an update of which each rank has made its part.
func (t *Trainer) bringUpdate(average float64) error {
	if err := t.shards.bring(t.ranks); err != nil || t.cfg.Average == (Average{}) {
		return err
	}
	p, err := t.program(modeAverage, t.cfg.rows(), 0)
	if err != nil {
		return err
	}
	p.Set(p.average, average)
	p.RunStage(stageUpdate)
	return nil
}

// bring brings the parameters that every rank has updated to all, and what is evaluated in
// their place.
func (h *shards) bring(r *ranks) error {
	if err := r.bring(&h.layout, h.values); err != nil || h.shown == nil {
		return err
	}
	return r.bring(&h.layout, h.shown)
}

// bring brings together what each rank has of parts.
func (r *ranks) bring(l *layout, parts [][]float32) error {
	r.packed = grown(r.packed, l.starts[r.size])
	at, _ := l.span(r.rank)
	for _, p := range l.pieces[r.rank] {
		at += copy(r.packed[at:], parts[p.param][p.from:p.to])
	}
	if err := gather(r, r.packed, l.span); err != nil {
		return err
	}
	for rank, list := range l.pieces {
		if at, _ := l.span(rank); rank != r.rank {
			for _, p := range list {
				at += copy(parts[p.param][p.from:p.to], r.packed[at:])
			}
		}
	}
	return nil
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

// passes is how often a checkpoint goes through its variables: for their checksum, and to
// write them.
const passes = 2

// withState calls save, which may write a checkpoint, on rank 0, to which the others hand over
// their parts of the state meanwhile. All ranks come to it alike. The error is that of the
// group, or of save.
func (t *Trainer) withState(save func() error) error {
	h := t.shards
	if h == nil {
		return save()
	}
	for range passes {
		for _, v := range t.all {
			if h.spreads(v.Name) {
				h.left = append(h.left, v)
			}
		}
	}
	var failed error
	if t.writes() {
		failed = save()
	}
	for len(h.left) > 0 { // what save has not asked for
		if _, err := t.bringNext(); err != nil {
			h.left = nil
			return errors.Join(err, failed)
		}
	}
	h.memory = nil
	return failed
}

// bringNext brings the next variable of state together on rank 0, and returns it there until the
// next call.
func (t *Trainer) bringNext() ([]float32, error) {
	h := t.shards
	v := h.left[0]
	h.left = h.left[1:]
	return h.bringVariable(t.ranks, v, t.store.Value(v.Name))
}

// bringLater has tensors that are spread come when they are asked for.
func (t *Trainer) bringLater(tensors []safetensors.Tensor) {
	for i, x := range tensors {
		if t.shards.spreads(x.Name) {
			tensors[i].Data, tensors[i].Later = nil, t.bringNext
		}
	}
}

// bringVariable brings the parts that ranks have of a variable of state together on rank 0, which
// returns all of it; others return nothing.
func (h *shards) bringVariable(r *ranks, v engine.Variable, part []float32) ([]float32, error) {
	param := h.spread[v.Name]
	var all []float32
	if r.rank == 0 {
		h.memory = grown(h.memory, v.Type.Size())
		all = h.memory
	}
	for rank := range r.size {
		r.send[rank], r.receive[rank] = nil, nil
		for _, p := range h.pieces[rank] {
			if p.param != param || r.rank != 0 {
				continue
			}
			to := all
			if h.cut(p) {
				to = all[p.from:p.to]
			}
			if r.receive[rank] = bytesOf(to); rank == 0 {
				copy(to, part)
			}
		}
	}
	if r.rank != 0 {
		r.send[0] = bytesOf(part)
	}
	return all, r.exchange()
}
