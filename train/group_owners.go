package train

import (
	"cmp"
	"slices"

	"descent/engine"
	"descent/graph"
	"descent/internal/lowering"
	"descent/optim"
)

// Who has which elements of the trained parameters, to add up their gradient and, where the
// rule lets them be updated apart, to update them.

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
