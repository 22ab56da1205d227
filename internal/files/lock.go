// Package files is about files in folders that several processes work in: one
// writes to a file at a time, to plain files alone, and what is read is whole.
package files

import (
	"errors"
	"os"
)

// ErrLocked is the error of a lock that another process holds.
var ErrLocked = errors.New("another process holds the lock")

// Lock opens or makes the file at path, which is no link, and locks it until it
// is closed, at the latest by the end of the process.
func Lock(path string) (*os.File, error) {
	if err := Plain(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
