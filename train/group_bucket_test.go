package train

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"descent/data"
	"descent/dist"
	"descent/nn"
)

// slow is a member whose exchanges begin late, by so long a byte that it sends.
type slow struct {
	dist.Group
	begun *atomic.Int64
	byte  time.Duration
}

func (s slow) AllToAll(send, receive [][]byte) error {
	s.begun.Add(1)
	n := 0
	for rank, b := range send {
		if rank != s.Rank() {
			n += len(b)
		}
	}
	time.Sleep(time.Duration(n) * s.byte)
	return s.Group.AllToAll(send, receive)
}

// deep is a network whose gradient takes several buckets.
func deep() nn.Layer {
	return nn.Sequential{nn.Flatten{}, nn.Dense{Units: 256}, nn.ReLU, nn.Dense{Units: 256}, nn.ReLU, nn.Dense{Units: 256}, nn.ReLU, nn.Dense{Units: 10}}
}

// inDeep runs members that train deep, and hands each trainer over before its second update.
func inDeep(t testing.TB, n, micro, updates int, member func(g dist.Group) dist.Group, change func(t *Trainer)) {
	digits := data.Digits()
	var all sync.WaitGroup
	for _, g := range dist.Local(n) {
		all.Go(func() {
			trainer, err := New(deep(), digits.Spec(), Config{Group: member(g), BatchSize: n * micro, MicroBatch: micro, Workers: 1, MaxUpdates: updates, Epochs: 1000})
			if err != nil {
				g.Abort(err)
				t.Error(err)
				return
			}
			defer trainer.Close()
			for step, err := range trainer.Steps(context.Background(), digits) {
				if err != nil {
					t.Error(err)
					return
				}
				if step.Update == 1 {
					change(trainer)
				}
			}
		})
	}
	all.Wait()
}

// TestBuckets: the gradient falls into buckets of whole parameters, the last ones first.
func TestBuckets(t *testing.T) {
	for _, sizes := range [][]int{{5}, {1 << 20, 3, 1 << 20}, {100, 100, 100}, {40000, 20000, 3, 20000, 20000}} {
		r := &ranks{size: 3, words: make([]byte, 3)}
		l := r.evenly(sizes)
		r.layout = &l
		r.divideGradient(sizes)
		last, total := len(sizes), make([]int, len(sizes))
		for _, b := range r.buckets {
			for i, p := range b.params {
				if want := last - len(b.params) + i; p != want {
					t.Errorf("%v: a bucket has parameter %d where %d is next", sizes, p, want)
				}
			}
			last -= len(b.params)
			for _, list := range b.pieces {
				for _, p := range list {
					total[p.param] += p.to - p.from
				}
			}
		}
		for i, n := range sizes {
			if total[i] != n {
				t.Errorf("%v: of parameter %d ranks add up %d elements", sizes, i, total[i])
			}
		}
		if last != 0 || len(r.buckets) > mostBuckets+1 {
			t.Errorf("%v: %d buckets leave %d parameters", sizes, len(r.buckets), last)
		}
	}
}

// TestOverlap: the exchange of the last layers' gradient begins before the backward pass has come to
// the first ones, in each update. Here that waits for it, and would wait for ever.
func TestOverlap(t *testing.T) {
	const updates = 5
	var early atomic.Int64
	inDeep(t, 2, 16, updates, func(g dist.Group) dist.Group { return slow{Group: g, begun: new(atomic.Int64)} }, func(trainer *Trainer) {
		r := trainer.ranks
		if len(r.buckets) < 3 {
			t.Errorf("%d buckets: the test says nothing", len(r.buckets))
		}
		begun := r.Group.(slow).begun
		for key, p := range trainer.programs {
			if key.mode != modeShared {
				continue
			}
			p.After(func(wave int) {
				before := begun.Load()
				r.passed(wave)
				if r.ready == nil || wave != r.ready[0] {
					return
				}
				if r.next == len(r.buckets) {
					t.Error("all buckets are ready at once")
				}
				for start := time.Now(); begun.Load() == before; time.Sleep(time.Millisecond) {
					if time.Since(start) > time.Minute {
						t.Error("no exchange begins while the backward pass goes on")
						return
					}
				}
				early.Add(1)
			})
		}
	})
	if got := early.Load(); got != 2*(updates-1) {
		t.Errorf("%d exchanges began early, want %d", got, 2*(updates-1))
	}
}

// BenchmarkOverlap measures updates of two members over a link of 50 MB/s, with buckets that are
// exchanged in the backward pass, and behind it.
func BenchmarkOverlap(b *testing.B) {
	for _, tt := range []struct {
		name   string
		change func(t *Trainer)
	}{
		{"within", func(*Trainer) {}},
		{"behind", func(t *Trainer) {
			for _, p := range t.programs {
				p.After(nil)
			}
		}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			inDeep(b, 2, 512, b.N+1, func(g dist.Group) dist.Group { return slow{g, new(atomic.Int64), 20 * time.Nanosecond} }, func(t *Trainer) {
				tt.change(t)
				if t.ranks.rank == 0 {
					b.ResetTimer()
				}
			})
		})
	}
}

// TestGroupProfile: what each plan of a member is has a name.
func TestGroupProfile(t *testing.T) {
	digits := data.Digits()
	var all sync.WaitGroup
	for _, g := range dist.Local(2) {
		all.Go(func() {
			trainer, err := New(deep(), digits.Spec(), Config{Group: g, BatchSize: 64, MicroBatch: 16, Workers: 1, MaxUpdates: 2, SAM: 0.01, Average: EMA(0.9)})
			if err != nil {
				g.Abort(err)
				t.Error(err)
				return
			}
			defer trainer.Close()
			for _, err := range trainer.Steps(context.Background(), digits) {
				if err != nil {
					t.Error(err)
				}
			}
			for _, plan := range trainer.Profile().Plans {
				if plan.Name == "" {
					t.Error("a plan has no name")
				}
			}
		})
	}
	all.Wait()
}
