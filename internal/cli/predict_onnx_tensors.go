package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"descent/internal/human"
	"descent/onnx"
)

func wholeRows(t map[string]onnx.Tensor) onnxRows {
	return onnxRows{n: 1, whole: true, inputs: func(_, _ int) (map[string]onnx.Tensor, error) { return t, nil }}
}

// tensorsIn reads a tensor for each input from a folder, if there are such files.
func tensorsIn(n *onnx.Model, folder string) (map[string]onnx.Tensor, bool, error) {
	list := map[string]onnx.Tensor{}
	var missing []string
	for i, in := range n.Inputs {
		found := false
		for _, name := range []string{in.Name + ".npy", in.Name + ".pb", fmt.Sprintf("input_%d.pb", i)} {
			if !filepath.IsLocal(name) {
				continue
			}
			t, err := onnx.ReadTensor(filepath.Join(folder, name))
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, true, err
			}
			list[in.Name], found = t, true
			break
		}
		if !found {
			missing = append(missing, in.Name)
		}
	}
	if len(list) > 0 && len(missing) > 0 {
		return nil, true, fmt.Errorf("%s has no file for input %s: NAME.npy or NAME.pb", folder, human.Line(strings.Join(missing, ", ")))
	}
	return list, len(list) > 0, nil
}
