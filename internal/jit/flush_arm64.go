//go:build (linux || darwin || freebsd) && !purego

package jit

import (
	"runtime"
	"unsafe"
)

// flush lets all cores see the code in memory: caches of data and of
// instructions know nothing of each other on arm64.
func flush(memory []byte) {
	data, instructions := uintptr(64), uintptr(64)
	if runtime.GOOS != "darwin" { // which lets no program ask; no Mac has shorter lines
		t := cacheType()
		data, instructions = 4<<(t>>16&15), 4<<(t&15)
	}
	start := uintptr(unsafe.Pointer(unsafe.SliceData(memory)))
	flushLines(start, start+uintptr(len(memory)), data, instructions)
}

// cacheType is the register CTR_EL0: the binary logarithms of how many words
// the shortest lines have, of instructions in bits 0 to 3, of data in 16 to 19.
//
//go:noescape
func cacheType() uint64

// flushLines writes the lines of data back from start up to end, and drops
// those of instructions.
//
//go:noescape
func flushLines(start, end, data, instructions uintptr)
