package files_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"descent/internal/files"
)

// put makes an empty file.
func put(t *testing.T, folder, name string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func exists(path string) bool { _, err := os.Lstat(path); return err == nil }

// TestWriteRemovesLeft: what a process left that was killed while it wrote the
// same file goes; what one still writes, and what others wrote, stays.
func TestWriteRemovesLeft(t *testing.T) {
	root := t.TempDir()
	left := put(t, root, "out.csv.0123abcd.tmp")
	others := []string{put(t, root, "other.csv.0123abcd.tmp"), put(t, root, "out.csv.tmp"), put(t, root, "out.csv.0123abcd.tmp.bak")}
	busy, err := files.Lock(put(t, root, "out.csv.0badcafe.tmp"))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	if err := files.Write(filepath.Join(root, "out.csv"), func(w io.Writer) error { _, err := io.WriteString(w, "whole"); return err }); err != nil {
		t.Fatal(err)
	}
	if exists(left) {
		t.Error("what was left is still there")
	}
	for _, path := range append(others, busy.Name()) {
		if !exists(path) {
			t.Errorf("%s is gone", path)
		}
	}
}

// TestWriteToNoFile: a device is written to, and stays one.
func TestWriteToNoFile(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	if err := files.Write("/dev/full", func(w io.Writer) error { _, err := io.WriteString(w, "text"); return err }); err == nil {
		t.Error("a full device took what was written")
	}
	if info, err := os.Lstat("/dev/full"); err != nil || info.Mode().IsRegular() {
		t.Errorf("/dev/full is %v, %v", info.Mode(), err)
	}
}

// TestWriteNowhere: the folder of a file has to be there.
func TestWriteNowhere(t *testing.T) {
	if err := files.Write(filepath.Join(t.TempDir(), "no", "file"), nil); err == nil {
		t.Error("a file in a folder that is not there was written")
	}
}
