package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"descent/internal/runs"
)

// The files of a run folder.
const (
	configFile  = "config.yaml"
	metricsFile = "metrics.csv" // a row an epoch
	stepsFile   = "steps.csv"   // a row an update, or every k-th
	summaryFile = "summary.json"
	bestFile    = "best.safetensors"
	lastFile    = "last.safetensors"
	resultFile  = "result.txt"  // what was printed in the end
	checkpoints = "checkpoints" // a folder, until the run is done
)

// logFiles are all logs that a run may leave.
var logFiles = []string{metricsFile, stepsFile, runs.ProbesFile}

// runFolder is where a run leaves its files. A file appears under its name
// when it is complete, but for the logs, which grow.
type runFolder struct {
	path string
	made []string           // folders that this process made, the innermost last
	logs map[string]*runLog // by the names of their files
	lock *os.File
}

// createRun makes the folder, which must not hold anything yet, and writes the
// settings into it, so that a folder that cannot be written to shows before
// training. An empty path stands for a new folder under runs.
func createRun(path string, s *Settings) (*runFolder, error) {
	f, err := makeFolder(path, s)
	if err != nil {
		return nil, fmt.Errorf("run folder: %w; choose another with --out", err)
	}
	if err := f.take(); err != nil {
		return nil, err
	}
	if err := f.write(configFile, func(w io.Writer) error { return writeSettings(w, s) }); err != nil {
		return nil, errors.Join(err, f.discard())
	}
	return f, nil
}

func makeFolder(path string, s *Settings) (*runFolder, error) {
	f := &runFolder{path: path}
	if path != "" {
		entries, err := os.ReadDir(path)
		switch {
		case err == nil && len(entries) > 0:
			return nil, fmt.Errorf("%s is not empty", path)
		case errors.Is(err, fs.ErrNotExist):
			f.made = []string{path}
			err = os.MkdirAll(path, 0o777)
		}
		return f, err
	}
	switch err := os.Mkdir("runs", 0o777); {
	case err == nil:
		f.made = []string{"runs"}
	case !errors.Is(err, fs.ErrExist):
		return nil, err
	}
	base := filepath.Join("runs", time.Now().Format("20060102-150405")+"-"+dataName(s.Data))
	for i := 1; ; i++ {
		f.path = base
		if i > 1 {
			f.path = fmt.Sprintf("%s-%d", base, i)
		}
		if err := os.Mkdir(f.path, 0o777); !errors.Is(err, fs.ErrExist) {
			f.made = append(f.made, f.path)
			return f, err
		}
	}
}

// take makes this process the only one that trains in the folder.
func (f *runFolder) take() error {
	err := os.MkdirAll(f.file(checkpoints), 0o777)
	if err == nil {
		f.lock, err = lockFile(f.file(lockName))
	}
	switch {
	case errors.Is(err, errLocked):
		return fmt.Errorf("run folder: another process is training in %s", f.path)
	case err != nil:
		return fmt.Errorf("run folder: %w", err)
	}
	return nil
}

// lockName is held open by the process that trains.
var lockName = filepath.Join(checkpoints, "lock")

// begun reports whether the folder holds a checkpoint, good or not: one is
// written before the first update. A run without one that has left something
// cannot go on.
func (f *runFolder) begun() (bool, error) {
	entries, err := os.ReadDir(f.file(checkpoints))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("run folder: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".safetensors") || strings.HasSuffix(name, ".safetensors.damaged") {
			return true, nil
		}
	}
	for _, name := range []string{summaryFile, lastFile, bestFile} {
		if _, err := os.Stat(f.file(name)); err == nil {
			return false, fmt.Errorf("run folder: %s has a %s, but no checkpoint to go on from", f.path, name)
		}
	}
	return false, nil
}

// removeUnfinished removes files that a process left which ended while it wrote
// them.
func (f *runFolder) removeUnfinished() error {
	entries, err := os.ReadDir(f.path)
	for _, e := range entries {
		if unfinished.MatchString(e.Name()) {
			err = errors.Join(err, os.Remove(f.file(e.Name())))
		}
	}
	return err
}

// unfinished are the names of files on their way to another name.
var unfinished = regexp.MustCompile(`\.[0-9a-f]{8}\.tmp$`)

// finished removes what only a run that goes on needs.
func (f *runFolder) finished() error { return os.RemoveAll(f.file(checkpoints)) }

// discard removes what createRun made.
func (f *runFolder) discard() error {
	err := errors.Join(f.close(), os.RemoveAll(f.file(checkpoints)), os.Remove(f.file(configFile)))
	for _, path := range slices.Backward(f.made) {
		if os.Remove(path) != nil {
			break // others use it
		}
	}
	return err
}

// dataName is the name of a data set within that of a folder.
func dataName(path string) string {
	name := filepath.Base(filepath.Clean(path))
	for _, suffix := range []string{".gz", ".csv", ".zip"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
}

func (f *runFolder) file(name string) string { return filepath.Join(f.path, name) }

// write makes a file of the folder.
func (f *runFolder) write(name string, content func(io.Writer) error) error {
	return writeFile(f.file(name), content)
}

// log returns the log of that name, which is opened or made when it is first
// asked for.
func (f *runFolder) log(name string) (*runLog, error) {
	if l, ok := f.logs[name]; ok {
		return l, nil
	}
	l, err := openLog(f.file(name))
	if err == nil {
		if f.logs == nil {
			f.logs = map[string]*runLog{}
		}
		f.logs[name] = l
	}
	return l, err
}

// mark returns the size of each log, on the disk.
func (f *runFolder) mark() (map[string]int64, error) {
	sizes := map[string]int64{}
	for name, l := range f.logs {
		size, err := l.sync()
		if err != nil {
			return nil, err
		}
		sizes[name] = size
	}
	return sizes, nil
}

// cut takes the logs back to what they were at the mark; one that the mark does
// not know becomes empty.
func (f *runFolder) cut(sizes map[string]int64) error {
	for _, name := range append(slices.Collect(maps.Keys(sizes)), logFiles...) {
		if _, err := f.log(name); err != nil {
			return err
		}
	}
	for name, l := range f.logs {
		if err := l.cut(sizes[name]); err != nil {
			return err
		}
	}
	return nil
}

func (f *runFolder) close() error {
	var errs []error
	for _, l := range f.logs {
		errs = append(errs, l.close())
	}
	f.logs = nil
	if f.lock != nil {
		errs = append(errs, f.lock.Close())
		f.lock = nil
	}
	return errors.Join(errs...)
}

// writeFile makes a file that appears under its name when it is complete and
// on the disk.
func writeFile(path string, content func(io.Writer) error) (err error) {
	temp := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	err = errors.Join(content(file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// modelPath returns the model file that path means: itself, or the best of a
// run folder.
func modelPath(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no model %q; name a model file or a run folder", path)
	case err != nil:
		return "", fmt.Errorf("model: %w", err)
	case !info.IsDir():
		return path, nil
	}
	best := filepath.Join(path, bestFile)
	if _, err := os.Stat(best); err != nil {
		return "", fmt.Errorf("%s is no run folder: it holds no %s", path, bestFile)
	}
	return best, nil
}
