package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Folder is the kind of a folder.
const Folder = "a folder"

// Kind says what something is that is no plain file; nothing of one.
func Kind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return Folder
	case mode&fs.ModeSymlink != 0:
		return "a link"
	}
	return "no plain file"
}

// Plain returns an error if something lies at path that is no plain file of the
// folder alone: by way of a link something elsewhere would be cut.
func Plain(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if kind := Kind(info.Mode()); kind != "" {
		return fmt.Errorf("%s is %s; a run works on plain files alone: put the file itself in its place", path, kind)
	}
	if hasNames(info) {
		return fmt.Errorf("%s has another name elsewhere, a hard link, and would change there, too; put a copy in its place", path)
	}
	return nil
}
