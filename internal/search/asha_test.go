package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// jobs runs a search over made-up costs, in which configuration i costs
// (i·7 mod n), with random pauses, and returns the jobs in the order decided.
func jobs(t *testing.T, n, factor, rungs, lag, side int) []Job {
	t.Helper()
	h := NewHalving(n, factor, rungs)
	var mu sync.Mutex
	running, most := 0, 0
	err := Run(context.Background(), h, lag, side, func(_ context.Context, j Job) (Cost, error) {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
		mu.Lock()
		running--
		mu.Unlock()
		return Cost{float64(j.Config * 7 % n)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if most > min(lag, side) {
		t.Errorf("%d jobs at once, want at most %d", most, min(lag, side))
	}
	var all []Job
	for k, r := range h.rungs {
		for _, c := range r.configs {
			all = append(all, Job{c, k})
		}
	}
	return all
}

func TestHalvingDoesNotDependOnTime(t *testing.T) {
	for _, lag := range []int{1, 2, 8} {
		first := jobs(t, 27, 3, 3, lag, 1)
		for _, side := range []int{2, 3, 8, 16} {
			if again := jobs(t, 27, 3, 3, lag, side); !slices.Equal(again, first) {
				t.Fatalf("lag %d: jobs %v, and then %v", lag, first, again)
			}
		}
	}
}

// TestHalvingPromotesTheBest asks for the properties of algorithm 2: each rung
// has at least a third of the one below, and the best configuration, of cost 0,
// gets to the top.
func TestHalvingPromotesTheBest(t *testing.T) {
	for _, lag := range []int{1, 4} {
		counts := map[int]int{}
		top := map[int]bool{}
		for _, j := range jobs(t, 27, 3, 3, lag, 2) {
			counts[j.Rung]++
			if j.Rung == 2 {
				top[j.Config] = true
			}
		}
		if counts[0] != 27 || counts[1] < 9 || counts[1] > 18 || counts[2] < 3 {
			t.Errorf("lag %d: %v jobs at the rungs; want 27, 9 or some more, and 3 or some more", lag, counts)
		}
		if !top[0] {
			t.Errorf("lag %d: the best configuration did not get to the top: %v", lag, top)
		}
	}
}

// TestHalvingByHand follows nine configurations, told one by one, whose costs
// fall: each third promotes the newest.
func TestHalvingByHand(t *testing.T) {
	h := NewHalving(6, 3, 2)
	var got []Job
	for j, ok := h.Next(); ok; j, ok = h.Next() {
		got = append(got, j)
		h.Tell(j, Cost{float64(-j.Config)})
	}
	want := []Job{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {3, 0}, {3, 1}, {4, 0}, {4, 1}, {5, 0}, {5, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("jobs %v, want %v", got, want)
	}
}

func TestRunStopsAtAnError(t *testing.T) {
	wrong := errors.New("wrong")
	err := Run(context.Background(), NewHalving(100, 3, 1), 4, 4, func(ctx context.Context, j Job) (Cost, error) {
		if j.Config == 10 {
			return Cost{}, wrong
		}
		if j.Config > 13 {
			t.Errorf("job %d began after one had failed", j.Config)
		}
		return Cost{}, ctx.Err()
	})
	if !errors.Is(err, wrong) {
		t.Errorf("error %v, want %v", err, wrong)
	}
}

func TestEach(t *testing.T) {
	var mu sync.Mutex
	done := map[int]bool{}
	err := Each(context.Background(), 20, 3, func(_ context.Context, i int) error {
		mu.Lock()
		defer mu.Unlock()
		done[i] = true
		return nil
	})
	if err != nil || len(done) != 20 {
		t.Errorf("%d of 20 done, error %v", len(done), err)
	}
	wrong := errors.New("wrong")
	err = Each(context.Background(), 20, 2, func(ctx context.Context, i int) error {
		if i == 5 {
			return fmt.Errorf("%d: %w", i, wrong)
		}
		return ctx.Err()
	})
	if !errors.Is(err, wrong) {
		t.Errorf("error %v, want %v", err, wrong)
	}
	ended, stop := context.WithCancel(context.Background())
	stop()
	if err := Each(ended, 3, 2, func(context.Context, int) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a context that has ended", err)
	}
}
