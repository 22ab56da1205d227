package runs

import (
	"fmt"
	"os"
	"path/filepath"

	"descent/internal/files"
)

// empty returns an error unless the folder at path holds nothing, or no more
// than a process left that ended before it wrote the settings: what [Folder.Take]
// makes, a plan, and files that are not whole. Without settings there is no run,
// and there are no trials.
func empty(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) == 0 {
		return err
	}
	for _, e := range entries {
		left := false
		switch name := e.Name(); {
		case e.IsDir() && name == Checkpoints:
			if left, err = onlyLock(path); err != nil {
				return err
			}
		case e.Type().IsRegular() && files.Unfinished.MatchString(name):
			left = ofRun.MatchString(name) || ofTrials.MatchString(name)
		case e.Type().IsRegular() && name == PlanFile:
			kind, _ := plannedKind(path)
			left = kind != ""
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
