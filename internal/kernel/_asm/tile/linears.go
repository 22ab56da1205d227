package main

// A linear is one of the matrices of Winograd's algorithms as a list of sums:
// sweep.go of package tile has the same and says what they are for.
type linear[V any] struct {
	name            string
	inputs, outputs int
	sums            func(s sums[V], x []V) []V
}

// sums are the operations of a linear.
type sums[V any] interface {
	add(x, y V) V
	sub(x, y V) V
	half(x V) V
}

// linears are the matrices in the order of their numbers.
func linears[V any]() []linear[V] {
	return []linear[V]{
		{"BT3", 4, 4, func(s sums[V], x []V) []V {
			return []V{s.sub(x[0], x[2]), s.add(x[1], x[2]), s.sub(x[2], x[1]), s.sub(x[3], x[1])}
		}},
		{"BT5", 6, 7, func(s sums[V], x []V) []V {
			return []V{s.sub(x[0], x[2]), s.add(x[1], x[2]), s.sub(x[2], x[1]), s.sub(x[3], x[1]), s.sub(x[3], x[4]), x[4], s.sub(x[5], x[4])}
		}},
		{"G3", 3, 4, func(s sums[V], x []V) []V {
			ends := s.add(x[0], x[2])
			return []V{x[0], s.half(s.add(ends, x[1])), s.half(s.sub(ends, x[1])), x[2]}
		}},
		{"G5", 5, 7, func(s sums[V], x []V) []V {
			ends := s.add(x[0], x[2])
			return []V{x[0], s.half(s.add(ends, x[1])), s.half(s.sub(ends, x[1])), x[2], x[3], s.add(x[3], x[4]), x[4]}
		}},
		{"AT3", 4, 2, func(s sums[V], x []V) []V {
			return []V{s.add(s.add(x[0], x[1]), x[2]), s.add(s.sub(x[1], x[2]), x[3])}
		}},
		{"AT5", 7, 2, func(s sums[V], x []V) []V {
			return []V{s.add(s.add(s.add(x[0], x[1]), x[2]), s.add(x[4], x[5])), s.add(s.add(s.sub(x[1], x[2]), x[3]), s.add(x[5], x[6]))}
		}},
		{"A3", 2, 4, func(s sums[V], x []V) []V {
			return []V{x[0], s.add(x[0], x[1]), s.sub(x[0], x[1]), x[1]}
		}},
		{"A5", 2, 7, func(s sums[V], x []V) []V {
			sum := s.add(x[0], x[1])
			return []V{x[0], sum, s.sub(x[0], x[1]), x[1], x[0], sum, x[1]}
		}},
		{"GT3", 4, 3, func(s sums[V], x []V) []V {
			inner := s.half(s.add(x[1], x[2]))
			return []V{s.add(x[0], inner), s.half(s.sub(x[1], x[2])), s.add(inner, x[3])}
		}},
		{"GT5", 7, 5, func(s sums[V], x []V) []V {
			inner := s.half(s.add(x[1], x[2]))
			return []V{s.add(x[0], inner), s.half(s.sub(x[1], x[2])), s.add(inner, x[3]), s.add(x[4], x[5]), s.add(x[5], x[6])}
		}},
	}
}
