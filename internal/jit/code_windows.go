//go:build windows && (amd64 || arm64) && !purego

package jit

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var flushInstructionCache = windows.NewLazySystemDLL("kernel32.dll").NewProc("FlushInstructionCache")

// executable returns memory that has the code and can be executed. It can be
// written before, and never both.
func executable(code []byte) ([]byte, error) {
	size := uintptr(len(code))
	at, err := windows.VirtualAlloc(0, size, windows.MEM_COMMIT|windows.MEM_RESERVE, windows.PAGE_READWRITE)
	if err != nil {
		return nil, err
	}
	memory := unsafe.Slice((*byte)(pointer(at)), size)
	copy(memory, code)
	var old uint32
	if err := windows.VirtualProtect(at, size, windows.PAGE_EXECUTE_READ, &old); err != nil {
		release(memory)
		return nil, err
	}
	if ok, _, err := flushInstructionCache.Call(uintptr(windows.CurrentProcess()), at, size); ok == 0 {
		release(memory)
		return nil, err
	}
	return memory, nil
}

// release gives memory back.
func release(memory []byte) {
	_ = windows.VirtualFree(uintptr(unsafe.Pointer(&memory[0])), 0, windows.MEM_RELEASE)
}

// pointer is what an address outside the heap points to. Vet takes a plain
// conversion for a mistake, as it would be for an address in the heap.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }
