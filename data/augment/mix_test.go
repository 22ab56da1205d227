package augment

import (
	"math"
	"testing"

	"descent/internal/rng"
)

func TestAugmentStatistics(t *testing.T) {
	const n = 20000
	key := rng.Key{Seed: 1, Stream: rng.Stream("augment")}
	flips, offsets := 0, make([]int, 9)
	for row := range n {
		d := drawn{key, row * drawsPerRow}
		if d.uniform(drawFlip) < 0.5 {
			flips++
		}
		offsets[d.below(drawCropY, 9)]++
	}
	if dev := math.Abs(float64(flips) - n/2); dev > 5*math.Sqrt(n)/2 {
		t.Errorf("%d of %d flips", flips, n)
	}
	for i, count := range offsets {
		if dev := math.Abs(float64(count) - n/9.0); dev > 5*math.Sqrt(n/9.0*8/9) {
			t.Errorf("offset %d comes %d times of %d", i-4, count, n)
		}
	}
	for _, alpha := range []float64{0.05, 0.2, 1, 4} {
		var sum, squares, fourth float64
		for row := range n {
			b := drawn{rng.Key{Seed: 2}, row * mixPerRow}.beta(alpha)
			if !(b >= 0 && b <= 1) {
				t.Fatalf("Beta(%v) drew %v", alpha, b)
			}
			sum += b
			squares += (b - 0.5) * (b - 0.5)
			fourth += math.Pow(b-0.5, 4)
		}
		want := 1 / (4 * (2*alpha + 1)) // the variance
		if math.Abs(sum/n-0.5) > 5*math.Sqrt(want/n) {
			t.Errorf("Beta(%v) has mean %v", alpha, sum/n)
		}
		if se := math.Sqrt((fourth/n - want*want) / n); math.Abs(squares/n-want) > 5*se {
			t.Errorf("Beta(%v) has variance %v, want %v", alpha, squares/n, want)
		}
	}
}
