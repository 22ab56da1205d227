//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package files_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"descent/internal/files"
)

// TestLock: one opens the file to write at a time, while all may read it.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trials.jsonl")
	for range 2 { // made, then found
		first, err := files.Lock(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.Lock(path); !errors.Is(err, files.ErrLocked) {
			t.Errorf("the error of a second lock is %v", err)
		}
		if _, err := io.WriteString(first, "text"); err != nil {
			t.Error(err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "text" {
			t.Errorf("others read %q: %v", text, err)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
