//go:build (linux || darwin || freebsd || windows) && !purego

#include "textflag.h"

// func call(entry unsafe.Pointer, a *Args)
//
// The code takes a in R0. It changes any registers but SP, R18 and R26 to R30.
TEXT ·call(SB), 0, $16-16
	MOVD entry+0(FP), R1
	MOVD a+8(FP), R0
	CALL (R1)
	RET
