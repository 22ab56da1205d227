package kernel

// Cost is what one run of a kernel takes at least.
type Cost struct {
	Operations int // on float32; a fused multiply-add is two, and zeros of padding count
	Bytes      int // of memory, each value of an operand read or written once
}

// A Coster is a [Kernel] that knows its cost.
type Coster interface {
	Kernel
	Cost() Cost
}

// CostOf returns the cost of k, zero if k does not tell.
func CostOf(k Kernel) Cost {
	if c, ok := k.(Coster); ok {
		return c.Cost()
	}
	return Cost{}
}

// WordSize is the number of bytes of a float32.
const WordSize = 4

// Words is the cost of reading and writing n values.
func Words(n int) Cost { return Cost{Bytes: WordSize * n} }

// Plus adds costs.
func (c Cost) Plus(d Cost) Cost { return Cost{c.Operations + d.Operations, c.Bytes + d.Bytes} }

// Following is the cost of what is done to a result of rows × cols where it is
// computed: its storing, if nothing is.
func Following(e Epilogue, rows, cols int) Cost {
	if e == nil {
		return Words(rows * cols)
	}
	return e.RectCost(rows, cols)
}
