//go:build linux && amd64 && !purego

package jit

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Supported says whether [Load] can work on this system and build.
const Supported = true

// Code is executable. It needs no lock: any number of calls may run at once.
type Code struct {
	memory []byte // outside the heap
}

// Load makes code executable. The memory is given back when the Code is
// garbage. It fails where the system does not let a process do so.
func Load(code []byte) (*Code, error) {
	memory, err := unix.Mmap(-1, 0, len(code), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("jit: memory for %d bytes of code: %w", len(code), err)
	}
	copy(memory, code)
	if err := unix.Mprotect(memory, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		_ = unix.Munmap(memory)
		return nil, fmt.Errorf("jit: memory that is executable: %w", err)
	}
	c := &Code{memory}
	runtime.AddCleanup(c, func(m []byte) { _ = unix.Munmap(m) }, memory)
	return c, nil
}

// Run runs the code. It cannot be preempted, so calls have to be short.
func (c *Code) Run(a *Args) {
	call(unsafe.Pointer(&c.memory[0]), a)
	runtime.KeepAlive(c)
}

//go:noescape
func call(entry unsafe.Pointer, a *Args)
