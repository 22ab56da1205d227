package crew_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"descent/dist"
	"descent/internal/crew"
)

// hand adds up the ranks by a call of the group, and answers with its own.
type hand struct{ group dist.Group }

func (h hand) Prepare(work []byte) (func() error, error) {
	if string(work) == fmt.Sprint("not ", h.group.Rank()) {
		return nil, errors.New("there is no file")
	}
	return func() error { return meet(h.group) }, nil
}

func (h hand) Do(ctx context.Context, work []byte) ([]byte, error) {
	switch string(work) {
	case "fail":
		return nil, errors.New("there is no file")
	case "wait":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return fmt.Appendf(nil, "%s by %d", work, h.group.Rank()), nil
}

// meet exchanges what each rank is.
func meet(g dist.Group) error {
	send, receive := make([][]byte, g.Size()), make([][]byte, g.Size())
	for rank := range send {
		send[rank], receive[rank] = []byte{byte(g.Rank())}, make([]byte, 1)
	}
	if err := g.AllToAll(send, receive); err != nil {
		return err
	}
	for rank, text := range receive {
		if rank != g.Rank() && text[0] != byte(rank) {
			return fmt.Errorf("rank %d is %d", rank, text[0])
		}
	}
	return nil
}

// led has do lead a group of n, and returns what the followers end with.
func led(t *testing.T, n int, ended func(), ctx func(rank int) context.Context, do func(l *crew.Leader)) (status []int, errs []error) {
	t.Helper()
	status, errs = make([]int, n), make([]error, n)
	var all sync.WaitGroup
	for rank, g := range dist.Local(n) {
		all.Go(func() {
			if rank == 0 {
				l := crew.Lead(g, ended)
				do(l)
				errs[0] = l.End(7)
				return
			}
			c := context.Background()
			if ctx != nil {
				c = ctx(rank)
			}
			status[rank], errs[rank] = crew.Follow(c, g, hand{g})
		})
	}
	over := make(chan struct{})
	go func() { all.Wait(); close(over) }()
	select {
	case <-over:
	case <-time.After(time.Minute):
		t.Fatal("a rank hangs")
	}
	return status, errs
}

// TestCrew: what all do together, what one does, and what fails, one after the other.
func TestCrew(t *testing.T) {
	for n := 1; n <= 4; n++ {
		status, errs := led(t, n, func() { t.Error("nobody has ended") }, nil, func(l *crew.Leader) {
			for range 3 {
				done, err := l.Together([]byte("all"))
				if err == nil {
					err = meet(l.Group())
					done()
				}
				if err != nil {
					t.Error(err)
				}
				var all sync.WaitGroup
				for rank := 1; rank < n; rank++ {
					_, err := l.Together(fmt.Appendf(nil, "not %d", rank))
					if want := fmt.Sprintf("rank %d of %d on ", rank, n); err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), ": there is no file") {
						t.Errorf("error %v", err)
					}
					for i := range 3 {
						all.Go(func() {
							work := fmt.Sprint("piece ", i)
							answer, err := l.Give(context.Background(), rank, []byte(work))
							if want := fmt.Sprintf("%s by %d", work, rank); err != nil || string(answer) != want {
								t.Errorf("answer %q, error %v, want %s", answer, err, want)
							}
						})
					}
					all.Go(func() {
						if _, err := l.Give(context.Background(), rank, []byte("fail")); err == nil || !strings.HasSuffix(err.Error(), ": there is no file") {
							t.Errorf("error %v", err)
						}
						ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
						defer cancel()
						if _, err := l.Give(ctx, rank, []byte("wait")); !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("error %v", err)
						}
					})
				}
				all.Wait()
			}
		})
		if err := errors.Join(errs...); err != nil || slices.ContainsFunc(status[1:], func(s int) bool { return s != 7 }) {
			t.Errorf("%d ranks end with %v, %v", n, status, err)
		}
	}
}

// TestEnded: the leader is told that the ctx of a follower has ended.
func TestEnded(t *testing.T) {
	var told atomic.Int32
	heard := make(chan bool)
	ctx, cancel := context.WithCancel(context.Background())
	led(t, 3, func() { told.Add(1); close(heard) }, func(rank int) context.Context {
		if rank == 2 {
			return ctx
		}
		return context.Background()
	}, func(*crew.Leader) { cancel(); <-heard })
	if n := told.Load(); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// TestAborted: when the group is aborted nobody waits for ever, and all say why.
func TestAborted(t *testing.T) {
	var gone []error
	_, errs := led(t, 3, func() {}, nil, func(l *crew.Leader) {
		time.AfterFunc(20*time.Millisecond, func() { l.Group().Abort(errors.New("the host burns")) })
		_, err := l.Give(context.Background(), 1, []byte("wait"))
		gone = append(gone, err)
		_, err = l.Together([]byte("all"))
		gone = append(gone, err)
	})
	for _, err := range append(gone, errs...) {
		if !errors.Is(err, dist.ErrAborted) || !bytes.Contains([]byte(err.Error()), []byte("the host burns")) {
			t.Errorf("error %v", err)
		}
	}
}
