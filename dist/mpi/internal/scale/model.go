package main

import (
	"math"

	"descent/internal/pairwise"
)

// network is what connects ranks.
type network struct {
	Name      string
	Latency   float64 // seconds from one process to another, of a message of a few bytes
	Overhead  float64 // seconds that a process takes to send a message and to receive one
	Bandwidth float64 // bytes a second out of a rank, and as many into it
}

// load is what an update of a network is.
type load struct {
	Parameters int
	Statistics int     // numbers of a micro-batch that running averages follow
	Micro      float64 // seconds of one micro-batch on a rank: forward pass, backward pass, adding up
	Rest       float64 // seconds of a rank that do not depend on how many it has: the update of the weights, copies
}

// traffic is what a rank exchanges in an update, the one that has most to.
type traffic struct {
	Calls int     // of AllToAll
	Bytes float64 // sent or received, whichever is more, call by call
}

// exchanged is the traffic of an update of all micro-batches by so many ranks, as package train
// divides it: a word that each goes on, the terms of the loss, those of running
// statistics, sums of gradients by blocks of the tree over all micro-batches, each to the
// rank that adds up that part, and the parts to all.
func (l load) exchanged(ranks, micro int) (t traffic) {
	if ranks == 1 {
		return t
	}
	call := func(sent, received func(rank int) float64) {
		most := 0.0
		for rank := range ranks {
			most = max(most, sent(rank), received(rank))
		}
		t.Calls++
		t.Bytes += most
	}
	n := float64(ranks)
	others := (n - 1) / n
	has := func(rank int) (from, to int) {
		each, more := micro/ranks, micro%ranks
		from = rank*each + min(rank, more)
		to = from + each
		if rank < more {
			to++
		}
		return from, to
	}
	gathered := func(size func(rank int) float64) { // what each rank has goes to all
		all := 0.0
		for rank := range ranks {
			all += size(rank)
		}
		call(func(rank int) float64 { return size(rank) * (n - 1) }, func(rank int) float64 { return all - size(rank) })
	}
	of := func(bytes float64) func(int) float64 { // a micro-batch
		return func(rank int) float64 { from, to := has(rank); return bytes * float64(to-from) }
	}
	gathered(func(int) float64 { return 1 })
	gathered(of(8))
	if l.Statistics > 0 {
		gathered(of(4 * float64(l.Statistics)))
	}
	bytes := 4 * float64(l.Parameters)
	blocks, all := make([]float64, ranks), 0.0
	for rank := range ranks {
		from, to := has(rank)
		blocks[rank] = float64(len(pairwise.Blocks(nil, from, to)))
		all += blocks[rank]
	}
	call(func(rank int) float64 { return blocks[rank] * bytes * others }, func(rank int) float64 { return (all - blocks[rank]) * bytes / n })
	gathered(func(int) float64 { return bytes / n })
	return t
}

// exchange is how long that takes: each call begins with a barrier, in as many rounds as the number of
// ranks has bits, and then every rank sends every other one a message.
func (w network) exchange(ranks int, t traffic) float64 {
	if ranks == 1 {
		return 0
	}
	rounds := math.Ceil(math.Log2(float64(ranks)))
	return float64(t.Calls)*((rounds+1)*w.Latency+float64(ranks-1)*w.Overhead) + t.Bytes/w.Bandwidth
}

// step is how long an update of so many micro-batches takes so many ranks, each of which computes as
// fast as cores of the one that was measured. One rank with one micro-batch adds up nothing, which makes little of a difference.
func (l load) step(w network, ranks, micro int, cores float64) float64 {
	own := float64((micro+ranks-1)/ranks)*l.Micro + l.Rest
	return own/cores + w.exchange(ranks, l.exchanged(ranks, micro))
}

// growing is the efficiency where every rank has so many micro-batches, however many ranks there are: the time of one
// rank alone by that of an update.
func (l load) growing(w network, ranks, each int, cores float64) float64 {
	return l.step(w, 1, each, cores) / l.step(w, ranks, ranks*each, cores)
}

// dividing is by what factor an update of so many micro-batches is faster on so many ranks than on one.
func (l load) dividing(w network, ranks, micro int, cores float64) float64 {
	return l.step(w, 1, micro, cores) / l.step(w, ranks, micro, cores)
}

// networks are usual ones, with latencies of TCP through the kernel, or of InfiniBand without it. Where both ends send at once,
// Open MPI's TCP has half of what the link has each way (bench/SCALE.md).
var networks = []network{
	{"1 Gb/s Ethernet", 50e-6, overTCP, 1e9 / 8 / 2},
	{"10 Gb/s Ethernet", 25e-6, overTCP, 10e9 / 8 / 2},
	{"25 Gb/s Ethernet", 20e-6, overTCP, 25e9 / 8 / 2},
	{"100 Gb/s Ethernet", 15e-6, overTCP, 100e9 / 8 / 2},
	{"100 Gb/s InfiniBand", 2e-6, 0.5e-6, 100e9 / 8 * 0.9},
}

// overTCP is taken for what a message takes a process over TCP: two ranks do not tell it from latency.
const overTCP = 4e-6
