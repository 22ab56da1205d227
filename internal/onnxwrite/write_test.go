package onnxwrite_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"descent/internal/onnxtest"
	"descent/internal/onnxwrite"
	"descent/model"
)

// written writes a model to a file.
func written(t *testing.T, m *model.Model) (string, onnxwrite.Contents) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := onnxwrite.Write(f, m)
	if err != nil {
		t.Fatal(err)
	}
	return path, c
}

// TestLayers compares what onnxruntime makes of each layer with the model, and gives the
// files to the checker of ONNX.
func TestLayers(t *testing.T) {
	var jobs []onnxtest.Job
	var files []string
	var want [][]float64
	list := onnxtest.Layers(t)
	for i, l := range list {
		m := l.Model(t, uint64(i))
		path, _ := written(t, m)
		x := l.Input()
		y, err := m.Predict(x)
		if err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		var values []any
		for _, v := range x {
			values = append(values, v)
		}
		files, want = append(files, path), append(want, y)
		jobs = append(jobs, onnxtest.Job{Model: path, Feeds: map[string]onnxtest.Tensor{"x": {Type: "float32", Dims: l.Dims, Data: values}}})
	}
	onnxtest.Check(t, files...)
	for i, outputs := range onnxtest.Run(t, jobs) {
		got := outputs["prediction"].Data
		if len(got) != len(want[i]) {
			t.Fatalf("%s: %d values, want %d", list[i].Name, len(got), len(want[i]))
		}
		most, off := 0.0, 0.0
		for j, v := range got {
			number, ok := v.(float64)
			if !ok {
				number = math.NaN()
			}
			most, off = math.Max(most, math.Abs(want[i][j])), math.Max(off, math.Abs(number-want[i][j]))
		}
		if !(off <= 1e-5+1e-5*most) {
			t.Errorf("%s: off by %g of %g", list[i].Name, off, most)
		}
	}
}
