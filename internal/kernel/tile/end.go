package tile

import (
	"math"

	"descent/internal/kernel"
)

// An End is what is done to sums before they are stored: a [kernel.Ending] with
// its operands. Rest lies as C does.
type End struct {
	Sub, Mul, Add, Rest []float32 // nil: the step is left out
	ReLU                bool
	Column              int // of the result, that column 0 of a [Tile] is
}

// EndOf binds e to the inputs of an epilogue from its second one on.
func EndOf(e kernel.Ending, in [][]float32) End {
	operand := func(i int) []float32 {
		if i == 0 {
			return nil
		}
		return in[i-1]
	}
	return End{operand(e.Sub), operand(e.Mul), operand(e.Add), operand(e.Rest), e.ReLU, 0}
}

// Operands are an End where a tile begins, as a [Func] takes it.
type Operands struct {
	Sub, Mul, Add, Rest *float32
	ReLU                bool
}

// At returns the operands for a tile at c of C, whose first column is column.
func (e *End) At(c, column int) Operands {
	return Operands{from(e.Sub, column), from(e.Mul, column), from(e.Add, column), from(e.Rest, c), e.ReLU}
}

// nothing has operands that change no bit of a sum.
var nothing = func() (n struct {
	sub, mul, add [Line]float32
	floor, zero   float32 // of max, and what is added then
}) {
	n.zero = float32(math.Copysign(0, -1))
	for i := range n.mul {
		n.mul[i], n.add[i] = 1, n.zero
	}
	n.floor = float32(math.Inf(-1))
	return n
}()

// neutral are these operands.
var neutral = Operands{Sub: &nothing.sub[0], Mul: &nothing.mul[0], Add: &nothing.add[0]}

// but returns the operands with those in place of them that e has.
func (o Operands) but(e Operands) Operands {
	if e.Sub != nil {
		o.Sub = e.Sub
	}
	if e.Mul != nil {
		o.Mul = e.Mul
	}
	if e.Add != nil {
		o.Add = e.Add
	}
	o.ReLU = e.ReLU
	return o
}

// from is the address of element i of an operand, if there is one.
func from(operand []float32, i int) *float32 {
	if operand == nil {
		return nil
	}
	return &operand[i]
}

// plain does the steps in plain Go.
func (e *End) plain(t *Tile) {
	for i := range t.Rows {
		row := t.C[t.CAt+i*t.CRow:][:t.Cols]
		for j := range row {
			if e.Sub != nil {
				row[j] -= e.Sub[e.Column+j]
			}
			if e.Mul != nil {
				row[j] = float32(row[j] * e.Mul[e.Column+j]) // not fused with what follows
			}
			if e.Add != nil {
				row[j] += e.Add[e.Column+j]
			}
			if e.Rest != nil {
				row[j] += e.Rest[t.CAt+i*t.CRow+j]
			}
			if e.ReLU {
				row[j] = max(row[j], 0)
			}
		}
	}
}
