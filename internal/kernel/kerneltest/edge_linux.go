package kerneltest

import (
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// Edge returns n floats behind which memory can be neither read nor written, so
// that a kernel that looks beyond them does not survive. On other systems than
// Linux they are ordinary ones.
func Edge(t *testing.T, n int) []float32 {
	t.Helper()
	page := os.Getpagesize()
	size := (4*n + page) / page * page
	all, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(all) })
	if err := syscall.Mprotect(all[size:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&all[size-4*n-4])), n+1)[1:]
}
