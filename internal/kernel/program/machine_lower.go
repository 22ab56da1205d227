package program

import (
	"errors"
	"math"

	"descent/internal/formula"
	"descent/internal/jit"
)

var errSpill = errors.New("kernel: a loop has too many numbers")

type value = jit.Value

// formulas writes the formulas of instructions into a loop.
type formulas = formula.Writer[value]

var (
	unaries  = formula.Unaries[value]()
	binaries = formula.Binaries[value]()
)

// lower writes an instruction of class Full into the open loop.
func (c *cutter) lower(in *instr) value {
	var a [maxArgs]value
	for i := range in.op.args() {
		a[i] = c.operand(in.args[i])
	}
	w := formulas{Machine: c.loop}
	switch op := in.op; op {
	case opCopy, opExpand:
		return a[0]
	case opSelect:
		return w.Select(a[0], a[1], a[2])
	case opAxpby:
		return w.Axpby(a[0], a[1], a[2], a[3], in.neg)
	case opSquareAxpby:
		return w.SquareAxpby(a[0], a[1], a[2], a[3])
	case opAxpy:
		return w.Axpy(a[0], a[1], a[2], in.neg)
	case opSqrtScaleAdd:
		return w.SqrtScaleAdd(a[0], a[1], a[2])
	case opScaleDiv:
		return w.ScaleDiv(a[0], a[1], a[2])
	case opRatio:
		return w.Ratio(a[0], a[1], a[2], a[3], a[4])
	case opRatioStep:
		return w.RatioStep(a[0], a[1], a[2], a[3], a[4], a[5], a[6], in.neg)
	default:
		if op.isUnary() {
			return unaries[op.unary()].Formula(w, a[0])
		}
		return binaries[op.binary()].Formula(w, a[0], a[1])
	}
}

// reduce writes a reduction of rows into the open loop.
func (c *cutter) reduce(in *instr) {
	x, to := c.operand(in.args[0]), c.stream(in.dst, -1)
	if in.op == opRowSum {
		c.loop.Reduce(to, 0, x, c.loop.Add)
	} else {
		c.loop.Reduce(to, math.Float32bits(float32(math.Inf(-1))), x, formulas{Machine: c.loop}.Maximum)
	}
	c.late = append(c.late, in.dst)
}

// operand is a value that an instruction of the open loop reads.
func (c *cutter) operand(pl place) value {
	switch pl.class {
	case One:
		for i := range c.p.head {
			if in := &c.p.head[i]; in.dst == pl && in.op == opConst {
				return c.loop.Const(uint32(in.imm))
			}
		}
		return c.loop.Number(int(pl.at))
	case Row:
		return c.loop.RowNumber(c.stream(pl, -1))
	case Full:
		for _, d := range c.defined {
			if !pl.input && d.place.at == pl.at {
				return d.value
			}
		}
	}
	return c.loop.Load(c.stream(pl, -1))
}
