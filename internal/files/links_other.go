//go:build !unix

package files

import "os"

// hasNames is not known here.
func hasNames(os.FileInfo) bool { return false }
