//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package runs_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"descent/internal/runs"
)

// TestFinished: a run that ends removes its lock, which some systems do not
// allow while it is held.
func TestFinished(t *testing.T) {
	f := &runs.Folder{Path: t.TempDir()}
	taken := f.Take()
	stays, err := f.Finished()
	if err := errors.Join(taken, err, f.Close()); err != nil || len(stays) > 0 {
		t.Fatal(stays, err)
	}
	if entries, err := os.ReadDir(f.Path); err != nil || len(entries) > 0 {
		t.Errorf("the folder holds %v: %v", entries, err)
	}
}

// TestFolderOfAnother: nothing begins where another process is about to.
func TestFolderOfAnother(t *testing.T) {
	path := t.TempDir()
	first := &runs.Folder{Path: path}
	if err := first.Take(); err != nil {
		t.Fatal(err)
	}
	nothing := func(io.Writer) error { return nil }
	if _, err := runs.Create(path, "digits", nothing); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("error is %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := runs.Create(path, "digits", nothing)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
