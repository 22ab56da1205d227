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

// TestFixedRows: a file that was made for one row gives each of several what it gives alone.
func TestFixedRows(t *testing.T) {
	file := filepath.Join(shared, "deeploy-CCT_2_32_32_128_Opset20.onnx")
	if _, err := os.Stat(file); err != nil {
		t.Skip("the models of shared/models are not here")
	}
	m, err := onnx.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	const rows = 3
	in, out := m.Inputs[0], m.Outputs[0]
	if in.Dims[0].Size != 1 {
		t.Fatalf("%s is for several rows", in)
	}
	in.Dims = append([]onnx.Dim{{Size: rows}}, in.Dims[1:]...)
	x := counted(in)
	all, err := m.Run(map[string]onnx.Tensor{in.Name: x})
	if err != nil {
		t.Fatal(err)
	}
	each, wide := len(x.Values)/rows, len(all[out].Values)/rows
	for row := range rows {
		one := onnx.Tensor{Type: x.Type, Dims: append([]int{1}, x.Dims[1:]...), Values: x.Values[row*each : (row+1)*each]}
		alone, err := m.Run(map[string]onnx.Tensor{in.Name: one})
		if err != nil {
			t.Fatal(err)
		}
		got := onnx.Tensor{Dims: alone[out].Dims, Values: all[out].Values[row*wide : (row+1)*wide]}
		if c := onnx.CompareTensors("", out, got, alone[out]); !c.Holds() {
			t.Errorf("row %d: off by %g", row, c.Off)
		}
	}
	if err := m.Network.Fits(rows, 32, 32, 3); err != nil {
		t.Error(err)
	}
	m.Network.Inputs[0].Dims[0].Size = 0
	if m.Network.Fits(rows, 32, 32, 3) == nil {
		t.Error("shapes that say one row fit several")
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
