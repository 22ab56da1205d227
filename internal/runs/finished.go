package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/internal/disk"
	"descent/internal/files"
)

// RemoveUnfinished removes files that a process left which ended while it wrote
// them.
func (f *Folder) RemoveUnfinished() error {
	own, _, err := inventory(f.Path)
	trials, _, failed := sorted(f.Path, "", ofTrials)
	err = errors.Join(err, failed)
	for _, name := range append(own, trials...) {
		if files.Unfinished.MatchString(name) {
			if err := os.Remove(f.File(name)); err != nil && !errors.Is(err, fs.ErrNotExist) { // both may list it
				return err
			}
		}
	}
	return err
}

// Finished removes what only a run that goes on needs, once all else is on the
// disk, the lock with it: not every system removes a file that is open. What is
// among the checkpoints or in the folders of members and no run writes stays, and is
// returned.
func (f *Folder) Finished() (stays []string, err error) {
	if err := disk.SyncFolder(f.Path); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	return f.removeCheckpoints()
}

// removeCheckpoints removes the checkpoints and their folder, and returns what
// else lies there.
func (f *Folder) removeCheckpoints() (stays []string, err error) {
	own, others, err := inventory(f.Path)
	err = errors.Join(err, f.unlock())
	for _, name := range own {
		if passing(name) {
			if failed := os.Remove(f.File(name)); !errors.Is(failed, fs.ErrNotExist) { // another process may be as far
				err = errors.Join(err, failed)
			}
		}
	}
	for _, o := range others {
		if o.path != Checkpoints && passing(o.path) {
			stays = append(stays, f.File(o.path))
		}
	}
	return stays, err
}

// passing reports whether a path of a run folder is of what only a run that goes on
// needs: checkpoints, members of a bag, and candidates for the best.
func passing(path string) bool {
	first, _, _ := strings.Cut(filepath.ToSlash(path), "/")
	return first == Checkpoints || ofFolders.MatchString(first)
}

// Discard removes what [Create] made, as far as it came.
func (f *Folder) Discard() error {
	_, err := f.removeCheckpoints()
	err = errors.Join(f.Close(), err)
	if removed := os.Remove(f.File(ConfigFile)); !errors.Is(removed, fs.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	f.Unmake()
	return err
}

// Unmake removes the folders that [MakeFolder] made, unless others use them.
func (f *Folder) Unmake() {
	for _, path := range slices.Backward(f.made) {
		if os.Remove(path) != nil {
			return
		}
	}
}
