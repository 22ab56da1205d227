package runs

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// own are patterns of what a run leaves in its folder.
var own = []string{
	ConfigFile, SummaryFile, MetricsFile, StepsFile, ProbesFile, TestFile, RowsFile, ProfileFile, ReportFile, ResultFile,
	PictureFile, Checkpoints, "*.safetensors", "events.out.tfevents.*", "*.tmp",
}

// Removable returns why the folder at path must not be removed as a run, nil if
// it may: it is a run folder, not a link to one, holds nothing that a run does
// not write, and the process does not work in it.
func Removable(folder string) error {
	info, err := os.Lstat(folder)
	switch {
	case err != nil:
		return fmt.Errorf("run folder: %w", err)
	case info.Mode()&os.ModeSymlink != 0:
		return fmt.Errorf("%s is a link; name the run folder itself", folder)
	case !IsRun(folder):
		return fmt.Errorf("%s is no run folder and stays", folder)
	}
	full, err := filepath.Abs(folder)
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	if here, err := os.Getwd(); err == nil && strings.HasPrefix(here+string(filepath.Separator), full+string(filepath.Separator)) {
		return fmt.Errorf("%s is where you are; leave it first", folder)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	for _, e := range entries {
		if !isOwn(e.Name()) || e.IsDir() && e.Name() != Checkpoints {
			return fmt.Errorf("%s holds %q, which no run writes; move it away first", folder, e.Name())
		}
	}
	return nil
}

func isOwn(name string) bool {
	for _, pattern := range own {
		if ok, _ := path.Match(pattern, name); ok {
			return true
		}
	}
	return false
}

// Remove removes a run folder that is [Removable].
func Remove(folder string) error {
	if err := Removable(folder); err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("remove run: %w", err)
	}
	return nil
}
