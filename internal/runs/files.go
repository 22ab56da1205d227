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
)

// WriteFile makes a file that appears under its name when it is complete and
// on the disk.
func WriteFile(path string, content func(io.Writer) error) (err error) {
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
	if _, err := os.Stat(best); err != nil {
		return "", fmt.Errorf("%s is no run folder: it holds no %s", path, BestFile)
	}
	return best, nil
}
