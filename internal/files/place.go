package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrGone is wrapped by the error of a folder that is not there any more.
var ErrGone = errors.New("it was removed or moved while the process worked in it; what was moved goes on under its new name")

// Place tells whether a file that is open is still where it was opened. The zero
// value cannot tell, and never says that it is not.
type Place struct {
	file   *os.File
	folder string
}

// PlaceOf returns the place of a file of a folder. Some file systems do not know a
// file again; there it cannot tell.
func PlaceOf(file *os.File, folder string) Place {
	p := Place{file, folder}
	if p.Check() != nil {
		return Place{}
	}
	return p
}

// Check returns an error if the file is not there any more, or another one is.
func (p Place) Check() error {
	if p.file == nil {
		return nil
	}
	open, err := p.file.Stat()
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	there, err := os.Stat(p.file.Name())
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(open, there) {
		return fmt.Errorf("run folder: %s is gone: %w", p.folder, ErrGone)
	}
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	return nil
}
