package scratch

import (
	"fmt"
	"os"
)

// Path is a name by which other processes on this machine, of the same user, open the
// file as long as it is open here; "" where the system has no such names.
func (f *File) Path() string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.file.Fd()) }
