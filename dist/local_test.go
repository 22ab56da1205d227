package dist_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"descent/dist"
)

// members runs f on each of n members, and returns their errors.
func members(t *testing.T, n int, f func(g dist.Group) error) []error {
	t.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for rank, g := range dist.Local(n) {
		all.Go(func() { errs[rank] = f(g) })
	}
	ended := make(chan struct{})
	go func() {
		all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("a member hangs")
	}
	return errs
}

// entries are n of lengths that a function says.
func entries(n int, length func(rank int) int) [][]byte {
	list := make([][]byte, n)
	for rank := range list {
		list[rank] = make([]byte, length(rank))
	}
	return list
}

// TestAllToAll: everybody gets what the others send, of uneven lengths, round after round.
func TestAllToAll(t *testing.T) {
	for n := 1; n <= 5; n++ {
		length := func(from, to int) int { return (3*from + to) % 4 }
		for _, err := range members(t, n, func(g dist.Group) error {
			own := g.Rank()
			send := entries(n, func(to int) int { return length(own, to) })
			receive := entries(n, func(from int) int { return length(from, own) })
			for round := range 50 {
				for to := range n {
					for i := range send[to] {
						send[to][i] = byte(100*own + 10*to + round + i)
					}
				}
				if err := g.AllToAll(send, receive); err != nil {
					return err
				}
				for from := range n {
					for i, got := range receive[from] {
						want := byte(100*from + 10*own + round + i)
						if from == own {
							want = 0
						}
						if got != want {
							return fmt.Errorf("rank %d has %d from %d, want %d", own, got, from, want)
						}
					}
				}
			}
			return nil
		}) {
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// TestErrors: what goes wrong on one member is an error on all, and on all calls that follow.
func TestErrors(t *testing.T) {
	full := errors.New("the disk is full")
	for want, bad := range map[string]func(g dist.Group) error{
		"rank 1 sends 2 bytes to rank 0, which expects 0": func(g dist.Group) error {
			return g.AllToAll(entries(3, func(int) int { return 2 }), entries(3, func(int) int { return 0 }))
		},
		"rank 1 sends to 2 and receives from 3 of 3 ranks": func(g dist.Group) error {
			return g.AllToAll(make([][]byte, 2), make([][]byte, 3))
		},
		"by rank 1: the disk is full": func(g dist.Group) error {
			g.Abort(full)
			g.Abort(errors.New("again"))
			return g.AllToAll(make([][]byte, 3), make([][]byte, 3))
		},
	} {
		for rank, err := range members(t, 3, func(g dist.Group) error {
			call := func() error { return g.AllToAll(make([][]byte, 3), make([][]byte, 3)) }
			if err := call(); err != nil {
				return err
			}
			first := call
			if g.Rank() == 1 {
				first = func() error { return bad(g) }
			}
			err := first()
			if again := call(); again == nil || err == nil || again.Error() != err.Error() {
				return fmt.Errorf("%v, and then %v", err, again)
			}
			return err
		}) {
			if err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("rank %d: error %v, want %s", rank, err, want)
			}
			if aborted := errors.Is(err, dist.ErrAborted) && errors.Is(err, full); aborted != strings.Contains(want, "disk") {
				t.Errorf("rank %d: %v wraps ErrAborted and the cause: %v", rank, err, aborted)
			}
		}
	}
}

// TestGather: everybody gets what each gives, of any lengths.
func TestGather(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for _, err := range members(t, n, func(g dist.Group) error {
			for round := range 3 {
				all, err := dist.Gather(g, []byte(strings.Repeat("x", g.Rank()*round)))
				if err != nil {
					return err
				}
				for rank, text := range all {
					if string(text) != strings.Repeat("x", rank*round) {
						return fmt.Errorf("rank %d gives %q", rank, text)
					}
				}
			}
			return nil
		}) {
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// TestExchange: each gets what others have for it, of any lengths, and its own entry as it is.
func TestExchange(t *testing.T) {
	text := func(from, to int) string { return strings.Repeat(fmt.Sprint(from, to), (from+2*to)%4) }
	for n := 1; n <= 4; n++ {
		for _, err := range members(t, n, func(g dist.Group) error {
			send := make([][]byte, n)
			for to := range send {
				send[to] = []byte(text(g.Rank(), to))
			}
			received, err := dist.Exchange(g, send)
			if err != nil {
				return err
			}
			for from, got := range received {
				if want := text(from, g.Rank()); string(got) != want {
					return fmt.Errorf("rank %d has %q from %d, want %q", g.Rank(), got, from, want)
				}
			}
			_, err = dist.Exchange(g, send[1:])
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("sends to %d of %d ranks", n-1, n)) {
				return fmt.Errorf("of entries that are too few: %v", err)
			}
			return nil
		}) {
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// another is a group whose other member says what is no length.
type another struct{ dist.Group }

func (another) AllToAll(_, receive [][]byte) error {
	for i := range receive[1] {
		receive[1][i] = 0x20
	}
	return nil
}

// TestExchangeRefuses: what is no length is not made room for.
func TestExchangeRefuses(t *testing.T) {
	_, err := dist.Gather(another{dist.Local(2)[0]}, nil)
	if err == nil || !strings.Contains(err.Error(), "rank 1 gives 2314885530818453536 bytes; it is of another program") {
		t.Error(err)
	}
}
