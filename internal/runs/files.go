package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"descent/internal/disk"
)

// WriteFile makes a file that appears under its name when it is complete and
// on the disk. What is no file, such as /dev/stdout, is written to.
func WriteFile(path string, content func(io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(content(file), file.Close())
	}
	removeLeft(path)
	temp := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	err = errors.Join(lock(file), content(file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return disk.SyncFolder(filepath.Dir(path))
}

// removeLeft removes what processes left that ended while they wrote the file at
// path. One that still writes has locked its own.
func removeLeft(path string) {
	entries, _ := os.ReadDir(filepath.Dir(path)) // if it fails, so does what follows
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), filepath.Base(path))
		if !ok || !e.Type().IsRegular() || unfinished.FindString(name) != name {
			continue
		}
		left := filepath.Join(filepath.Dir(path), e.Name())
		if file, err := Lock(left); err == nil {
			file.Close()
			os.Remove(left)
		}
	}
}

// WriteJSON writes v as JSON for programs and people.
func WriteJSON(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// ModelFile returns the model file that path means: itself, or the best of a
// run folder.
func ModelFile(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no model %q; name a model file or a run folder", path)
	case err != nil:
		return "", fmt.Errorf("model: %w", err)
	case !info.IsDir():
		return path, nil
	}
	best := filepath.Join(path, BestFile)
	if _, err := os.Stat(best); err == nil {
		return best, nil
	}
	switch Kind(path) {
	case "train":
		return "", fmt.Errorf("the run in %s has kept no model yet: it holds no %s", path, BestFile)
	case "":
		return "", fmt.Errorf("%s is no run folder: it holds no %s", path, BestFile)
	}
	return "", noRun(path)
}

// mostJSON bounds the files that say little: settings, summaries, plans. One from
// elsewhere may be made to take many times its size in memory.
const mostJSON = 1 << 20

// readFile reads a plain file of at most so many bytes.
func readFile(path string, most int64) ([]byte, error) {
	if err := sized(path, most); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// sized returns an error unless path is a plain file of at most so many bytes.
func sized(path string, most int64) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is %s; want a plain file", path, kindOf(info.Mode()))
	case info.Size() > most:
		return fmt.Errorf("%s has %d bytes; want at most %d", path, info.Size(), most)
	}
	return nil
}
