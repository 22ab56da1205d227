package kernel

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

	// Unary maps.
	opNeg
	opAbs
	opSign
	opSquare
	opSqrt
	opExp
	opExpm1
	opLog
	opLog1p
	opTanh
	opErf
	opSigmoid

	// Binary maps.
	opAdd
	opSub
	opMul
	opDiv
	opMax
	opMin
	opLess
	opLessEqual
	opEqual

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

	opCount
)

// maxArgs is the most arguments an opcode has.
const maxArgs = 7

const (
	firstUnary, unaryCount   = opNeg, int(opSigmoid-opNeg) + 1
	firstBinary, binaryCount = opAdd, int(opEqual-opAdd) + 1
)

func (op opcode) isUnary() bool  { return op >= opNeg && op <= opSigmoid }
func (op opcode) isBinary() bool { return op >= opAdd && op <= opEqual }

func (op opcode) commutes() bool {
	switch op {
	case opAdd, opMul, opMax, opMin, opEqual:
		return true
	}
	return false
}

// opInfo is what listings and passes need to know of an opcode. A macro's
// arguments stand in the order of its formula.
var opInfo = [opCount]struct {
	name string
	args int
}{
	opInput: {"input", 0}, opScalar: {"scalar", 0}, opConst: {"const", 0},
	opUniform: {"uniform", 0}, opColIndex: {"colindex", 0}, opCopy: {"copy", 1}, opExpand: {"expand", 1},
	opNeg: {"neg", 1}, opAbs: {"abs", 1}, opSign: {"sign", 1}, opSquare: {"square", 1}, opSqrt: {"sqrt", 1},
	opExp: {"exp", 1}, opExpm1: {"expm1", 1}, opLog: {"log", 1}, opLog1p: {"log1p", 1},
	opTanh: {"tanh", 1}, opErf: {"erf", 1}, opSigmoid: {"sigmoid", 1},
	opAdd: {"add", 2}, opSub: {"sub", 2}, opMul: {"mul", 2}, opDiv: {"div", 2}, opMax: {"max", 2}, opMin: {"min", 2},
	opLess: {"less", 2}, opLessEqual: {"lessequal", 2}, opEqual: {"equal", 2}, opSelect: {"select", 3},
	opRowSum: {"rowsum", 1}, opRowMax: {"rowmax", 1},
	opAxpby: {"axpby", 4}, opSquareAxpby: {"squareaxpby", 4}, opAxpy: {"axpy", 3},
	opSqrtScaleAdd: {"sqrtscaleadd", 3}, opScaleDiv: {"scalediv", 3},
	opRatio: {"ratio", 5}, opRatioStep: {"ratiostep", 7},
}

func (op opcode) String() string { return opInfo[op].name }
