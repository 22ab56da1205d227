package scratch

import (
	"crypto/rand"
	"os"
	"path/filepath"
)

// deleteOnClose has Windows remove a file when the last handle is closed
// (FILE_FLAG_DELETE_ON_CLOSE).
const deleteOnClose = 0x04000000

// create makes a file that the system removes.
func create(folder string) (*os.File, error) {
	name := filepath.Join(folder, "descent-"+rand.Text()+".tmp")
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|deleteOnClose, 0o600)
}
