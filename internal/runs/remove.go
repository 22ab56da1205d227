package runs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Removable returns why the folder at path must not be removed as a run, nil if
// it may: it is a run folder, not a link to one, holds nothing that a run does
// not write, and the process does not work in it.
func Removable(folder string) error {
	_, err := removable(folder)
	return err
}

// removable lists what is to be removed, what makes the folder a run last.
func removable(folder string) ([]string, error) {
	info, err := os.Lstat(folder)
	switch {
	case err != nil:
		return nil, fmt.Errorf("run folder: %w", err)
	case info.Mode()&os.ModeSymlink != 0:
		return nil, fmt.Errorf("%s is a link; name the run folder itself", folder)
	case !IsRun(folder):
		return nil, fmt.Errorf("%s stays: %w", folder, noRun(folder))
	}
	full, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	if here, err := os.Getwd(); err == nil && strings.HasPrefix(here+string(filepath.Separator), full+string(filepath.Separator)) {
		return nil, fmt.Errorf("%s is where you are; leave it first", folder)
	}
	own, others, err := inventory(folder)
	if err != nil {
		return nil, err
	}
	if len(others) > 0 {
		o := others[0]
		if o.why != "" {
			o.why = ", " + o.why
		}
		return nil, fmt.Errorf("%s holds %q%s, which no run writes; move it away first", folder, filepath.ToSlash(o.path), o.why)
	}
	head := func(name string) bool { return name == ConfigFile || name == MetricsFile }
	slices.SortStableFunc(own, func(a, b string) int { return rank(!head(a)) - rank(!head(b)) })
	return own, nil
}

// Remove removes a run folder that is [Removable], name by name: what comes into
// it meanwhile stays.
func Remove(folder string) error {
	own, err := removable(folder)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("remove run: %w", err)
	}
	for _, name := range own {
		if err := root.Remove(name); err != nil {
			return errors.Join(fmt.Errorf("remove run: %w", err), root.Close())
		}
	}
	if err := errors.Join(root.Close(), os.Remove(folder)); err != nil {
		return fmt.Errorf("remove run: %w", err)
	}
	return nil
}
