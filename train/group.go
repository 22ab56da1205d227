package train

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"descent/data"
	"descent/dist"
	"descent/internal/rawbytes"
)

// ErrLeft is wrapped by the error of a member of Config.Group when another one has
// left its loop over Steps before the end.
var ErrLeft = errors.New("a member of the group has left")

// ErrInterrupted is wrapped by the error of every member of Config.Group when the ctx
// of one of them has ended. All leave before the same update.
var ErrInterrupted = errors.New("training was interrupted")

// errStopped ends the loop of a member since that of another was ended well.
var errStopped = errors.New("the group was stopped")

// ranks is what a member of Config.Group knows of an update, and exchanges with
// the others.
//
// The micro-batches of an update fall into runs, one a rank. A rank adds up the
// gradients of its own by the blocks of the tree over all of them (see
// pairwise.Blocks), sends each rank a part of these sums, and adds up the blocks
// of all ranks in the part that it gets itself; parts are then brought together
// on every rank. So no sum depends on who computes it. What follows, from the norm
// of the gradient on, every rank does alike.
type ranks struct {
	dist.Group
	rank, size int
	fast       bool            // Config.Reduce
	adder      dist.AllReducer // the group, if that is to add up
	together   bool            // updates are made of micro-batches of all ranks; else each makes all of them
	stopping   bool            // the loop is left since training ends well
	within     func() error    // of ctx.Err of the loop
	validation data.Source     // of Fit

	all         int // micro-batches of the update
	first, last int // those of this rank, without last

	terms   []float64 // of the loss, by micro-batch
	own     int       // of them that are there of this rank
	running []running // buffers that follow statistics
	stats   []float32 // terms of these buffers, by micro-batch
	ownStat int       // numbers of them that are there of this rank

	blocks        []int     // sizes of this rank's
	full          int       // of them that are added up
	layout        *layout   // which elements of the gradient each rank adds up
	packed        []float32 // of bring and reduce
	buckets       []bucket
	ready         []int // of the program whose backward pass ends the last block; nil: none
	next          int   // bucket to hand over
	queue         chan int
	done          chan error
	received      []float32
	sizes, ends   []int // of the blocks of all, and how many those up to each rank's are
	sums          [][]float32
	send, receive [][]byte
	words         []byte // of meet
}

// running is a buffer that follows a statistic.
type running struct {
	name string
	size int
	keep float64
}

func newRanks(g dist.Group, how Reduction) (*ranks, error) {
	if g == nil {
		return nil, nil
	}
	r := &ranks{Group: g, rank: g.Rank(), size: g.Size(), fast: how == Fast && g.Size() > 1}
	if r.fast {
		r.adder, _ = g.(dist.AllReducer)
	}
	if r.rank < 0 || r.rank >= r.size {
		return nil, fmt.Errorf("the group has a member of rank %d, and there are %d", r.rank, r.size)
	}
	r.send, r.receive, r.words, r.ends = make([][]byte, r.size), make([][]byte, r.size), make([]byte, r.size), make([]int, r.size)
	return r, nil
}

// span is the part of n things in a row that a rank has; the first ranks have one
// more where they do not divide.
func (r *ranks) span(n, rank int) (from, to int) {
	each, more := n/r.size, n%r.size
	from = rank*each + min(rank, more)
	to = from + each
	if rank < more {
		to++
	}
	return from, to
}

// begin makes ready for an update of so many micro-batches.
func (r *ranks) begin(all int) {
	r.all = all
	r.first, r.last = r.span(all, r.rank)
}

// gather brings together what each rank has of all: where(rank) is what it has.
func gather[T float32 | float64](r *ranks, all []T, where func(rank int) (from, to int)) error {
	from, to := where(r.rank)
	for rank := range r.size {
		r.send[rank] = rawbytes.Of(all[from:to])
		a, b := where(rank)
		r.receive[rank] = rawbytes.Of(all[a:b])
	}
	return r.exchange()
}

func (r *ranks) exchange() error {
	if err := r.AllToAll(r.send, r.receive); err != nil {
		return fmt.Errorf("train: rank %d of %d: %w", r.rank, r.size, err)
	}
	return nil
}

