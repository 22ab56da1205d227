package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Signal is the cause with which main ends the context of [Run].
type Signal struct{ os.Signal }

func (s Signal) Error() string { return fmt.Sprintf("signal: %v", s.Signal) }

// interruptedCode returns what a process exits with that a signal ended: by
// convention 128 and the number of the signal, which is 130 for Ctrl-C and 143
// for SIGTERM.
func interruptedCode(ctx context.Context) int {
	var s Signal
	if errors.As(context.Cause(ctx), &s) {
		if number, ok := s.Signal.(syscall.Signal); ok {
			return 128 + int(number)
		}
	}
	return exitInterrupted
}
