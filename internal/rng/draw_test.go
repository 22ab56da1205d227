package rng

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// The statistical bounds below are 5 standard errors of the statistic under
// the null; the seeds are fixed, so a pass is a pass for good.

func TestStream(t *testing.T) {
	tests := []struct {
		name string
		want uint64 // FNV-1a, 64 bits, from its authors' test suite
	}{
		{"", 0xcbf29ce484222325},
		{"a", 0xaf63dc4c8601ec8c},
		{"foobar", 0x85944171f73967e8},
	}
	for _, tt := range tests {
		if got := Stream(tt.name); got != tt.want {
			t.Errorf("Stream(%q) = %#x, want %#x", tt.name, got, tt.want)
		}
	}
}

// TestUniformWords derives each element from the published words: the block
// of zeros and the rule (word >> 8)·2⁻²⁴.
func TestUniformWords(t *testing.T) {
	words := []uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}
	got := make([]float32, 4)
	Key{}.Uniform(got, 0)
	for i, w := range words {
		want := float32(math.Ldexp(float64(w>>8), -24))
		if got[i] != want {
			t.Errorf("element %d = %v, want %v", i, got[i], want)
		}
	}
	for i, pair := range [][2]uint32{{words[0], words[1]}, {words[2], words[3]}} {
		bits := uint64(pair[0])<<32 | uint64(pair[1])
		want := math.Ldexp(float64(bits>>12)+0.5, -52)
		if got := (Key{}).Float64(i); got != want {
			t.Errorf("Float64(%d) = %v, want %v", i, got, want)
		}
	}
}

// TestUniformSlices asks that any window of a stream equals the same window
// of the whole: workers may cut a tensor anywhere.
func TestUniformSlices(t *testing.T) {
	const n = 41
	k := Key{Seed: 7, Stream: Stream("dropout"), Draw: 9}
	for _, offset := range []int{0, 1<<34 - 64} { // the last blocks of a stream too
		whole := make([]float32, n)
		k.Uniform(whole, offset)
		for start := range n + 1 {
			for end := start; end <= n; end++ {
				part := make([]float32, end-start)
				k.Uniform(part, offset+start)
				if !slices.Equal(part, whole[start:end]) {
					t.Fatalf("elements %d to %d after %d differ from the whole stream's", start, end, offset)
				}
			}
		}
	}
}

func TestUniformIsUniform(t *testing.T) {
	const n, bins = 1 << 18, 64
	x := make([]float32, n)
	Key{Seed: 1, Stream: 2}.Uniform(x, 0)
	count := make([]float64, bins)
	var serial float64
	for i, v := range x {
		if v < 0 || v >= 1 {
			t.Fatalf("element %d = %v is outside [0, 1)", i, v)
		}
		count[int(v*bins)]++
		if i > 0 {
			serial += (float64(v) - 0.5) * (float64(x[i-1]) - 0.5)
		}
	}
	checkChiSquare(t, "bins", count, n/bins)
	// Products of neighbours have mean 0 and standard deviation 1/12.
	if bound := 5 * math.Sqrt(n) / 12; math.Abs(serial) > bound {
		t.Errorf("sum of products of neighbours = %v, bound %v", serial, bound)
	}
}

func TestFloat64IsOpen(t *testing.T) {
	if got, want := open(0, 0), math.Ldexp(1, -53); got != want {
		t.Errorf("least value %v, want %v", got, want)
	}
	if got, want := open(1<<32-1, 1<<32-1), math.Nextafter(1, 0); got != want {
		t.Errorf("greatest value %v, want %v", got, want)
	}
	k := Key{Seed: 3}
	const n, bins = 1 << 17, 64
	count := make([]float64, bins)
	for i := range n {
		count[int(k.Float64(i)*bins)]++
	}
	checkChiSquare(t, "bins", count, n/bins)
}

