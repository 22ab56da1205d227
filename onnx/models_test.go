package onnx_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"descent/onnx"
)

const shared = "../../shared/models"

var unsafe = regexp.MustCompile(`[^A-Za-z0-9_.-]`)

// TestModels compares files of other programs with what onnxruntime made of them.
func TestModels(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared, "*.onnx"))
	if len(files) == 0 {
		t.Skip("the models of shared/models are not here")
	}
	refused := map[string]string{
		"conxr-mnist-quantized": "ConvInteger", "vespa-mnist_softmax": "version 4",
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".onnx")
		t.Run(name, func(t *testing.T) {
			m, err := onnx.Read(file)
			if want := refused[name]; want != "" {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("error %v, want one that names %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			folder := strings.TrimSuffix(file, ".onnx")
			inputs := map[string]onnx.Tensor{}
			for _, in := range m.Network.Inputs {
				x, err := onnx.ReadTensor(filepath.Join(folder, "in-"+unsafe.ReplaceAllString(in.Name, "_")+".npy"))
				if os.IsNotExist(err) && strings.HasPrefix(name, "light-") {
					x, err = counted(in), nil
				}
				if err != nil {
					t.Fatal(err)
				}
				inputs[in.Name] = x
			}
			outputs, err := m.Run(inputs)
			if err != nil {
				t.Fatal(err)
			}
			for _, out := range m.Network.Outputs {
				want, err := onnx.ReadTensor(filepath.Join(folder, "out-"+unsafe.ReplaceAllString(out, "_")+".npy"))
				if err != nil {
					t.Fatal(err)
				}
				got := outputs[out]
				if len(got.Values) != len(want.Values) {
					t.Fatalf("%s: shape %v, want %v", out, got.Dims, want.Dims)
				}
				want.Type = "" // the bound is that of float32
				c := onnx.CompareTensors("", out, got, want)
				off, bound := c.Off, c.Bound
				if name == "winml-squeezenet-fp16" {
					bound *= 3 // onnxruntime rounds what is between to float16; with weights widened it is off by 1e-7
				}
				t.Logf("%s: off by %.2g of %.2g", out, off, bound)
				if !(off <= bound) {
					t.Errorf("%s: off by %g, at most %g is allowed", out, off, bound)
				}
			}
		})
	}
}

// counted is what the published outputs of the light models belong to.
func counted(in onnx.Input) onnx.Tensor {
	x := onnx.Tensor{Type: in.Elem}
	n := 1
	for _, d := range in.Dims {
		x.Dims = append(x.Dims, max(1, d.Size))
		n *= max(1, d.Size)
	}
	for i := range n {
		x.Values = append(x.Values, float64(float32(i)/float32(n)))
	}
	return x
}
