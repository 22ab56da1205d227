package runs

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Lock opens or makes the file at path and locks it until it is closed, at
// the latest by the end of the process.
func Lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	// What is locked here nobody else can read: a byte far behind what the file
	// will ever hold, so that its content stays open to all.
	at := windows.Overlapped{OffsetHigh: 1 << 30}
	switch err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at); {
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION):
		return nil, errors.Join(ErrLocked, f.Close())
	case err != nil && !errors.Is(err, windows.ERROR_NOT_SUPPORTED) && !errors.Is(err, windows.ERROR_INVALID_FUNCTION): // a file system without locks
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
