package pairwise

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// treeOf adds terms up as training does, pair by pair.
func treeOf(terms []float32) float32 {
	var t Tree[float32]
	sum := [][]float32{{0}}
	for i, v := range terms {
		if i > 0 && i%2 == 0 {
			t.Carry(sum)
			sum[0][0] = 0
		}
		sum[0][0] += v
	}
	t.Total(sum, false)
	return sum[0][0]
}

// split is the same sum as its definition has it: the largest power of two terms
// below all of them, and the rest.
func split(terms []float32) float32 {
	if len(terms) == 1 {
		return terms[0]
	}
	half := 1
	for 2*half < len(terms) {
		half *= 2
	}
	return split(terms[:half]) + split(terms[half:])
}

// TestTree compares the counter with the definition, bit by bit, and the loss
// with its own; a sum of one after the other differs somewhere.
func TestTree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var m Mean
	folds := 0
	for n := 1; n <= 70; n++ {
		terms, wide := make([]float32, n), make([]float64, n)
		fold := float32(0)
		for i := range terms {
			terms[i] = float32(random.NormFloat64())
			wide[i] = float64(terms[i])
			fold += terms[i]
		}
		want := split(terms)
		if got := treeOf(terms); got != want {
			t.Errorf("%d terms: %v, want %v", n, got, want)
		}
		if fold != want {
			folds++
		}
		if got := Sum(slices.Clone(terms)); got != want {
			t.Errorf("%d terms: Sum is %v, want %v", n, got, want)
		}
		if n <= 3 && fold != want {
			t.Errorf("%d terms are not added one after the other", n)
		}
		for round := range 2 { // the second finds nothing of the first
			for _, v := range wide {
				m.Add(v)
			}
			if got, want := float32(m.Total()), fold; got-want > 1e-4 || want-got > 1e-4 {
				t.Errorf("%d terms, round %d: %v, want %v", n, round, got, want)
			}
		}
	}
	if folds == 0 {
		t.Error("the order makes no difference to any sum: the test says nothing")
	}
	m.Add(5)
	m.Forget()
	if m.Total() != 0 {
		t.Error("a term was not forgotten")
	}
}

// TestJoin adds up sums that were cut into runs in many ways, and each run into
// blocks: the bits are those of the whole tree.
func TestJoin(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 3))
	for n := 1; n <= 70; n++ {
		terms := make([]float32, n)
		for i := range terms {
			terms[i] = float32(random.NormFloat64())
		}
		for runs := 1; runs <= 9; runs++ {
			var sizes []int
			for run := range runs {
				sizes = Blocks(sizes, run*n/runs, (run+1)*n/runs)
			}
			var sums [][]float32
			at := 0
			for _, size := range sizes {
				if size&(size-1) != 0 || at%size != 0 {
					t.Fatalf("%d terms in %d runs: a block of %d from %d", n, runs, size, at)
				}
				sums = append(sums, []float32{treeOf(terms[at : at+size])})
				at += size
			}
			if at != n {
				t.Fatalf("%d terms in %d runs: blocks of %d", n, runs, at)
			}
			total := sums[0]
			if Join(sizes, sums); total[0] != treeOf(terms) {
				t.Errorf("%d terms in %d runs: %v, want %v", n, runs, total[0], treeOf(terms))
			}
		}
	}
}
