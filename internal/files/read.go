package files

import (
	"fmt"
	"os"
)

// Read reads a plain file of at most so many bytes.
func Read(path string, most int64) ([]byte, error) {
	if err := Sized(path, most); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// Sized returns an error unless path is a plain file of at most so many bytes.
func Sized(path string, most int64) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is %s; want a plain file", path, Kind(info.Mode()))
	case info.Size() > most:
		return fmt.Errorf("%s has %d bytes; want at most %d", path, info.Size(), most)
	}
	return nil
}
