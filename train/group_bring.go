package train

import (
	"errors"

	"descent/engine"
	"descent/internal/rawbytes"
	"descent/internal/safetensors"
)

// What each rank of a group has updated is brought to all: parameters after every update, and
// what the rule remembers to rank 0, for a checkpoint.

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
			if r.receive[rank] = rawbytes.Of(to); rank == 0 {
				copy(to, part)
			}
		}
	}
	if r.rank != 0 {
		r.send[0] = rawbytes.Of(part)
	}
	return all, r.exchange()
}
