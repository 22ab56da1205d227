package program

import (
	"descent/internal/formula"
	"descent/internal/kernel"
)

// Ending implements [kernel.Epilogue]: the body is a chain of steps that begins with
// input 0, and its end is the only output.
func (p *Program) Ending() (e kernel.Ending, ok bool) {
	if len(p.outputs) != 1 || !p.CanFollow() || len(p.body) == 0 {
		return e, false
	}
	last, done := place{class: Full, input: true, out: -1}, 0
	for i := range p.body {
		step, ok := p.ending(&e, &p.body[i], last)
		if !ok || step <= done {
			return e, false
		}
		last, done = p.body[i].dst, step
	}
	return e, p.outputs[0].src == last
}

// ending adds the step that an instruction is to e, and returns its number from 1 on.
func (p *Program) ending(e *kernel.Ending, in *instr, last place) (step int, ok bool) {
	if !in.op.isBinary() || in.dst.class != Full {
		return 0, false
	}
	x, y := in.args[0], in.args[1]
	if in.op.binary().Commutes() && x != last {
		x, y = y, x
	}
	if x != last || y == last {
		return 0, false
	}
	column, full := y.input && y.class == Col, y.input && y.class == Full
	switch {
	case in.op == opSub && column:
		e.Sub, step = int(y.at), 1
	case in.op == opMul && column:
		e.Mul, step = int(y.at), 2
	case in.op == opAdd && column:
		e.Add, step = int(y.at), 3
	case in.op == opAdd && full:
		e.Rest, step = int(y.at), 4
	case in.op.binary() == formula.Max && p.isZero(y):
		e.ReLU, step = true, 5
	}
	return step, step > 0
}

// isZero says whether a place holds the constant +0.
func (p *Program) isZero(pl place) bool {
	for i := range p.head {
		if in := &p.head[i]; in.dst == pl {
			return in.op == opConst && in.imm == 0
		}
	}
	return false
}
