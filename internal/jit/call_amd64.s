//go:build (linux || darwin || freebsd || windows) && !purego

#include "textflag.h"

// func call(entry unsafe.Pointer, a *Args)
//
// The code takes a in DI. It changes any registers but SP, BP and R14.
TEXT ·call(SB), 0, $8-16
	MOVQ entry+0(FP), AX
	MOVQ a+8(FP), DI
	CALL AX
	RET
