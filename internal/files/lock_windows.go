package files

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock locks a file that is open, unless another process has.
func lock(f *os.File) error {
	// What is locked here nobody else can read: a byte far behind what the file
	// will ever hold, so that its content stays open to all.
	at := windows.Overlapped{OffsetHigh: 1 << 30}
	switch err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at); {
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION):
		return ErrLocked
	case err != nil && !errors.Is(err, windows.ERROR_NOT_SUPPORTED) && !errors.Is(err, windows.ERROR_INVALID_FUNCTION): // a file system without locks
		return err
	}
	return nil
}
