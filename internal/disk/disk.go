// Package disk makes sure that files outlast a power cut.
package disk

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// SyncFolder makes sure that the names in a folder outlast a power cut, where
// the system can.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if runtime.GOOS == "windows" || errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, folder.Close())
}