// SharedMicroBatch is Config.MicroBatch with a Group where it is not given, by
// Config.BatchSize alone: a sixteenth of the batch, so that as many ranks have work, of
// 8 rows or more, to be worth a call, and at most [MostMicroBatch].
func SharedMicroBatch(batch int) int {
	if batch == All {
		return MostMicroBatch
	}
	return min(max(8, (batch+15)/16), MostMicroBatch)
}

// MostMicroBatch is Config.MicroBatch without a Group where it is not given.
const MostMicroBatch = 1024

// divide decides who makes updates of size rows.
func (t *Trainer) divide(size int) error {
	t.ranks.together, t.ranks.stopping = size > t.cfg.MicroBatch, false
	switch {
	case t.counted:
		return errors.New("train: this run was begun by an earlier version, which added micro-batches up one after the other; it goes on without a group alone")
	case !t.writes():
	case t.ranks.fast:
		t.cfg.Logger.Info("gradients are added up fast: the bits of weights depend on the number of ranks", "ranks", t.ranks.size)
	case t.parts < t.ranks.size:
		t.cfg.Logger.Warn("some ranks have no work, for which a larger batch or smaller micro-batches would be needed",
			"micro-batches", t.parts, "rows", t.cfg.MicroBatch, "ranks", t.ranks.size)
	}
	return nil
}

// writes reports whether files are written here.
func (t *Trainer) writes() bool { return t.ranks == nil || t.ranks.rank == 0 }

// together reports whether an update is made by all ranks.
func (t *Trainer) together() bool { return t.ranks != nil && t.ranks.together }

// ownRows returns those rows of an update that are this rank's.
func (t *Trainer) ownRows(rows []int) []int {
	n := len(rows)
	all, _ := t.cut(n, t.cfg.MicroBatch)
	r := t.ranks
	r.begin(all)
	from, to := r.first*t.cfg.MicroBatch, r.last*t.cfg.MicroBatch
	switch {
	case r.first == r.last:
		return rows[:0]
	case r.last == r.all:
		to = n
	}
	return rows[from:to]
}

// open makes ready to add up what this rank has of an update.
func (r *ranks) open() {
	r.terms = grown(r.terms, r.all)
	clear(r.terms)
	r.own, r.ownStat, r.full = 0, 0, 0
	r.blocks = r.blocksOf(r.blocks[:0], r.rank)
}

// grown returns v with n elements.
func grown[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}

// addTerm takes in the next term of the loss.
func (r *ranks) addTerm(term float64) {
	r.terms[r.first+r.own] = term
	r.own++
}

// bringLosses brings the terms of the loss together.
func (r *ranks) bringLosses() error {
	return gather(r, r.terms, func(rank int) (int, int) { return r.span(r.all, rank) })
}

// nonfinite is the first micro-batch whose term of the loss is not finite, -1 if all
// are.
func (r *ranks) nonfinite() int {
	return slices.IndexFunc(r.terms, func(term float64) bool { return math.IsNaN(term) || math.IsInf(term, 0) })
}

// rankOf is the rank that has a micro-batch.
func (r *ranks) rankOf(micro int) int {
	for rank := range r.size {
		if _, to := r.span(r.all, rank); micro < to {
			return rank
		}
	}
	return r.size
}

// statistics are the numbers of all running buffers, of one micro-batch.
func (r *ranks) statistics() int {
	n := 0
	for _, b := range r.running {
		n += b.size
	}
	return n
}

// addStatistics takes in those of the micro-batch that p has run.
func (r *ranks) addStatistics(p *program) {
	n := r.statistics()
	r.stats = grown(r.stats, n*r.all)
	for i := range r.running {
		term := p.StageOutput(stageForward, outTerms+i)
		r.ownStat += copy(r.stats[n*r.first+r.ownStat:], term)
	}
}

// follow lets the running buffers follow all micro-batches of the update, in their order.
func (r *ranks) follow(value func(name string) []float32) error {
	n := r.statistics()
	if n == 0 {
		return nil
	}
	r.stats = grown(r.stats, n*r.all)
	if err := gather(r, r.stats, func(rank int) (int, int) {
		from, to := r.span(r.all, rank)
		return n * from, n * to
	}); err != nil {
		return err
	}
	terms := r.stats
	for range r.all {
		for _, b := range r.running {
			keep := float32(b.keep)
			v := value(b.name)
			for i, term := range terms[:b.size] {
				v[i] = float32(keep*v[i]) + term
			}
			terms = terms[b.size:]
		}
	}
	return nil
}
