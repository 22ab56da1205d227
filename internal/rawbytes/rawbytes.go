// Package rawbytes sees numbers as the bytes that they are in memory, in the order of the
// machine, and bytes as numbers.
package rawbytes

import "unsafe"

type number interface {
	uint8 | uint16 | int8 | int16 | int32 | int64 | int | float32 | float64
}

// Of returns the bytes of numbers, in the same memory.
func Of[T number](v []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*size[T]())
}

// Numbers returns the numbers whose bytes are b, in the same memory, which begins where
// such a number may; bytes behind the last whole one are left out.
func Numbers[T number](b []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/size[T]())
}

func size[T number]() int { return int(unsafe.Sizeof(*new(T))) }
