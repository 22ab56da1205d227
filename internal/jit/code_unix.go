//go:build (linux || darwin || freebsd) && (amd64 || arm64) && !purego

package jit

import "golang.org/x/sys/unix"

// executable returns memory that has the code and can be executed. It can be
// written before, and never both, which macOS on arm64 wants, too.
func executable(code []byte) ([]byte, error) {
	memory, err := unix.Mmap(-1, 0, len(code), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, err
	}
	copy(memory, code)
	if err := unix.Mprotect(memory, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		release(memory)
		return nil, err
	}
	flush(memory)
	return memory, nil
}

// release gives memory back.
func release(memory []byte) { _ = unix.Munmap(memory) }
