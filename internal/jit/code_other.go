//go:build !linux || !amd64 || purego

package jit

// Supported says whether [Load] can work on this system and build.
const Supported = false

// Code is executable; there is none here.
type Code struct{}

// Load fails with [ErrUnsupported].
func Load([]byte) (*Code, error) { return nil, ErrUnsupported }

// Run is never called, as no Code exists.
func (c *Code) Run(*Args) {}
