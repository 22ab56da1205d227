package onnx

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// Check is an output compared with what it should be.
type Check struct {
	Set    string  // the folder of the data, as in "test_data_set_0"
	Output string  // its name
	Off    float64 // the largest difference; NaN if the shapes differ, infinite if texts do
	Bound  float64 // what it may be: 1e-5 + 1e-4·max|output|, more of 16 bits
	Got    Tensor
	Want   Tensor
}

// Holds reports whether the output is close enough.
func (c Check) Holds() bool { return c.Off <= c.Bound }

// CheckFolder runs a test in the form of the standard's own: a folder with model.onnx
// and folders test_data_set_0, ... that hold input_0.pb, ... and output_0.pb, ..., in
// the order of the model's.
func CheckFolder(folder string) ([]Check, error) {
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file; want a folder with model.onnx and test_data_set_0 and so on", folder)
	}
	m, err := Read(filepath.Join(folder, "model.onnx"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; want a folder with model.onnx and test_data_set_0 and so on", err)
	}
	if err != nil {
		return nil, err
	}
	sets, err := filepath.Glob(filepath.Join(folder, "test_data_set_*"))
	if err == nil && len(sets) == 0 {
		err = fmt.Errorf("%s: there is no folder test_data_set_0", folder)
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(sets)
	var checks []Check
	for _, set := range sets {
		for kind, n := range map[string]int{"input": len(m.Inputs), "output": len(m.Outputs)} {
			extra := filepath.Join(set, fmt.Sprintf("%s_%d.pb", kind, n))
			if _, err := os.Stat(extra); err == nil {
				return nil, fmt.Errorf("%s: the network has only %d of that kind", extra, n)
			}
		}
		inputs := map[string]Tensor{}
		for i, in := range m.Inputs {
			x, err := ReadTensor(filepath.Join(set, fmt.Sprintf("input_%d.pb", i)))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("%s: there is no input_%d.pb, for input %q, %s", set, i, in.Name, in)
			}
			if err != nil {
				return nil, err
			}
			inputs[in.Name] = x
		}
		got, err := m.Run(inputs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", set, err)
		}
		for i, name := range m.Outputs {
			path := filepath.Join(set, fmt.Sprintf("output_%d.pb", i))
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("%s: there is no output_%d.pb, for output %q", set, i, name)
			}
			want, err := ReadTensor(path)
			if err != nil {
				return nil, err
			}
			checks = append(checks, compareTensors(filepath.Base(set), name, got[name], want))
		}
	}
	return checks, nil
}

// compareTensors measures how far an output is off. Values that are not finite have to
// be the same.
func compareTensors(set, name string, got, want Tensor) Check {
	c := Check{Set: set, Output: name, Bound: 1e-5, Got: got, Want: want}
	if !slices.Equal(got.Dims, want.Dims) || len(got.Values) != len(want.Values) || len(got.Texts) != len(want.Texts) {
		c.Off = math.NaN()
		return c
	}
	if !slices.Equal(got.Texts, want.Texts) {
		c.Off = math.Inf(1)
	}
	largest := 0.0
	for i, w := range want.Values {
		d := math.Abs(got.Values[i] - w)
		switch {
		case got.Values[i] == w || got.Values[i] != got.Values[i] && w != w:
			d = 0
		case d != d || math.IsInf(d, 0):
			d = math.Inf(1)
		}
		if !math.IsInf(w, 0) && w == w {
			largest = max(largest, math.Abs(w))
		}
		c.Off = max(c.Off, d)
	}
	c.Bound += float64(largest * map[string]float64{"float16": 1e-3, "bfloat16": 1e-2, "": 1e-4}[half(want.Type)])
	return c
}

// half is the type if it has 16 bits, whose rounding is that of the program that wrote
// what is compared.
func half(typ string) string {
	if typ == "float16" || typ == "bfloat16" {
		return typ
	}
	return ""
}
