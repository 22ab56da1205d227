package settings

import (
	"slices"
	"strings"

	"descent/internal/transfer"
	"descent/nn"
	"descent/onnx"
)

// backbone is the word for all layers but the last one, among patterns to freeze.
const backbone = "backbone"

// frozen returns the patterns of what stays as it starts, with names for that word.
func (j *Job) frozen() ([]string, error) {
	patterns := j.Settings.Train.Freeze
	if !slices.Contains(patterns, backbone) {
		return patterns, nil
	}
	_, f, err := j.traced()
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return p == backbone })
	head := transfer.Head(f)
	for _, p := range f.Params {
		if !slices.Contains(head, p.Name) && strings.HasPrefix(p.Name, j.onnxPath) {
			list = append(list, asPattern.Replace(p.Name))
		}
	}
	return list, nil
}

// asPattern writes a name as a pattern that matches it alone.
var asPattern = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

// keepsStats reports whether statistics of batch normalization are frozen.
func (j *Job) keepsStats(n onnx.Network) bool {
	for _, w := range n.Weights {
		if w.Role != "mean" {
			continue
		}
		return slices.Contains(j.Settings.Train.Freeze, backbone) || slices.ContainsFunc(j.Settings.Train.Freeze, func(pattern string) bool {
			ok, _ := nn.Frozen(pattern, j.onnxPath+w.Name)
			return ok
		})
	}
	return false
}
