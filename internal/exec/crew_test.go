package exec

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestCrewFindsTheBest runs crews on machines on which a run takes some time
// for each number of workers, with noise, and checks that most runs have the
// best.
func TestCrewFindsTheBest(t *testing.T) {
	for _, c := range []struct {
		name       string
		time       func(workers int) int // ns
		most, best int
	}{
		{"scales", func(n int) int { return 8000 / n }, 6, 6},
		{"waits", func(n int) int { return 2000 * n }, 6, 1},
		{"best at some", func(n int) int { return 12000/n + 1000*n }, 12, 3},
		{"two are better", func(n int) int { return 3000 / n }, 2, 2},
		{"one is better", func(n int) int { return 3000 + 1000*n }, 2, 1},
		{"one core", func(int) int { return 3000 }, 1, 1},
	} {
		random := rand.New(rand.NewPCG(1, 2))
		crew := newCrew(c.most)
		least := time.Duration(c.time(c.best))
		var spent time.Duration
		const runs = 4000
		for range runs {
			d := time.Duration(c.time(crew.size))
			d += d * time.Duration(random.IntN(20)) / 1000
			if random.IntN(50) == 0 {
				d *= 3
			}
			spent += d
			crew.ran(d)
		}
		for crew.before != 0 { // a trial
			crew.ran(time.Duration(c.time(crew.size)))
		}
		if crew.size != c.best {
			t.Errorf("%s: ends with %d workers, %d is best", c.name, crew.size, c.best)
		}
		if mean := spent / runs; mean > least*110/100 { // noise is 5 of that
			t.Errorf("%s: a run takes %v, with %d workers %v", c.name, mean, c.best, least)
		}
	}
}

// TestCrewFollowsTheMachine checks that a crew changes when the machine does.
func TestCrewFollowsTheMachine(t *testing.T) {
	crew := newCrew(2)
	near := func() time.Duration { return 2000 / time.Duration(crew.size) }
	far := func() time.Duration { return 2000 * time.Duration(crew.size) }
	for i, machine := range []func() time.Duration{near, far, near} {
		for range 2 * lastGap {
			crew.ran(machine())
		}
		if want := 2 - i%2; crew.size != want {
			t.Errorf("in state %d: %d workers, want %d", i, crew.size, want)
		}
	}
}
