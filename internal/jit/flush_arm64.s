//go:build (linux || darwin || freebsd) && !purego

#include "textflag.h"

// func cacheType() uint64
TEXT ·cacheType(SB), NOSPLIT, $0-8
	MRS  CTR_EL0, R0
	MOVD R0, ret+0(FP)
	RET

// func flushLines(start, end, data, instructions uintptr)
TEXT ·flushLines(SB), NOSPLIT, $0-32
	MOVD start+0(FP), R0
	MOVD end+8(FP), R1
	MOVD data+16(FP), R2
	MOVD instructions+24(FP), R3

	SUB $1, R2, R4
	BIC R4, R0, R5

data:
	DC  CVAU, R5
	ADD R2, R5
	CMP R1, R5
	BLO data
	DSB $11 // of all cores

	SUB $1, R3, R4
	BIC R4, R0, R5

instructions:
	WORD $0xD50B7525 // IC IVAU, R5
	ADD  R3, R5
	CMP  R1, R5
	BLO  instructions
	DSB  $11
	ISB  $15
	RET
