package program

import (
	"math"

	"descent/internal/kernel/vec"
)

// input is input buffer i.
func (f *frame) input(i int32) []float32 {
	if i == 0 {
		return f.in0
	}
	return f.in[i-1]
}

// gathered is the temporary for Full input i where rows are gathered.
func (f *frame) gathered(i int) []float32 {
	return f.tiles[(f.p.tileTemps+i)*f.tileCap:][:f.k*f.w]
}

// value returns the memory of a value: k·w, k, w or 1 floats by class.
func (f *frame) value(pl place) []float32 {
	switch pl.class {
	case One:
		return f.ones[pl.at : pl.at+1]
	case Row:
		if pl.input {
			return f.input(pl.at)[f.r : f.r+f.k]
		}
		return f.rowTemps[int(pl.at)*f.rowCap:][:f.k]
	case Col:
		if pl.input {
			return f.input(pl.at)[f.col : f.col+f.w]
		}
		return f.colTemps[int(pl.at)*f.colCap:][:f.w]
	}
	n := f.k * f.w
	switch {
	case f.gather && pl.input:
		return f.gathered(int(pl.at))
	case f.gather:
	case pl.input:
		return f.input(pl.at)[f.r*f.cols+f.col:][:n]
	case pl.out >= 0 && f.direct>>uint(pl.out)&1 != 0:
		return f.c.Out[pl.out][f.r*f.cols+f.col:][:n]
	}
	return f.tiles[int(pl.at)*f.tileCap:][:n]
}

// exec runs one instruction over the tile.
func (f *frame) exec(in *instr) {
	dst := f.value(in.dst)
	switch op := in.op; {
	case op.isUnary():
		f.v.Unary[op.unary()](dst, f.value(in.args[0]))
	case op.isBinary():
		f.binary(in, dst)
	case op.isMacro():
		f.macro(in, dst)
	default:
		f.special(in, dst)
	}
}

func (f *frame) special(in *instr, dst []float32) {
	switch in.op {
	case opInput:
		dst[0] = f.input(int32(in.imm))[0]
	case opScalar:
		dst[0] = f.c.Scalars[in.imm]
	case opConst:
		dst[0] = math.Float32frombits(uint32(in.imm))
	case opUniform:
		key, count, w := f.c.Key(in.imm), f.k, f.w
		if w == f.cols { // one line
			count, w = 1, len(dst)
		}
		for r := range count {
			f.v.Uniform(key, dst[r*w:(r+1)*w], (f.r+r)*f.cols+f.col)
		}
	case opColIndex:
		for i := range dst {
			dst[i] = float32(f.col + i)
		}
	case opCopy:
		copy(dst, f.value(in.args[0]))
	case opExpand:
		f.expand(in, dst)
	case opSelect:
		f.selects(in, dst)
	case opRowSum:
		f.v.RowSum(dst, f.value(in.args[0]), f.w)
	case opRowMax:
		f.v.RowMax(dst, f.value(in.args[0]), f.w)
	}
}

// An operand is a value seen line by line: a line is a slice of it, or one
// number that stands for all of the line.
type operand struct {
	s     []float32
	class Class
}

func (x operand) isNumber() bool { return x.class <= Row }

func (x operand) number(r int) float32 {
	if x.class == Row {
		return x.s[r]
	}
	return x.s[0]
}

func (x operand) line(r, w int) []float32 {
	if x.class == Full {
		return x.s[r*w:][:w]
	}
	return x.s
}

// operands returns the operands of an instruction, and the lines to work in:
// the whole tile is one line unless an operand varies by rows or columns
// only. A value that is not Full is one line, and its operands, unless One,
// count as Full.
func (f *frame) operands(in *instr, n int) (x [3]operand, count, w int) {
	count, w = 1, n
	for i := range in.op.args() {
		a := in.args[i]
		x[i] = operand{f.value(a), a.class}
		switch {
		case a.class == in.dst.class || f.w == 1 && a.class == Row || f.k == 1 && a.class == Col:
			x[i].class = Full
		case f.spread && a.class == Col:
			x[i] = operand{f.wides[int(a.wide)*f.tileCap:][:n], Full}
		case a.class != One:
			count, w = f.k, f.w
		}
	}
	return x, count, w
}

func (f *frame) binary(in *instr, dst []float32) {
	x, count, w := f.operands(in, len(dst))
	op := in.op.binary()
	for r := range count {
		d := dst[r*w:][:w]
		switch {
		case x[1].isNumber() && !x[0].isNumber():
			f.v.VS[op](d, x[0].line(r, w), x[1].number(r))
		case x[0].isNumber():
			f.v.SV[op](d, x[1].line(r, w), x[0].number(r))
		default:
			f.v.VV[op](d, x[0].line(r, w), x[1].line(r, w))
		}
	}
}

func (f *frame) selects(in *instr, dst []float32) {
	x, count, w := f.operands(in, len(dst))
	for r := range count {
		d := dst[r*w:][:w]
		if x[0].isNumber() {
			chosen := x[1]
			if x[0].number(r) == 0 {
				chosen = x[2]
			}
			if chosen.isNumber() {
				vec.Fill(d, chosen.number(r))
			} else {
				copy(d, chosen.line(r, w))
			}
			continue
		}
		cond := x[0].line(r, w)
		switch {
		case x[1].isNumber() && x[2].isNumber():
			f.v.SelectSS(d, cond, x[1].number(r), x[2].number(r))
		case x[1].isNumber():
			f.v.SelectSV(d, cond, x[2].line(r, w), x[1].number(r))
		case x[2].isNumber():
			f.v.SelectVS(d, cond, x[1].line(r, w), x[2].number(r))
		default:
			f.v.SelectVV(d, cond, x[1].line(r, w), x[2].line(r, w))
		}
	}
}

func (f *frame) expand(in *instr, dst []float32) {
	x, count, w := f.operands(in, len(dst))
	for r := range count {
		if x[0].isNumber() {
			vec.Fill(dst[r*w:][:w], x[0].number(r))
		} else {
			copy(dst[r*w:][:w], x[0].line(r, w))
		}
	}
}

// macro runs an instruction whose vectors are Full and whose scalars One.
func (f *frame) macro(in *instr, dst []float32) {
	v := func(i int) []float32 { return f.value(in.args[i]) }
	s := func(i int) float32 { return f.ones[in.args[i].at] }
	last := s(lastScalar[in.op-opAxpby])
	if in.neg {
		last = -last
	}
	switch in.op {
	case opAxpby:
		f.v.Axpby(dst, v(0), v(2), s(1), last)
	case opSquareAxpby:
		f.v.SquareAxpby(dst, v(0), v(2), s(1), last)
	case opAxpy:
		f.v.Axpy(dst, v(0), v(2), last)
	case opSqrtScaleAdd:
		f.v.SqrtScaleAdd(dst, v(0), s(1), last)
	case opScaleDiv:
		f.v.ScaleDiv(dst, v(0), v(2), last)
	case opRatio:
		f.v.Ratio(dst, v(0), v(2), s(1), s(3), last)
	case opRatioStep:
		f.v.RatioStep(dst, v(0), v(2), v(5), s(1), s(3), s(4), last)
	}
}

// lastScalar is the position of a macro's last scalar.
var lastScalar = [firstUnary - opAxpby]int{
	0:                        3, // opAxpby
	opSquareAxpby - opAxpby:  3,
	opAxpy - opAxpby:         1,
	opSqrtScaleAdd - opAxpby: 2,
	opScaleDiv - opAxpby:     1,
	opRatio - opAxpby:        4,
	opRatioStep - opAxpby:    6,
}
