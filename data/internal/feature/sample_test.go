package feature

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// TestSmallest compares the median and other places in order with those of sorted
// values: few and many, equal, spread over all sizes, next to each other.
func TestSmallest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"normal": r.NormFloat64,
		"equal":  func() float64 { return -2.5 },
		"few":    func() float64 { return float64(r.IntN(3) - 1) },
		"sizes":  func() float64 { return math.Ldexp(r.NormFloat64(), r.IntN(1000)-500) },
		"near":   func() float64 { return 1 + float64(r.IntN(1<<16))*0x1p-52 },
		"zeros":  func() float64 { return math.Copysign(0, r.NormFloat64()) },
	} {
		for _, n := range []int{1, 2, 3, 1000, 20_001, 20_002} {
			s := &sample{n: n}
			for range n {
				s.values = append(s.values, draw())
			}
			sorted := slices.Sorted(slices.Values(s.values))
			for _, k := range []int{0, n / 3, n - 1} {
				if got, err := s.smallest(k); got != sorted[k] || err != nil {
					t.Fatalf("%s: number %d of %d is %v, want %v", name, k, n, got, sorted[k])
				}
			}
			want := sorted[n/2]
			if n%2 == 0 {
				want = sorted[n/2-1]/2 + sorted[n/2]/2
			}
			if got, err := s.median(); got != want || err != nil {
				t.Fatalf("%s: the median of %d is %v, want %v", name, n, got, want)
			}
		}
	}
}

// TestSampleIsReadAgain asks that values that are too many for memory say the same.
func TestSampleIsReadAgain(t *testing.T) {
	var text strings.Builder
	text.WriteString("a,b\n")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 100_000 {
		if i%9 == 0 {
			text.WriteString(",1\n")
			continue
		}
		fmt.Fprintf(&text, "%.3f,1\n", r.NormFloat64())
	}
	g, err := grid.ReadCSV(strings.NewReader(text.String()), "t")
	if err != nil {
		t.Fatal(err)
	}
	s, err := sampleOf(g, 0, nil, parse.Reading{Kind: parse.NumberKind})
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := fitNumber(s)
	if err != nil {
		t.Fatal(err)
	}
	s.values = nil
	got, _, err := fitNumber(s)
	if err != nil || got.Mean != want.Mean || got.Std != want.Std || got.Median != want.Median {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}
