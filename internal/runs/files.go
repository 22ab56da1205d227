package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"descent/internal/usage"
)

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
	case !info.IsDir() && strings.EqualFold(filepath.Ext(path), ".onnx"):
		return "", usage.Errorf("%s is an ONNX network: only inspect, predict and onnx test take it, and train --init-from", path)
	case !info.IsDir() && !mayBeModel(path):
		return "", usage.Errorf("%s is no model; name a model file, such as the %s of a run folder, or the folder", path, BestFile)
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

// mayBeModel goes by the first bytes of a file: the length of a header, and its brace.
// What is shorter or cannot be read is for who loads it to name.
func mayBeModel(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return true
	}
	defer file.Close()
	var head [9]byte
	_, err = io.ReadFull(file, head[:])
	return err != nil || head[8] == '{'
}

// mostJSON bounds the files that say little: settings, summaries, plans. One from
// elsewhere may be made to take many times its size in memory.
const mostJSON = 1 << 20
