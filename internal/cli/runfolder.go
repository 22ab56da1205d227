package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"descent/train"
)

// The files of a run folder.
const (
	configFile  = "config.yaml"
	metricsFile = "metrics.csv"
	summaryFile = "summary.json"
	bestFile    = "best.safetensors"
	lastFile    = "last.safetensors"
)

// runFolder is where a run leaves its files. A file appears under its name
// when it is complete, but for the metrics, which grow by a row an epoch.
type runFolder struct {
	path    string
	metrics *os.File
}

// createRun makes the folder, which must not hold anything yet, and writes the
// settings into it, so that a folder that cannot be written to shows before
// training. An empty path stands for a new folder under runs.
func createRun(path string, s *Settings) (*runFolder, error) {
	path, err := makeFolder(path, s)
	if err != nil {
		return nil, fmt.Errorf("run folder: %w; choose another with --out", err)
	}
	f := &runFolder{path: path}
	if err := f.write(configFile, func(w io.Writer) error { return writeSettings(w, s) }); err != nil {
		return nil, err
	}
	if f.metrics, err = os.Create(f.file(metricsFile)); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	return f, nil
}

func makeFolder(path string, s *Settings) (string, error) {
	if path != "" {
		entries, err := os.ReadDir(path)
		switch {
		case err == nil && len(entries) > 0:
			return "", fmt.Errorf("%s is not empty", path)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
		return path, os.MkdirAll(path, 0o777)
	}
	if err := os.MkdirAll("runs", 0o777); err != nil {
		return "", err
	}
	base := filepath.Join("runs", time.Now().Format("20060102-150405")+"-"+dataName(s.Data))
	for i := 1; ; i++ {
		path := base
		if i > 1 {
			path = fmt.Sprintf("%s-%d", base, i)
		}
		if err := os.Mkdir(path, 0o777); !errors.Is(err, fs.ErrExist) {
			return path, err
		}
	}
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

// row appends a row to the metrics.
func (f *runFolder) row(fields []string) error {
	w := csv.NewWriter(f.metrics)
	w.Write(fields)
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("write %s: %w", f.file(metricsFile), err)
	}
	return nil
}

// header returns the first row of the metrics.
func header(scores []string, validated bool) []string {
	fields := []string{"epoch", "step", "lr", "train_loss"}
	if !validated {
		return fields
	}
	for _, name := range append([]string{"loss"}, scores...) {
		fields = append(fields, "val_"+name)
	}
	return fields
}

// metricsRow returns the row of an epoch.
func metricsRow(e *train.Epoch, scores []string) []string {
	fields := []string{strconv.Itoa(e.Epoch + 1), strconv.Itoa(e.Updates), formatFloat(e.Rate), formatFloat(e.TrainLoss)}
	if e.Validation == nil {
		return fields
	}
	for _, name := range append([]string{"loss"}, scores...) {
		fields = append(fields, formatFloat(e.Validation.Score(name)))
	}
	return fields
}

func (f *runFolder) close() error { return f.metrics.Close() }

// writeFile makes a file that appears under its name when it is complete.
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
	err = errors.Join(content(file), file.Close())
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
