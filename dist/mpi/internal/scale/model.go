package main

import (
	"math/bits"

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
	Buckets    int     // that the gradient is exchanged in
	Micro      float64 // seconds of one micro-batch on a rank: forward pass, backward pass, adding up
	Rest       float64 // seconds of a rank that do not depend on how many it has: the update of the weights, copies
}

// traffic is what ranks exchange in an update.
type traffic struct {
	Calls int     // of AllToAll
	Bytes float64 // that the busiest rank of each sends or receives, whichever is more
}

// least is the smallest part of a parameter that has an owner of its own.
const least = 16384

// exchanged is the traffic of an update of all micro-batches by so many ranks, as package train
// divides it: a word that each goes on; the terms of the loss; those of running statistics; in buckets, sums of
// gradients by blocks of the tree over all micro-batches, each to the rank that owns that part; those of the
// gradient's norm, which are few; and the parameters, from their owners to all.
func (l load) exchanged(ranks, micro int) (t traffic) {
	if ranks == 1 {
		return t
	}
	n := float64(ranks)
	call := func(sent, received float64) {
		t.Calls++
		t.Bytes += max(sent, received)
	}
	mostMicro := float64((micro + ranks - 1) / ranks)
	gathered := func(most, all float64) { call(most*(n-1), all-all/n) } // what each rank has goes to all
	gathered(1, n)
	gathered(8*mostMicro, 8*float64(micro))
	if l.Statistics > 0 {
		bytes := 4 * float64(l.Statistics)
		gathered(bytes*mostMicro, bytes*float64(micro))
	}
	mostBlocks, all := 0.0, 0.0
	for rank := range ranks {
		each, more := micro/ranks, micro%ranks
		from := rank*each + min(rank, more)
		to := (rank+1)*each + min(rank+1, more)
		blocks := float64(len(pairwise.Blocks(nil, from, to)))
		mostBlocks, all = max(mostBlocks, blocks), all+blocks
	}
	owned := func(parameters float64) float64 { return max(parameters/n, min(parameters, least)) } // by the rank that owns most
	p := float64(l.Parameters)
	for range l.Buckets {
		b := p / float64(l.Buckets)
		call(4*mostBlocks*b*(n-1)/n, 4*(all-all/n)*owned(b))
	}
	gathered(0, 0)
	gathered(4*owned(p), 4*p)
	return t
}

// exchange is how long that takes: each call begins with a barrier, in as many rounds as the number of
// ranks has bits, and then every rank sends every other one a message.
func (w network) exchange(ranks int, t traffic) float64 {
	if ranks == 1 {
		return 0
	}
	rounds := bits.Len(uint(ranks - 1))
	return float64(t.Calls)*(float64(rounds+1)*w.Latency+float64(ranks-1)*w.Overhead) + t.Bytes/w.Bandwidth
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
