//go:build (linux || darwin || freebsd) && !purego

package jit

// flush does nothing: instruction caches of amd64 see what is written.
func flush([]byte) {}
