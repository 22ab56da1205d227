package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"descent/data"
	"descent/dist"
	"descent/internal/pairwise"
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
	together   bool         // updates are made of micro-batches of all ranks; else each makes all of them
	stopping   bool         // the loop is left since training ends well
	within     func() error // of ctx.Err of the loop
	validation data.Source  // of Fit

	all         int // micro-batches of the update
	first, last int // those of this rank, without last

	terms   []float64 // of the loss, by micro-batch
	own     int       // of them that are there of this rank
	running []running // buffers that follow statistics
	stats   []float32 // terms of these buffers, by micro-batch
	ownStat int       // numbers of them that are there of this rank

	blocks         []int     // sizes of this rank's
	full           int       // of them that are added up
	gradient       []float32 // the variables of the gradient, one behind the other
	sent, received []float32
	sizes, ends    []int // of the blocks of all, and how many those up to each rank's are
	sums           [][]float32
	send, receive  [][]byte
	words          []byte // of meet
}

// running is a buffer that follows a statistic.
type running struct {
	name string
	size int
	keep float64
}

func newRanks(g dist.Group) (*ranks, error) {
	if g == nil {
		return nil, nil
	}
	r := &ranks{Group: g, rank: g.Rank(), size: g.Size()}
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

// bytesOf is the memory of numbers.
func bytesOf[T float32 | float64](v []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(*new(T))))
}

// gather brings together what each rank has of all: where(rank) is what it has.
func gather[T float32 | float64](r *ranks, all []T, where func(rank int) (from, to int)) error {
	from, to := where(r.rank)
	for rank := range r.size {
		r.send[rank] = bytesOf(all[from:to])
		a, b := where(rank)
		r.receive[rank] = bytesOf(all[a:b])
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
	case t.parts < t.ranks.size:
		t.cfg.Logger.Warn("an update has fewer micro-batches than there are ranks; some have nothing to do, or all do the same",
			"micro-batches", t.parts, "ranks", t.ranks.size, "rows of one", t.cfg.MicroBatch)
	}
	return nil
}

// What a rank says of itself before an update.
const (
	goesOn      = iota
	interrupted // its ctx has ended
	stopped     // training has ended well there
	left        // the loop was left
)

// meet tells the others that this rank goes on, or not, and returns why it cannot
// when another one does not.
func (r *ranks) meet(word byte) error {
	for rank := range r.size {
		r.send[rank] = r.words[r.rank : r.rank+1]
		r.receive[rank] = r.words[rank : rank+1]
	}
	r.words[r.rank] = word
	if err := r.exchange(); err != nil || word == stopped || word == left {
		return err
	}
	ended := -1
	for rank, other := range r.words {
		switch other {
		case stopped:
			return errStopped
		case left:
			return fmt.Errorf("train: rank %d: %w", rank, ErrLeft)
		case interrupted:
			ended = rank
		}
	}
	switch {
	case word == interrupted:
		return fmt.Errorf("train: %w: %w", ErrInterrupted, r.within())
	case ended >= 0:
		return fmt.Errorf("train: %w on rank %d", ErrInterrupted, ended)
	}
	return nil
}

// next meets the others before an update.
func (r *ranks) next() error {
	if r.within() != nil {
		return r.meet(interrupted)
	}
	return r.meet(goesOn)
}

// patient is ctx, but for a member of a group: its end is looked at between updates
// alone, as all leave together.
func (t *Trainer) patient(ctx context.Context) context.Context {
	if t.ranks == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// leave tells the others that the loop over updates was left before its end.
func (t *Trainer) leave() {
	if t.ranks == nil || t.enough() || t.epoch >= t.first+t.cfg.Epochs {
		return
	}
	word := byte(left)
	if t.ranks.stopping {
		word = stopped
	}
	_ = t.ranks.meet(word) // whoever waits for this rank has an error already
}

// abort tells the others of an error that ends training here; not of one that all
// ranks come to alike.
func (t *Trainer) abort(err error) {
	if t.ranks != nil && !errors.Is(err, ErrDiverged) && !errors.Is(err, ErrInterrupted) {
		t.ranks.Abort(err)
	}
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
	r.blocks = pairwise.Blocks(r.blocks[:0], r.first, r.last)
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

// put takes in the gradient of a block, which parts make up.
func (r *ranks) put(parts [][]float32) {
	at := 0
	for _, part := range parts {
		at += len(part)
	}
	r.gradient = grown(r.gradient, at)
	r.sent = grown(r.sent, at*len(r.blocks))
	at = 0
	for _, part := range parts {
		at += copy(r.gradient[at:], part)
	}
	for rank := range r.size {
		from, to := r.span(len(r.gradient), rank)
		copy(r.sent[from*len(r.blocks)+r.full*(to-from):], r.gradient[from:to])
	}
	r.full++
}

// add sets parts to the gradient of all micro-batches.
func (r *ranks) add(parts [][]float32) error {
	n := 0
	for _, part := range parts {
		n += len(part)
	}
	r.gradient = grown(r.gradient, n)
	low, high := r.span(n, r.rank)
	width := high - low
	r.sizes = r.sizes[:0]
	for rank := range r.size {
		from, to := r.span(r.all, rank)
		r.sizes = pairwise.Blocks(r.sizes, from, to)
		r.ends[rank] = len(r.sizes)
	}
	r.received = grown(r.received, width*len(r.sizes))
	r.sums = grown(r.sums, len(r.sizes))
	for i := range r.sums {
		r.sums[i] = r.received[i*width : (i+1)*width]
	}
	start := 0 // of the blocks of a rank
	for rank, end := range r.ends {
		from, to := r.span(n, rank)
		send, receive := r.sent[from*len(r.blocks):to*len(r.blocks)], r.received[start*width:end*width]
		if rank == r.rank {
			copy(receive, send)
		}
		r.send[rank], r.receive[rank] = bytesOf(send), bytesOf(receive)
		start = end
	}
	if err := r.exchange(); err != nil {
		return err
	}
	pairwise.Join(r.sizes, r.sums)
	copy(r.gradient[low:high], r.sums[0])
	if err := gather(r, r.gradient, func(rank int) (int, int) { return r.span(n, rank) }); err != nil {
		return err
	}
	at := 0
	for _, part := range parts {
		at += copy(part, r.gradient[at:])
	}
	return nil
}
