package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// Signal is the cause with which main ends the context of [Run].
type Signal struct{ os.Signal }

func (s Signal) Error() string { return fmt.Sprintf("signal: %v", s.Signal) }

// interruptedCode returns what a process exits with that a signal ended: by
// convention 128 and the number of the signal, which is 130 for Ctrl-C and 143
// for SIGTERM; of a group exitAgain, but for Ctrl-C.
func interruptedCode(ctx context.Context, group bool) int {
	var s Signal
	if errors.As(context.Cause(ctx), &s) {
		if group && s.Signal != os.Interrupt {
			return exitAgain
		}
		if number, ok := s.Signal.(syscall.Signal); ok {
			return 128 + int(number)
		}
	}
	return exitInterrupted
}

// errInterrupted ends a command that a signal stopped, when it has saved and
// said what there is to say.
var errInterrupted = errors.New("interrupted")

// errLeft ends a command that a signal stopped before there was anything to
// save.
var errLeft = errors.New("interrupted before there was anything to save")

// work is what a command is at. Reading, encoding and compiling know nothing
// of signals, and a read may never return. So a signal ends a command wherever
// it is, unless it has begun what it ends in its own time, as training is.
type work struct {
	mu    sync.Mutex
	begun bool
	left  bool
	undo  func() error // what the command has made so far
}

// make lets the command make something that is undone if it is left before it
// has begun.
func (w *work) make(something func() (undo func() error, err error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left {
		return errLeft
	}
	undo, err := something()
	if err == nil {
		w.undo = undo
	}
	return err
}

// begin says that from here on the command itself ends what it does.
func (w *work) begin() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left {
		return errLeft
	}
	w.begun = true
	return nil
}

// leave undoes what was made and reports true, unless the command has begun.
func (w *work) leave() (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.begun {
		return false, nil
	}
	w.left = true
	if w.undo == nil {
		return true, nil
	}
	return true, w.undo()
}

// aMoment is how long after a signal a command may take to end by itself before
// it is left.
const aMoment = 300 * time.Millisecond

// untilLeft runs a command until it ends, or a signal comes and it can be left.
func (w *work) untilLeft(ctx context.Context, command func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- command() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(aMoment):
	}
	if left, err := w.leave(); left {
		return errors.Join(errLeft, err)
	}
	return <-ended
}