func TestNormalMoments(t *testing.T) {
	const n = 1 << 18
	k := Key{Seed: 5, Stream: Stream("init")}
	var m [5]float64 // m[p] = mean of xᵖ
	var pairs, squares float64
	var even float64
	for i := range n {
		x := k.Normal(i)
		for p := 1; p <= 4; p++ {
			m[p] += math.Pow(x, float64(p)) / n
		}
		if i%2 == 0 {
			even = x
		} else { // the two halves of a Box-Muller pair
			pairs += even * x / (n / 2)
			squares += (even*even - 1) * (x*x - 1) / (n / 2)
		}
	}
	root := math.Sqrt(n)
	tests := []struct {
		name            string
		got, want, sdev float64 // sdev of the mean of n draws
	}{
		{"mean", m[1], 0, 1 / root},
		{"second moment", m[2], 1, math.Sqrt(2) / root},
		{"third moment", m[3], 0, math.Sqrt(15) / root},
		{"fourth moment", m[4], 3, math.Sqrt(96) / root},
		{"correlation within pairs", pairs, 0, math.Sqrt2 / root},
		{"correlation of squares within pairs", squares, 0, 2 * math.Sqrt2 / root},
	}
	for _, tt := range tests {
		if math.Abs(tt.got-tt.want) > 5*tt.sdev {
			t.Errorf("%s = %v, want %v ± %v", tt.name, tt.got, tt.want, 5*tt.sdev)
		}
	}
}

// TestNormalDistribution compares the empirical distribution function with
// Φ(x) = ½erfc(-x/√2). The bound is the Kolmogorov-Smirnov quantile at 10⁻⁵.
func TestNormalDistribution(t *testing.T) {
	const n = 1 << 17
	k := Key{Seed: 11}
	x := make([]float64, n)
	for i := range x {
		x[i] = k.Normal(i)
	}
	slices.Sort(x)
	var d float64
	for i, v := range x {
		phi := math.Erfc(-v/math.Sqrt2) / 2
		d = max(d, math.Abs(phi-float64(i)/n), math.Abs(phi-float64(i+1)/n))
	}
	if bound := math.Sqrt(-math.Log(1e-5/2)/2) / math.Sqrt(n); d > bound {
		t.Errorf("Kolmogorov-Smirnov distance %v, bound %v", d, bound)
	}
}

func TestShuffleIsPermutation(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 10, 1000} {
		rows := make([]int, n)
		for i := range rows {
			rows[i] = i
		}
		Key{Seed: 1, Draw: uint32(n)}.Shuffle(rows)
		slices.Sort(rows)
		for i, v := range rows {
			if i != v {
				t.Fatalf("n = %d: sorted row %d is %d", n, i, v)
			}
		}
	}
}

// TestShuffleIsUniform counts all 24 orders of 4 rows, then the pairs
// (row, position) of 12.
func TestShuffleIsUniform(t *testing.T) {
	const each = 2000
	orders := map[string]int{}
	for draw := range 24 * each {
		rows := []int{0, 1, 2, 3}
		Key{Seed: 21, Draw: uint32(draw)}.Shuffle(rows)
		orders[fmt.Sprint(rows)]++
	}
	if len(orders) != 24 {
		t.Fatalf("%d of 24 orders occur", len(orders))
	}
	var count []float64
	for _, c := range orders {
		count = append(count, float64(c))
	}
	checkChiSquare(t, "orders of 4", count, each)

	const n = 12
	positions := make([]float64, n*n)
	for draw := range n * each {
		rows := make([]int, n)
		for i := range rows {
			rows[i] = i
		}
		Key{Seed: 22, Draw: uint32(draw)}.Shuffle(rows)
		for at, row := range rows {
			positions[row*n+at]++
		}
	}
	checkChiSquare(t, "positions of 12", positions, each)
}

// checkChiSquare bounds Σ(count-want)²/want at 5 standard deviations above
// its mean for len(count)-1 degrees of freedom.
func checkChiSquare(t *testing.T, what string, count []float64, want float64) {
	t.Helper()
	var chi float64
	for _, c := range count {
		chi += (c - want) * (c - want) / want
	}
	free := float64(len(count) - 1)
	if bound := free + 5*math.Sqrt(2*free); chi > bound {
		t.Errorf("%s: χ² = %.1f with %g degrees of freedom, bound %.1f", what, chi, free, bound)
	}
}
