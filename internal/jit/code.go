//go:build (linux || darwin || freebsd || windows) && (amd64 || arm64) && !purego

package jit

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

// Code is executable. It needs no lock: any number of calls may run at once.
type Code struct {
	memory []byte // outside the heap
}

// Available says whether [Load] works: whether the system lets this process
// make code at run time.
var Available = sync.OnceValue(func() bool {
	_, err := Load(make([]byte, 64))
	return err == nil
})

// Load makes code executable. The memory is given back when the Code is
// garbage. It fails where the system does not let a process do so.
func Load(code []byte) (*Code, error) {
	memory, err := executable(code)
	if err != nil {
		return nil, fmt.Errorf("jit: memory for %d bytes of code: %w", len(code), err)
	}
	c := &Code{memory}
	runtime.AddCleanup(c, release, memory)
	return c, nil
}

// Run runs the code. It cannot be preempted, so calls have to be short.
func (c *Code) Run(a *Args) {
	call(unsafe.Pointer(&c.memory[0]), a)
	runtime.KeepAlive(c)
}

//go:noescape
func call(entry unsafe.Pointer, a *Args)
