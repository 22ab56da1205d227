package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/usage"
	"descent/onnx"
)

// said is what the metadata of a file of descent export say of its answers, which are
// written then as those of the model are.
type said struct {
	spec       data.Spec // without what encodes rows
	thresholds []float64
	output     string // with the numbers of a row: of classes, of labels or of targets
}

// saidBy returns what a file says, nil for one of another program.
func saidBy(m *onnx.Model) *said {
	s, e := &said{output: "probabilities"}, &data.Encoder{}
	var units []struct{ Mean, Std float64 }
	var separator string
	for key, to := range map[string]any{
		"task": &s.spec.Task, "classes": &s.spec.Classes, "targets": &s.spec.Targets, "thresholds": &s.thresholds, "units": &units, "separator": &separator,
	} {
		if text, ok := m.Metadata[key]; ok && json.Unmarshal([]byte(text), to) != nil {
			return nil
		}
	}
	names := outputNames(s.spec)
	switch s.spec.Task {
	case data.Classification:
		if s.thresholds != nil && (len(s.thresholds) != 1 || len(names) != 2) {
			return nil
		}
	case data.MultiLabel:
		if s.thresholds != nil && len(s.thresholds) != len(names) {
			return nil
		}
		if separator != "" {
			s.spec.Encoder, e.LabelColumn = e, &data.LabelColumn{Separator: separator}
		}
	case data.Regression:
		s.output = "prediction"
		if units == nil {
			break
		}
		s.spec.Encoder, e.Task = e, data.Regression
		for _, u := range units {
			if !(u.Std > 0) {
				return nil
			}
			e.Targets = append(e.Targets, data.Target{Mean: u.Mean, Std: u.Std})
		}
		if len(units) != len(names) {
			return nil
		}
	}
	if !s.spec.Task.Valid() || len(names) == 0 || !slices.Contains(m.Outputs, s.output) {
		return nil
	}
	return s
}

// takes refuses what the model would refuse.
func (s *said) takes(opt predictOptions) error {
	if s != nil && opt.probabilities && s.spec.Task == data.Regression {
		return withoutProbabilities(s.spec)
	}
	return nil
}

// withoutProbabilities is the error for those of numbers.
func withoutProbabilities(spec data.Spec) error {
	return usage.Errorf("--probabilities: the model predicts %s, neither classes nor labels", strings.Join(spec.Targets, ", "))
}

// writer returns what writes rows of outputs as the model's own predictions, of which a
// batch has so many; nil where the outputs are others than the metadata say.
func (s *said) writer(w io.Writer, outputs map[string]onnx.Tensor, rows int, named bool, opt predictOptions) (onnxForm, error) {
	k := len(outputNames(s.spec))
	if t := outputs[s.output]; len(t.Values) != rows*k || !strings.HasPrefix(t.Type, "float") {
		return nil, nil
	}
	opt.thresholds = s.thresholds
	newForm := newCSVForm
	if opt.format == "jsonl" {
		newForm = newJSONForm
	}
	write, err := newForm(w, s.spec, opt, choose(named, "file", ""))
	if err != nil {
		return nil, err
	}
	row := 0
	return func(name string, i, _ int, outputs map[string]onnx.Tensor) error {
		row++
		values := outputs[s.output].Values[i*k : (i+1)*k]
		for _, v := range values {
			if v-v != 0 {
				return fmt.Errorf("row %d: the network makes %v of it, as of a number that is too large for float32", row, v)
			}
		}
		return write(name, values)
	}, nil
}
