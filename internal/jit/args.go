package jit

import (
	"math"
	"unsafe"
)

// Args is what a call of the code works on.
type Args struct {
	Rows    int            // at least 1
	whole   int            // bytes of the whole rounds of a row
	rest    int            // elements beyond them
	mask    int            // the low rest bits
	lanes   unsafe.Pointer // rest words of ones, then zeros
	Numbers unsafe.Pointer // float32, as many as the loop names
	Spill   unsafe.Pointer // Text.Spill float32
	Streams [MaxStreams]Stream
}

// MaxStreams is the most streams that a loop may have.
const MaxStreams = 24

// A Stream is memory that a loop walks through.
type Stream struct {
	At     unsafe.Pointer // the first row
	Stride int            // bytes from row to row
	cursor uintptr        // the row, for streams beyond the registers
}

// SetLine makes the rows n elements long.
func (a *Args) SetLine(n int) {
	a.rest = n % Step
	a.whole = 4 * (n - a.rest)
	a.mask = 1<<a.rest - 1
	a.lanes = unsafe.Pointer(&laneMask[Step-a.rest])
}

// laneMask is what masks of lanes are cut from.
var laneMask = [2 * Step]uint32{
	0: math.MaxUint32, 1: math.MaxUint32, 2: math.MaxUint32, 3: math.MaxUint32,
	4: math.MaxUint32, 5: math.MaxUint32, 6: math.MaxUint32, 7: math.MaxUint32,
	8: math.MaxUint32, 9: math.MaxUint32, 10: math.MaxUint32, 11: math.MaxUint32,
	12: math.MaxUint32, 13: math.MaxUint32, 14: math.MaxUint32, 15: math.MaxUint32,
}

// Where the code finds the fields.
const (
	rowsField    = unsafe.Offsetof(Args{}.Rows)
	wholeField   = unsafe.Offsetof(Args{}.whole)
	restField    = unsafe.Offsetof(Args{}.rest)
	maskField    = unsafe.Offsetof(Args{}.mask)
	lanesField   = unsafe.Offsetof(Args{}.lanes)
	numbersField = unsafe.Offsetof(Args{}.Numbers)
	spillField   = unsafe.Offsetof(Args{}.Spill)
	streamsField = unsafe.Offsetof(Args{}.Streams)

	atField     = unsafe.Offsetof(Stream{}.At)
	strideField = unsafe.Offsetof(Stream{}.Stride)
	cursorField = unsafe.Offsetof(Stream{}.cursor)
)

// streamField is where a field of Args.Streams[i] is.
func streamField(i int, field uintptr) int {
	return int(streamsField + uintptr(i)*unsafe.Sizeof(Stream{}) + field)
}
