package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// atOnce is [aMoment], and what a busy machine may add.
const atOnce = time.Minute

// TestSignalWhileReading: a read that never returns is left.
func TestSignalWhileReading(t *testing.T) {
	_, run := trained(t)
	for _, args := range [][]string{
		{"predict", run, "-"},
		{"predict", run, "-", "--out", filepath.Join(t.TempDir(), "p.csv")},
		{"runs", "rm", run},
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		stdin, held := io.Pipe()
		defer held.Close()
		time.AfterFunc(50*time.Millisecond, func() { cancel(Signal{syscall.SIGTERM}) })
		var out, messages bytes.Buffer
		began := time.Now()
		if code := Run(ctx, args, stdin, &out, &messages); code != 143 {
			t.Errorf("%q exits with %d: %s", args, code, messages.String())
		}
		if took := time.Since(began); took > atOnce {
			t.Errorf("%q is left after %v", args, took)
		}
		contains(t, messages.String(), errLeft.Error())
	}
	if _, err := os.Stat(run); err != nil {
		t.Error(err)
	}
}

// TestWork: what was made is undone when the command is left, and what has
// begun is waited for.
func TestWork(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	t.Run("left", func(t *testing.T) {
		var w work
		undone := false
		never := make(chan bool)
		defer close(never)
		err := w.untilLeft(cancelled, func() error {
			err := w.make(func() (func() error, error) {
				return func() error { undone = true; return nil }, nil
			})
			if err != nil {
				return err
			}
			<-never
			return nil
		})
		if !errors.Is(err, errLeft) || !undone {
			t.Errorf("error %v, undone %v", err, undone)
		}
		if err := w.begin(); !errors.Is(err, errLeft) {
			t.Errorf("a command that was left begins: %v", err)
		}
		if err := w.make(nil); !errors.Is(err, errLeft) {
			t.Errorf("a command that was left makes something: %v", err)
		}
	})
	t.Run("begun", func(t *testing.T) {
		var w work
		saved := errors.New("saved")
		err := w.untilLeft(cancelled, func() error {
			if err := w.begin(); err != nil {
				return err
			}
			time.Sleep(2 * aMoment)
			return saved
		})
		if err != saved {
			t.Errorf("error %v", err)
		}
	})
}
