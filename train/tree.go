package train

// tree adds terms up pair by pair: neighbours first, then neighbouring sums. The
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
type tree[T float32 | float64] struct {
	places [][][]T
	held   []bool
}

// carry takes in the sum of the latest pair of terms, and keeps a copy. What it
// leaves in sum means nothing.
func (t *tree[T]) carry(sum [][]T) {
	k := 0
	for k < len(t.held) && t.held[k] {
		addBefore(t.places[k], sum)
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

// total sets rest, the last term or pair, to the sum of all, and forgets them; an
// empty rest counts for nothing.
func (t *tree[T]) total(rest [][]T, empty bool) {
	for k := range t.held {
		if !t.held[k] {
			continue
		}
		t.held[k] = false
		if empty {
			for i, part := range t.places[k] {
				copy(rest[i], part)
			}
			empty = false
			continue
		}
		addBefore(t.places[k], rest)
	}
}

// forget drops what is held.
func (t *tree[T]) forget() { clear(t.held) }

// addBefore sets sum to earlier + sum.
func addBefore[T float32 | float64](earlier, sum [][]T) {
	for i, part := range earlier {
		to := sum[i][:len(part)]
		for j, v := range part {
			to[j] = v + to[j]
		}
	}
}

// mean is a weighted mean of losses, added up as a [tree].
type mean struct {
	tree  tree[float64]
	pair  [1]float64
	sum   [][]float64 // pair
	terms int
}

// forget begins anew.
func (m *mean) forget() {
	m.tree.forget()
	m.terms, m.pair[0] = 0, 0
}

func (m *mean) add(term float64) {
	if m.sum == nil {
		m.sum = [][]float64{m.pair[:]}
	}
	m.pair[0] += term
	if m.terms++; m.terms%2 == 0 {
		m.tree.carry(m.sum)
		m.pair[0] = 0
	}
}

// total returns the sum, and begins anew.
func (m *mean) total() float64 {
	if m.terms == 0 {
		return 0
	}
	m.tree.total(m.sum, m.terms%2 == 0)
	sum := m.pair[0]
	m.forget()
	return sum
}
