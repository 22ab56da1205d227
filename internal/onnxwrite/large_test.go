package onnxwrite_test

import (
	"bytes"
	"math"
	"testing"

	"descent/internal/onnxproto"
	"descent/internal/onnxtest"
	"descent/internal/onnxwrite"
	"descent/nn"
	"descent/onnx"
)

// TestLargeImages: a network of an ONNX file on images as large as those of ImageNet is
// written, though its results have bounds, and read again it predicts the same.
func TestLargeImages(t *testing.T) {
	kernel := make([]float32, 64*3)
	for i := range kernel {
		kernel[i] = float32(i%7-3) / 8
	}
	shape := &onnxproto.Shape{Dims: []*onnxproto.Dim{{Param: "n"}, onnxproto.Fixed(3), onnxproto.Fixed(224), onnxproto.Fixed(224)}}
	file := onnxproto.Marshal(&onnxproto.Model{IRVersion: 8, Opsets: []*onnxproto.Opset{{Version: 17}}, Graph: &onnxproto.Graph{
		Name:         "backbone",
		Inputs:       []*onnxproto.ValueInfo{{Name: "image", Type: &onnxproto.Type{Tensor: &onnxproto.TensorType{Elem: onnxproto.Float32, Shape: shape}}}},
		Outputs:      []*onnxproto.ValueInfo{{Name: "mean"}},
		Initializers: []*onnxproto.Tensor{onnxproto.NewFloat32("kernel", []int64{64, 3, 1, 1}, kernel)},
		Nodes: []*onnxproto.Node{
			{Op: "Conv", Inputs: []string{"image", "kernel"}, Outputs: []string{"c"}}, {Op: "Relu", Inputs: []string{"c"}, Outputs: []string{"r"}},
			{Op: "GlobalAveragePool", Inputs: []string{"r"}, Outputs: []string{"mean"}},
		},
	}})
	backbone, err := onnx.Parse(file, "")
	if err != nil {
		t.Fatal(err)
	}
	l := onnxtest.Layer{Name: "large images", Layer: nn.Sequential{backbone.Network, nn.Flatten{}}, Dims: []int{2, 224, 224, 3}}
	m := l.Model(t, 1)
	x := l.Input()
	want, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := onnxwrite.Bare(m); err != nil {
		t.Error(err)
	}
	var b bytes.Buffer
	if _, err := onnxwrite.Write(&b, m); err != nil {
		t.Fatal(err)
	}
	back, err := onnx.Parse(b.Bytes(), "")
	if err != nil {
		t.Fatal(err)
	}
	in := onnx.Tensor{Type: "float32", Dims: l.Dims}
	for _, v := range x {
		in.Values = append(in.Values, float64(v))
	}
	outputs, err := back.Run(map[string]onnx.Tensor{"x": in})
	if err != nil {
		t.Fatal(err)
	}
	got := outputs["prediction"].Values
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	most, off := 0.0, 0.0
	for i, v := range want {
		most, off = math.Max(most, math.Abs(v)), math.Max(off, math.Abs(got[i]-v))
	}
	if !(off <= 1e-5+1e-5*most) || most == 0 {
		t.Errorf("off by %g of %g", off, most)
	}
}
