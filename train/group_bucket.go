package train

import (
	"descent/internal/pairwise"
	"descent/internal/rawbytes"
)

// The gradient goes to those who add it up in buckets, the last layers first, as a
// backward pass ends with the first ones: while the last of a rank's micro-batches
// is on its way back, a goroutine exchanges what is behind it.

// bucket is some trained parameters, and who adds up what of them.
type bucket struct {
	layout
	params []int
	sent   []float32 // blocks of this rank, by the rank that adds up
}

// Buckets are an eighth of the gradient or more, and so many numbers.
const (
	mostBuckets = 8
	leastBucket = 16 * 1024
)

// divideGradient makes the buckets of parameters of such sizes, which follow from these alone.
func (r *ranks) divideGradient(sizes []int) {
	least := 0
	for _, n := range sizes {
		least += n
	}
	least = max(leastBucket, (least+mostBuckets-1)/mostBuckets)
	r.buckets = nil
	for end := len(sizes); end > 0; {
		first, n := end, 0
		for first > 0 && n < least {
			first--
			n += sizes[first]
		}
		b := bucket{}
		pieces := make([][]piece, r.size)
		for i := first; i < end; i++ {
			b.params = append(b.params, i)
		}
		for rank, list := range r.layout.pieces {
			for _, p := range list {
				if p.param >= first && p.param < end {
					pieces[rank] = append(pieces[rank], p)
				}
			}
		}
		b.layout = newLayout(pieces)
		r.buckets, end = append(r.buckets, b), first
	}
}

// exchanging runs the goroutine that exchanges buckets, until the function that it returns is
// called. Meanwhile the group is its own from the first bucket of an update to the last.
func (t *Trainer) exchanging() (end func()) {
	r := t.ranks
	r.queue, r.done = make(chan int, len(r.buckets)), make(chan error, 1)
	go func(queue <-chan int, done chan<- error) {
		var err error
		for i := range queue {
			if err == nil {
				err = r.add(&r.buckets[i], t.accumulated, &t.tree)
			}
			if i == len(r.buckets)-1 {
				done <- err
			}
		}
	}(r.queue, r.done)
	return func() { close(r.queue) }
}

// passed hands over the buckets that are ready after a wave of a backward pass.
func (r *ranks) passed(wave int) {
	for r.next < len(r.ready) && r.ready[r.next] <= wave {
		r.queue <- r.next
		r.next++
	}
}

// finish hands over the buckets that are left, and waits for the last.
func (r *ranks) finish() error {
	for ; r.next < len(r.buckets); r.next++ {
		r.queue <- r.next
	}
	r.next, r.ready = 0, nil
	return <-r.done
}

// put takes in the gradient of a block that is not the last.
func (r *ranks) put(parts [][]float32) {
	for i := range r.buckets {
		r.fill(&r.buckets[i], parts)
	}
	r.full++
}

// fill takes in what a bucket has of the gradient of a block.
func (r *ranks) fill(b *bucket, parts [][]float32) {
	b.sent = grown(b.sent, b.starts[r.size]*len(r.blocks))
	for rank, list := range b.pieces {
		from, to := b.span(rank)
		at := from*len(r.blocks) + r.full*(to-from)
		for _, p := range list {
			at += copy(b.sent[at:], parts[p.param][p.from:p.to])
		}
	}
}

// add sets what this rank adds up of a bucket to the gradient of all micro-batches. The last
// block is in parts, but for what tree holds.
func (r *ranks) add(b *bucket, parts [][]float32, tree *pairwise.Tree[float32]) error {
	if len(r.blocks) > 0 {
		for _, i := range b.params {
			tree.Part(i, parts[i], false)
		}
	}
	if r.adder != nil {
		return r.reduce(b, parts) // which is zero without a block
	}
	if len(r.blocks) > 0 {
		r.fill(b, parts)
	}
	low, high := b.span(r.rank)
	width := high - low
	r.sizes = r.sizes[:0]
	for rank := range r.size {
		r.sizes = r.blocksOf(r.sizes, rank)
		r.ends[rank] = len(r.sizes)
	}
	r.received = grown(r.received, width*len(r.sizes))
	r.sums = grown(r.sums, len(r.sizes))
	for i := range r.sums {
		r.sums[i] = r.received[i*width : (i+1)*width]
	}
	start := 0 // of the blocks of a rank
	for rank, end := range r.ends {
		from, to := b.span(rank)
		send, receive := b.sent[from*len(r.blocks):to*len(r.blocks)], r.received[start*width:end*width]
		if rank == r.rank {
			copy(receive, send)
		}
		r.send[rank], r.receive[rank] = rawbytes.Of(send), rawbytes.Of(receive)
		start = end
	}
	if err := r.exchange(); err != nil {
		return err
	}
	if r.fast { // a tree over ranks
		for i := range r.sizes {
			r.sizes[i] = 1
		}
	}
	pairwise.Join(r.sizes, r.sums)
	at := 0
	for _, p := range b.pieces[r.rank] {
		at += copy(parts[p.param][p.from:p.to], r.sums[0][at:])
	}
	return nil
}
