package jit

import (
	"errors"
	"fmt"
)

// ErrUnsupported says that this system or build runs no code made at run time.
var ErrUnsupported = errors.New("jit: no machine code on this system")

func errStreams(n int) error {
	return fmt.Errorf("jit: a loop has %d streams, %d at most", n, MaxStreams)
}
