package cli

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/onnxproto"
)

// backboneONNX writes a network for images of 8×8 and three channels, one at once, whose
// last layer is for two classes.
func backboneONNX(t *testing.T, path string, scale float32) string {
	t.Helper()
	fill := func(n int) []float32 {
		values := make([]float32, n)
		for i := range values {
			values[i] = scale * float32(i%7-3) / 8
		}
		return values
	}
	shape := &onnxproto.Shape{Dims: []*onnxproto.Dim{onnxproto.Fixed(1), onnxproto.Fixed(3), onnxproto.Fixed(8), onnxproto.Fixed(8)}}
	m := &onnxproto.Model{IRVersion: 8, Opsets: []*onnxproto.Opset{{Version: 13}}, Graph: &onnxproto.Graph{
		Inputs:  []*onnxproto.ValueInfo{{Name: "image", Type: &onnxproto.Type{Tensor: &onnxproto.TensorType{Elem: onnxproto.Float32, Shape: shape}}}},
		Outputs: []*onnxproto.ValueInfo{{Name: "scores"}},
		Initializers: []*onnxproto.Tensor{
			onnxproto.NewFloat32("kernel", []int64{4, 3, 3, 3}, fill(108)), onnxproto.NewFloat32("w", []int64{4, 2}, fill(8)),
			onnxproto.NewInt64("flat", []int64{2}, []int64{1, 4}), onnxproto.NewInt64("halves", []int64{3}, []int64{1, 2, 2}),
		},
		Nodes: []*onnxproto.Node{
			{Op: "Conv", Inputs: []string{"image", "kernel"}, Outputs: []string{"c"}}, {Op: "GlobalAveragePool", Inputs: []string{"c"}, Outputs: []string{"g"}},
			{Op: "Reshape", Inputs: []string{"g", "halves"}, Outputs: []string{"h"}}, {Op: "Reshape", Inputs: []string{"h", "flat"}, Outputs: []string{"f"}},
			{Op: "MatMul", Inputs: []string{"f", "w"}, Outputs: []string{"scores"}},
		},
	}}
	if err := os.WriteFile(path, onnxproto.Marshal(m), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// colored writes a folder of images of two classes, 10×10.
func colored(t *testing.T, of func(i int) color.Color) string {
	t.Helper()
	folder := t.TempDir()
	for i := range 24 {
		img := image.NewNRGBA(image.Rect(0, 0, 10, 10))
		gray := image.NewGray(img.Bounds())
		for p := range 100 {
			img.Set(p%10, p/10, of(i))
			gray.Set(p%10, p/10, of(i))
		}
		path := filepath.Join(folder, []string{"dark", "light"}[i%2], fmt.Sprintf("%d.png", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err == nil {
			if _, is := of(i).(color.Gray); is {
				err = png.Encode(f, gray)
			} else {
				err = png.Encode(f, img)
			}
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestBackboneSaid: a network of an ONNX file gets the images that it was made for, and whoever
// asks for something else is told what to write.
func TestBackboneSaid(t *testing.T) {
	dir := t.TempDir()
	net := backboneONNX(t, filepath.Join(dir, "net.onnx"), 1)
	photos := colored(t, func(i int) color.Color { return color.NRGBA{uint8(100*(i%2) + i), uint8(10 * i), 40, 255} })
	gray := colored(t, func(i int) color.Color { return color.Gray{uint8(100*(i%2) + i)} })
	start := func(out string, args ...string) []string {
		return append([]string{"train", "--ui", "plain", "--out", filepath.Join(dir, out), "--data", photos, "--epochs", "2", "--batch", "4"}, args...)
	}
	r := command(t, start("run", "--init-from", net, "--head", "new", "--freeze", "backbone")...).want(t, exitDone)
	contains(t, r.stdout+r.stderr, "images become 8x8, the size that "+net+" says", "8×8×3")
	r = command(t, start("large", "--init-from", net, "--head", "new", "--image-size", "10")...).want(t, exitDone)
	contains(t, r.stdout+r.stderr, "images of 10 go into a network that was made for 8x8")
	contains(t, command(t, start("gray", "--init-from", net, "--head", "new", "--data", gray)...).want(t, exitUsage).stderr, "--image-mode color")
	command(t, start("gray", "--init-from", net, "--head", "new", "--data", gray, "--image-mode", "color")...).want(t, exitDone)
	contains(t, command(t, start("x", "--model", "onnx:"+net+"@f", "--head", "new")...).want(t, exitUsage).stderr, "--init-from "+net)
	contains(t, command(t, start("x", "--init-from", net+"@f", "--head", "new")...).want(t, exitUsage).stderr, "--init-from "+net+" --model onnx:"+net+"@f")
	r = command(t, start("x", "--init-from", net, "--head", "new", "--model", "onnx:"+net+"@ff")...).want(t, exitUsage)
	if contains(t, r.stderr, `unknown tensor "ff"`); strings.Contains(r.stderr, ".go:") {
		t.Errorf("a line of Go: %s", r.stderr)
	}
	r = command(t, start("x", "--init-from", net, "--head", "new", "--image-size", "2")...).want(t, exitUsage)
	if contains(t, r.stderr, "net.onnx on images of 2×2×3"); strings.Contains(r.stderr, ".go:") {
		t.Errorf("a line of Go: %s", r.stderr)
	}

	behind := filepath.Join(dir, "behind.onnx")
	fileONNX(t, behind, &onnxproto.Node{Op: "Flatten", Inputs: []string{"x"}, Outputs: []string{"y"}}, 1, 8, 8, 3)
	contains(t, command(t, start("x", "--init-from", behind, "--head", "new")...).want(t, exitUsage).stderr, "behind.onnx takes x float32 [1 8 8 3]; want one image")

	folder, code, text := interrupted(t, "epoch 3/", start("y", "--init-from", net, "--head", "new", "--epochs", "9", "--model", "onnx:"+net)[5:]...)
	if code == exitDone {
		t.Fatal(text)
	}
	moved := net + ".away"
	if err := os.Rename(net, moved); err != nil {
		t.Fatal(err)
	}
	contains(t, command(t, "train", "--resume", folder).want(t, exitUsage).stderr, net, "put the file back where it was")
	fileONNX(t, net, &onnxproto.Node{Op: "GlobalAveragePool", Inputs: []string{"x"}, Outputs: []string{"y"}}, 1, 3, 8, 8)
	contains(t, command(t, "train", "--resume", folder).want(t, exitUsage).stderr, net+" is not the file that the run began with")
	if err := os.Rename(moved, net); err != nil {
		t.Fatal(err)
	}
	command(t, "train", "--resume", folder).want(t, exitDone)
}

// TestONNXWithoutInputs: a file whose network takes nothing is named, by whoever gets it.
func TestONNXWithoutInputs(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "constant.onnx")
	m := &onnxproto.Model{IRVersion: 8, Opsets: []*onnxproto.Opset{{Version: 13}}, Graph: &onnxproto.Graph{
		Outputs:      []*onnxproto.ValueInfo{{Name: "y"}},
		Initializers: []*onnxproto.Tensor{onnxproto.NewFloat32("w", []int64{2}, []float32{1, 2})},
		Nodes:        []*onnxproto.Node{{Op: "Relu", Inputs: []string{"w"}, Outputs: []string{"y"}}},
	}}
	if err := os.WriteFile(file, onnxproto.Marshal(m), 0o644); err != nil {
		t.Fatal(err)
	}
	photos := colored(t, func(i int) color.Color { return color.NRGBA{uint8(100 * (i % 2)), 0, 0, 255} })
	for _, data := range []string{write(t, "rows.csv", "a\n1\n"), photos} {
		contains(t, command(t, "predict", file, data).want(t, exitUsage).stderr, file, "has no inputs")
	}
	contains(t, command(t, "train", "--data", photos, "--init-from", file, "--head", "new", "--out", filepath.Join(dir, "run")).want(t, exitUsage).stderr, file)
}
