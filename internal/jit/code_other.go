//go:build (!linux && !darwin && !freebsd && !windows) || (!amd64 && !arm64) || purego

package jit

import "errors"

// Code is executable; there is none here.
type Code struct{}

// Available says that [Load] works on no such system or build.
func Available() bool { return false }

// Load fails.
func Load([]byte) (*Code, error) {
	return nil, errors.New("jit: no machine code on this system or build")
}

// Run is never called, as no Code exists.
func (c *Code) Run(*Args) {}
