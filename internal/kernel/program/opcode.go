package program

import "descent/internal/formula"

// An opcode is one vector operation of a [Program].
type opcode uint8

const (
	// Sources.
	opInput    opcode = iota // imm: input number
	opScalar                 // imm: slot of the scalar table
	opConst                  // imm: bits of the float32
	opUniform                // imm: stream
	opColIndex               // 0, 1, 2, ...
	opCopy                   // imm: output number; gives each output a value of its own
	opExpand                 // any class to Full

	opSelect // x != 0 ? y : z

	// Row reductions.
	opRowSum
	opRowMax

	// Macros made by Build; x, y and z are Full, the others One.
	opAxpby        // x·s + y·t
	opSquareAxpby  // x²·s + y·t
	opAxpy         // x·s + y
	opSqrtScaleAdd // √(x·s) + t
	opScaleDiv     // (x·s) / y
	opRatio        // (x·s) / (√(y·t) + u)
	opRatioStep    // (x·s) / (√(y·t) + u) · w + z

	// Maps: one for each function of package formula.
	firstUnary
	firstBinary = firstUnary + opcode(formula.UnaryCount)
	opCount     = firstBinary + opcode(formula.BinaryCount)
)

// Maps that Build looks for.
const (
	opSquare = firstUnary + opcode(formula.Square)
	opSqrt   = firstUnary + opcode(formula.Sqrt)
	opAdd    = firstBinary + opcode(formula.Add)
	opSub    = firstBinary + opcode(formula.Sub)
	opMul    = firstBinary + opcode(formula.Mul)
	opDiv    = firstBinary + opcode(formula.Div)
)

// maxArgs is the most arguments an opcode has.
const maxArgs = 7

func (op opcode) isUnary() bool  { return op >= firstUnary && op < firstBinary }
func (op opcode) isBinary() bool { return op >= firstBinary }
func (op opcode) isMacro() bool  { return op >= opAxpby && op < firstUnary }

func (op opcode) unary() formula.Unary   { return formula.Unary(op - firstUnary) }
func (op opcode) binary() formula.Binary { return formula.Binary(op - firstBinary) }

// opInfo is what listings, passes and costs need to know of an opcode that is
// no map. A macro's arguments stand in the order of its formula.
var opInfo = [firstUnary]struct {
	name       string
	args       int
	operations int // on float32, to an element
}{
	opInput: {"input", 0, 0}, opScalar: {"scalar", 0, 0}, opConst: {"const", 0, 0},
	opUniform: {"uniform", 0, 0}, opColIndex: {"colindex", 0, 0}, opCopy: {"copy", 1, 0}, opExpand: {"expand", 1, 0},
	opSelect: {"select", 3, 1}, opRowSum: {"rowsum", 1, 1}, opRowMax: {"rowmax", 1, 1},
	opAxpby: {"axpby", 4, 3}, opSquareAxpby: {"squareaxpby", 4, 4}, opAxpy: {"axpy", 3, 2},
	opSqrtScaleAdd: {"sqrtscaleadd", 3, 3}, opScaleDiv: {"scalediv", 3, 2},
	opRatio: {"ratio", 5, 5}, opRatioStep: {"ratiostep", 7, 7},
}

// String returns the name that listings show.
func (op opcode) String() string {
	switch {
	case op.isUnary():
		return op.unary().String()
	case op.isBinary():
		return op.binary().String()
	}
	return opInfo[op].name
}

// args is how many operands the opcode has.
func (op opcode) args() int {
	switch {
	case op.isUnary():
		return 1
	case op.isBinary():
		return 2
	}
	return opInfo[op].args
}

// operations is how many operations on float32 the opcode does to an element.
func (op opcode) operations() int {
	switch {
	case op.isUnary():
		return op.unary().Operations()
	case op.isBinary():
		return op.binary().Operations()
	}
	return opInfo[op].operations
}
