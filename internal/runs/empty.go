package runs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// empty returns an error unless the folder at path holds nothing, or no more
// than a process left that ended before it wrote the settings: what [Folder.Take]
// makes, and settings that are not whole. Without settings there is no run.
func empty(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) == 0 {
		return err
	}
	for _, e := range entries {
		left := e.Type().IsRegular() && strings.HasPrefix(e.Name(), ConfigFile) && unfinished.MatchString(e.Name())
		if e.IsDir() && e.Name() == Checkpoints {
			if left, err = onlyLock(path); err != nil {
				return err
			}
		}
		if !left {
			return fmt.Errorf("%s is not empty", path)
		}
	}
	return Idle(path)
}

// onlyLock reports whether the checkpoints of a folder are none.
func onlyLock(folder string) (bool, error) {
	inside, err := os.ReadDir(filepath.Join(folder, Checkpoints))
	return len(inside) == 0 || len(inside) == 1 && inside[0].Name() == filepath.Base(lockName), err
}
