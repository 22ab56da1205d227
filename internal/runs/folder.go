package runs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"descent/internal/files"
	"descent/internal/shell"
)

// logFiles are all logs that a run may leave.
var logFiles = []string{MetricsFile, StepsFile, ProbesFile, SamplesFile}

// Folder is where a run leaves its files. A file appears under its name
// when it is complete, but for the logs, which grow.
type Folder struct {
	Path  string
	made  []string            // folders that this process made, the innermost last
	logs  map[string]*LogFile // by the names of their files
	lock  *os.File
	place files.Place // of the lock
}

// Create makes the folder, which must not hold a run or anything else yet, and
// writes the settings into it, so that a folder that cannot be written to shows
// before training. An empty path stands for a new folder under runs, named after the
// data.
func Create(path, data string, config func(io.Writer) error) (*Folder, error) {
	f, err := MakeFolder(path, data)
	if err != nil {
		return nil, fmt.Errorf("run folder: %w; choose another with --out, or go on with --resume", err)
	}
	if err := f.Take(); err != nil {
		return nil, err
	}
	if err := errors.Join(f.RemoveUnfinished(), f.Write(ConfigFile, config)); err != nil {
		return nil, errors.Join(err, f.Discard())
	}
	return f, nil
}

// MakeFolder makes the folder of [Create] and puts nothing into it.
func MakeFolder(path, data string) (*Folder, error) {
	f := &Folder{Path: shell.Path(path)}
	if path != "" {
		err := empty(path)
		if errors.Is(err, fs.ErrNotExist) {
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
	base := filepath.Join("runs", time.Now().Format("20060102-150405")+"-"+DataName(data))
	for i := 1; ; i++ {
		f.Path = base
		if i > 1 {
			f.Path = fmt.Sprintf("%s-%d", base, i)
		}
		if err := os.Mkdir(f.Path, 0o777); !errors.Is(err, fs.ErrExist) {
			f.made = append(f.made, f.Path)
			return f, err
		}
	}
}

// Take makes this process the only one that trains in the folder.
func (f *Folder) Take() error {
	err := os.MkdirAll(f.File(Checkpoints), 0o777)
	if err == nil {
		f.lock, err = files.Lock(f.File(lockName))
	}
	switch {
	case errors.Is(err, files.ErrLocked):
		return fmt.Errorf("run folder: another process is training in %s", f.Path)
	case err != nil:
		return fmt.Errorf("run folder: %w", err)
	}
	f.place = files.PlaceOf(f.lock, f.Path)
	return nil
}

// lockName is held open by the process that trains.
var lockName = filepath.Join(Checkpoints, "lock")

// Begun reports whether the folder holds a checkpoint, good or not: one is
// written before the first update. A run without one that has left something
// cannot go on.
func (f *Folder) Begun() (bool, error) {
	entries, err := os.ReadDir(f.File(Checkpoints))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("run folder: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".safetensors") || strings.HasSuffix(name, ".safetensors.damaged") {
			return true, nil
		}
	}
	return false, f.ended()
}

// ended returns an error if something is there that a run leaves in the end.
func (f *Folder) ended() error {
	for _, name := range []string{SummaryFile, LastFile, BestFile} {
		if f.has(name) {
			return fmt.Errorf("run folder: %s has a %s, but no checkpoint to go on from", f.Path, name)
		}
	}
	return nil
}

func (f *Folder) has(name string) bool {
	_, err := os.Stat(f.File(name))
	return err == nil
}

// DataName is the name of a data set within that of a folder.
func DataName(path string) string {
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

// File is the path of a file of the folder.
func (f *Folder) File(name string) string { return shell.Path(filepath.Join(f.Path, name)) }

// Write makes a file of the folder. It takes the place of a plain file alone: what
// is written to a pipe or by way of a link would leave the folder.
func (f *Folder) Write(name string, content func(io.Writer) error) error {
	path := f.File(name)
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("write %s: it is %s; remove it or move it away first", path, files.Kind(info.Mode()))
	}
	return files.Write(path, content)
}

// Read returns the text of a file of the folder that says little.
func (f *Folder) Read(name string) ([]byte, error) {
	text, err := files.Read(f.File(name), mostJSON)
	if err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	return text, nil
}

// log returns the log of that name, which is opened or made when it is first
// asked for.
func (f *Folder) log(name string) (*LogFile, error) {
	if l, ok := f.logs[name]; ok {
		return l, nil
	}
	if err := files.Plain(f.File(name)); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	l, err := openLogFile(f.File(name))
	if err == nil {
		if f.logs == nil {
			f.logs = map[string]*LogFile{}
		}
		f.logs[name] = l
	}
	return l, err
}

// Mark returns the size of each log, on the disk.
func (f *Folder) Mark() (map[string]int64, error) {
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

// Cut takes the logs back to what they were at the mark; one that the mark does
// not know becomes empty. A mark may come from elsewhere: it names no other files.
func (f *Folder) Cut(sizes map[string]int64) error {
	for name, size := range sizes {
		if !slices.Contains(logFiles, name) || size < 0 {
			return fmt.Errorf("the run has a log %q of %d bytes; want %s, in its folder", name, size, strings.Join(logFiles, ", "))
		}
	}
	for _, name := range logFiles {
		if _, err := os.Lstat(f.File(name)); sizes[name] == 0 && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		l, err := f.log(name)
		if err == nil {
			err = l.cut(sizes[name])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Close closes the logs, and lets others train in the folder.
func (f *Folder) Close() error {
	var errs []error
	for _, l := range f.logs {
		errs = append(errs, l.close())
	}
	f.logs = nil
	return errors.Join(append(errs, f.unlock())...)
}

// Here returns an error if the folder is not the one that the process took.
func (f *Folder) Here() error { return f.place.Check() }

// unlock lets others train in the folder.
func (f *Folder) unlock() error {
	if f.lock == nil {
		return nil
	}
	err := f.lock.Close()
	f.lock, f.place = nil, files.Place{}
	return err
}

// Open opens a run folder that is there. It holds no links where a run writes.
func Open(path string) (*Folder, error) {
	f := &Folder{Path: shell.Path(path)}
	if kind := Kind(path); kind != "" && kind != "train" {
		return nil, NotOf("train", path)
	}
	if _, err := os.Stat(f.File(ConfigFile)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s is no run folder: it holds no %s", path, ConfigFile)
		}
		return nil, fmt.Errorf("run folder: %w", err)
	}
	if !f.has(Checkpoints) && !f.has(ResultFile) { // a run makes a place for checkpoints before all else
		if err := f.ended(); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s holds settings, but no run to go on with; \"%s\" starts one", path, shell.Line("descent", "train", "--config", f.File(ConfigFile)))
	}
	return f, f.onlyPlain()
}

// Idle returns an error if a process trains in the folder.
func Idle(folder string) error {
	path := filepath.Join(folder, lockName)
	if _, err := os.Stat(path); err != nil {
		return nil // no run that goes on, or could
	}
	lock, err := files.Lock(path)
	if errors.Is(err, files.ErrLocked) {
		return fmt.Errorf("%s is in use: a process trains in it", folder)
	}
	if err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	return lock.Close()
}
