//go:build unix

package files

import (
	"os"
	"syscall"
)

// hasNames reports whether a file has other names beside the one it was found by.
func hasNames(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink > 1
}
