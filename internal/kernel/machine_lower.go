package kernel

import (
	"errors"
	"math"
)

var errSpill = errors.New("kernel: a loop has too many numbers")

// lower writes an instruction of class Full into the open loop.
func (c *cutter) lower(in *instr) value {
	var a [maxArgs]value
	for i := range opInfo[in.op].args {
		a[i] = c.operand(in.args[i])
	}
	switch op := in.op; {
	case op == opCopy || op == opExpand:
		return a[0]
	case op == opSelect:
		return c.loop.selects(a[0], a[1], a[2])
	case op.isUnary():
		return c.loop.unary(op, a[0])
	case op.isBinary():
		return c.loop.binary(op, a[0], a[1])
	}
	return c.loop.macro(in.op, a[:], in.neg)
}

// reduce writes a reduction of rows into the open loop.
func (c *cutter) reduce(in *instr) {
	x, to := c.operand(in.args[0]), c.stream(in.dst, -1)
	if in.op == opRowSum {
		c.loop.Reduce(to, 0, x, c.loop.Add)
	} else {
		c.loop.Reduce(to, math.Float32bits(float32(math.Inf(-1))), x, c.loop.max)
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
