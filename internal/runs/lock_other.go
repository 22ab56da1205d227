//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package runs

import "os"

// Lock opens or makes the file at path. On this system it locks nothing.
func Lock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
}
