package exec

import (
	"syscall"
	"unsafe"

	"descent/internal/rawbytes"
)

// hugePages asks for memory in pages of 2 MiB, where v is as large: with small
// ones, products of large matrices spend some percent of their time on finding
// pages. It is a wish, so that its failure is none.
func hugePages(v []float32) {
	const page = 2 << 20
	b := rawbytes.Of(v)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(v))) % page)
	if whole := (len(b) - skip) / page * page; whole > 0 {
		_ = syscall.Madvise(b[skip:skip+whole], syscall.MADV_HUGEPAGE)
	}
}
