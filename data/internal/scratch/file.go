// Package scratch keeps what does not fit into memory in files that nobody sees:
// they have no name as soon as they are there, so that they are gone when the
// process is, however it ends.
package scratch

import (
	"fmt"
	"os"
)

// File is bytes on the disk. They are removed when it is closed or no longer used.
type File struct {
	file *os.File
	end  int64
}

// New makes an empty file in the folder for temporary files, which TMPDIR names.
func New() (*File, error) {
	file, err := create(os.TempDir())
	if err != nil {
		return nil, fmt.Errorf("data: a temporary file for what does not fit into memory: %w; TMPDIR names the folder for such files", err)
	}
	return &File{file: file}, nil
}

// Open opens the file of another process by its [File.Path], to read it. What has that
// name on another machine may be anything: a pipe would not open before somebody writes.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no plain file", path)
	}
	var file *os.File
	if err == nil {
		file, err = os.Open(path)
	}
	if err != nil {
		return nil, fmt.Errorf("data: a temporary file of another process: %w", err)
	}
	return &File{file: file}, nil
}

// Lay appends p and returns where others find it.
func (f *File) Lay(p []byte) (Place, error) {
	at, err := f.Append(p)
	return Place{f.Path(), at, int64(len(p))}, err
}

// Append writes p behind what is there and returns where it begins.
func (f *File) Append(p []byte) (at int64, err error) {
	at = f.end
	if err := f.WriteAt(p, at); err != nil {
		return 0, err
	}
	f.end += int64(len(p))
	return at, nil
}

// WriteAt writes p at a place. It is safe for concurrent use.
func (f *File) WriteAt(p []byte, at int64) error {
	if _, err := f.file.WriteAt(p, at); err != nil {
		return fmt.Errorf("data: a temporary file in %s: %w; TMPDIR names another folder for such files", os.TempDir(), err)
	}
	return nil
}

// ReadAt fills p from a place. It is safe for concurrent use.
func (f *File) ReadAt(p []byte, at int64) error {
	if _, err := f.file.ReadAt(p, at); err != nil {
		return fmt.Errorf("data: a temporary file in %s: %w", os.TempDir(), err)
	}
	return nil
}

// Close removes the file.
func (f *File) Close() error { return f.file.Close() }
