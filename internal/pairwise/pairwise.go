// Package pairwise adds numbers up in an order that depends on their number alone,
// so that parts of a sum may be computed elsewhere without changing a bit.
package pairwise

// Tree adds terms up pair by pair: neighbours first, then neighbouring sums. The
// order depends on the number of terms alone,
//
//	((a + b) + (c + d)) + (e + f)
//
// so that any block of 2ᵏ terms that starts at a multiple of 2ᵏ may be added up
// elsewhere, by another process, without changing a bit. Sums of up to three
// terms are those of one after the other.
//
// It works like a binary counter: place k holds a sum of 2ᵏ⁺¹ terms, or nothing.
// Pairs of terms are added up by who brings them.
type Tree[T float32 | float64] struct {
	places [][][]T
	held   []bool
}

// Carry takes in the sum of the latest pair of terms, and keeps a copy. What it
// leaves in sum means nothing.
func (t *Tree[T]) Carry(sum [][]T) {
	k := 0
	for k < len(t.held) && t.held[k] {
		for i, part := range sum {
			addBefore(t.places[k][i], part)
		}
		t.held[k] = false
		k++
	}
	if k == len(t.held) {
		t.held = append(t.held, false)
		place := make([][]T, len(sum))
		for i, part := range sum {
			place[i] = make([]T, len(part))
		}
		t.places = append(t.places, place)
	}
	for i, part := range sum {
		copy(t.places[k][i], part)
	}
	t.held[k] = true
}

// Total sets rest, the last term or pair, to the sum of all, and forgets them; an
// empty rest counts for nothing.
func (t *Tree[T]) Total(rest [][]T, empty bool) {
	for i, part := range rest {
		t.Part(i, part, empty)
	}
	t.Forget()
}

// Part is Total of part i alone, and forgets nothing. Parts may be added up side by side.
func (t *Tree[T]) Part(i int, rest []T, empty bool) {
	for k, held := range t.held {
		if !held {
			continue
		}
		earlier := t.places[k][i]
		if empty {
			copy(rest, earlier)
			empty = false
			continue
		}
		addBefore(earlier, rest)
	}
}

// Forget drops what is held.
func (t *Tree[T]) Forget() { clear(t.held) }

// Blocks appends to sizes those of the blocks that terms from to to-1 of a sum fall
// into: as few as there are of 2ᵏ terms that start at a multiple of 2ᵏ.
func Blocks(sizes []int, from, to int) []int {
	for from < to {
		n := 1
		for from%(2*n) == 0 && from+2*n <= to {
			n *= 2
		}
		sizes = append(sizes, n)
		from += n
	}
	return sizes
}

// Join adds up blocks of terms, in the order of the terms from the first on, as a
// [Tree] adds up the terms. It leaves the sum in the first, and nothing in sizes and
// the others that means anything.
func Join[T float32 | float64](sizes []int, sums [][]T) {
	held := 0 // of descending sizes
	for i, sum := range sums {
		sizes[held], sums[held] = sizes[i], sum
		for held++; held > 1 && sizes[held-2] == sizes[held-1]; held-- {
			sizes[held-2] *= 2
			add(sums[held-2], sums[held-1])
		}
	}
	for ; held > 1; held-- {
		add(sums[held-2], sums[held-1])
	}
}

// Sum adds up terms, over which it writes, as a [Tree] does; there must be one.
func Sum[T float32 | float64](terms []T) T {
	for n := len(terms); n > 1; n = (n + 1) / 2 {
		for i := 0; i < n; i += 2 {
			sum := terms[i]
			if i+1 < n {
				sum += terms[i+1]
			}
			terms[i/2] = sum
		}
	}
	return terms[0]
}

// add sets sum to sum + later.
func add[T float32 | float64](sum, later []T) {
	for i, v := range later {
		sum[i] += v
	}
}

// addBefore sets sum to earlier + sum.
func addBefore[T float32 | float64](earlier, sum []T) {
	sum = sum[:len(earlier)]
	for i, v := range earlier {
		sum[i] = v + sum[i]
	}
}

// Mean is a weighted mean, its terms already weighted, added up as a [Tree].
type Mean struct {
	tree  Tree[float64]
	pair  [1]float64
	sum   [][]float64 // pair
	terms int
}

// Forget begins anew.
func (m *Mean) Forget() {
	m.tree.Forget()
	m.terms, m.pair[0] = 0, 0
}

// Add takes in the next term.
func (m *Mean) Add(term float64) {
	if m.sum == nil {
		m.sum = [][]float64{m.pair[:]}
	}
	m.pair[0] += term
	if m.terms++; m.terms%2 == 0 {
		m.tree.Carry(m.sum)
		m.pair[0] = 0
	}
}

// Total returns the sum, and begins anew.
func (m *Mean) Total() float64 {
	if m.terms == 0 {
		return 0
	}
	m.tree.Total(m.sum, m.terms%2 == 0)
	sum := m.pair[0]
	m.Forget()
	return sum
}
