//go:build !unix

package runs

import "os"

// hasNames is not known here.
func hasNames(os.FileInfo) bool { return false }
