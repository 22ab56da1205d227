//go:build linux && (amd64 || arm64)

package mpi

import (
	"syscall"
	"unsafe"
)

// handlers are the process's signal handlers, as the kernel holds them. MPI libraries
// and what they load install their own, which run on the small stacks of goroutines
// and take Go's away: nil dereferences would end the program instead of making a panic.
type handlers [signals + 1]action

const signals = 64

// action is the kernel's struct sigaction.
type action struct{ handler, flags, restorer, mask uint64 }

func saveHandlers() *handlers {
	h := new(handlers)
	for s := 1; s <= signals; s++ {
		sigaction(s, nil, &h[s])
	}
	return h
}

// restore installs the handlers that are no longer what they were.
func (h *handlers) restore() {
	for s := 1; s <= signals; s++ {
		var now action
		if sigaction(s, nil, &now) && now != h[s] {
			sigaction(s, &h[s], nil)
		}
	}
}

// sigaction sets and reads a handler; that of some signals cannot be set.
func sigaction(signal int, set, was *action) bool {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(signal),
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(was)), signals/8, 0, 0)
	return errno == 0
}
