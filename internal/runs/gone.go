package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrGone is wrapped by the error of a folder that is not there any more.
var ErrGone = errors.New("it was removed or moved while the process worked in it; what was moved goes on under its new name")

// Here returns an error if the folder is not the one that the process took.
func (f *Folder) Here() error {
	if f.lock == nil {
		return nil
	}
	return SameFile(f.lock, f.Path)
}

// SameFile returns an error if the file that is open is not at the path under
// which it was opened, as its folder is gone.
func SameFile(file *os.File, folder string) error {
	open, err := file.Stat()
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	there, err := os.Stat(file.Name())
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(open, there) {
		return fmt.Errorf("run folder: %s is gone: %w", folder, ErrGone)
	}
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	return nil
}
