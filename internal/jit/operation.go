package jit

// An operation is what a value of a loop is made by. What the elementwise ones
// mean is said here, for one lane, and is the canonical arithmetic: every
// target computes the same bits, but for which NaN a NaN is.
//
// x, y and z are the operands. Numbers are float32 and round to nearest, ties
// to even; subnormals count. A mask is the outcome of a comparison, all ones
// or zeros.
type operation uint8

const (
	// The same in all rounds of a row.
	opConst     operation = iota // the bits imm
	opNumber                     // Args.Numbers[imm]
	opRowNumber                  // the row's number of stream imm

	opLoad // the element of stream imm

	opAdd // x + y
	opSub // x − y
	opMul // x·y, rounded before anything is added
	opDiv // x/y
	opMin // x where x < y, and y elsewhere: where either is NaN or both are 0
	opMax // x where x > y, and y elsewhere: where either is NaN or both are 0
	opAnd // bit by bit
	opOr
	opXor

	opAddInt // of integers of 32 bits, modulo 2³²
	opSubInt
	opMaxInt // of integers with sign

	opSqrt    // √x
	opToFloat // the integer x, with sign, as a number

	opShl // x shifted left by imm bits
	opSar // x shifted right by imm bits, keeping the sign

	opCompare // a mask: where the predicate imm of package formula holds for x and y
	opPick    // y where the mask x holds, and z elsewhere
	opOnly    // y where the mask x holds, and 0 elsewhere

	opFMA  // x·y + z, rounded once
	opFNMA // z − x·y, rounded once

	// What a vector has of other lanes.
	opAcc  // part imm mod Step of accumulator imm/Step
	opSwap // x, lanes having traded places with those at distance imm

	// Without a result.
	opStore  // x becomes the element of stream imm
	opKeep   // x becomes the accumulator imm/Step
	opResult // lane 0 of x becomes the row's number of stream imm

	opCount
)

// operands is how many values an operation reads.
var operands = [opCount]int{
	opAdd: 2, opSub: 2, opMul: 2, opDiv: 2, opMin: 2, opMax: 2, opAnd: 2, opOr: 2, opXor: 2,
	opAddInt: 2, opSubInt: 2, opMaxInt: 2, opSqrt: 1, opToFloat: 1, opShl: 1, opSar: 1,
	opCompare: 2, opPick: 3, opOnly: 2, opFMA: 3, opFNMA: 3,
	opSwap: 1, opStore: 1, opKeep: 1, opResult: 1,
}
