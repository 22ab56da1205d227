package cli

import (
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/onnxproto"
)

// fileONNX writes a network of one operator behind an input of the given shape.
func fileONNX(t *testing.T, path string, node *onnxproto.Node, dims ...int64) string {
	t.Helper()
	shape := &onnxproto.Shape{}
	for _, d := range dims {
		if d < 0 {
			shape.Dims = append(shape.Dims, &onnxproto.Dim{Param: "rows"})
		} else {
			shape.Dims = append(shape.Dims, onnxproto.Fixed(d))
		}
	}
	m := &onnxproto.Model{IRVersion: 8, Opsets: []*onnxproto.Opset{{Version: 13}}, ProducerName: "a test", Graph: &onnxproto.Graph{
		Inputs:       []*onnxproto.ValueInfo{{Name: "x", Type: &onnxproto.Type{Tensor: &onnxproto.TensorType{Elem: onnxproto.Float32, Shape: shape}}}},
		Outputs:      []*onnxproto.ValueInfo{{Name: "y"}},
		Initializers: []*onnxproto.Tensor{onnxproto.NewFloat32("w", []int64{2, 3}, []float32{1, 2, 3, 4, 5, 6})},
		Nodes:        []*onnxproto.Node{node},
	}}
	if err := os.WriteFile(path, onnxproto.Marshal(m), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func matMulONNX(t *testing.T, path string) string {
	return fileONNX(t, path, &onnxproto.Node{Op: "MatMul", Inputs: []string{"x", "w"}, Outputs: []string{"y"}}, -1, 2)
}

func meanONNX(t *testing.T, path string, dims ...int64) string {
	return fileONNX(t, path, &onnxproto.Node{Op: "GlobalAveragePool", Inputs: []string{"x"}, Outputs: []string{"y"}}, dims...)
}

func TestPredictONNX(t *testing.T) {
	dir := t.TempDir()
	model := matMulONNX(t, filepath.Join(dir, "m.onnx"))
	csv := write(t, "rows.csv", "a,b\n1,0\n0,1\n1,1\n")
	if got := command(t, "predict", model, csv).want(t, exitDone).stdout; got != "y_0,y_1,y_2\n1,2,3\n4,5,6\n5,7,9\n" {
		t.Errorf("it predicts %q", got)
	}
	if got := command(t, "predict", model, csv, "--format", "jsonl").want(t, exitDone).stdout; !strings.HasPrefix(got, `{"outputs":{"y":[1,2,3]}}`+"\n") {
		t.Errorf("it predicts %q", got)
	}
	out := filepath.Join(dir, "out.csv")
	command(t, "predict", model, csv, "--out", out).want(t, exitDone)
	if data, err := os.ReadFile(out); err != nil || !strings.HasSuffix(string(data), "5,7,9\n") {
		t.Errorf("--out holds %q, error %v", data, err)
	}
	for _, row := range []struct{ name, content, want string }{
		{"wide.csv", "1,2,3\n", "takes 2"},
		{"text.csv", "1,2\n3,x\n", `line 2: "x" is no number`},
		{"none.csv", "a,b\n", "no rows"},
		{"first.csv", "1,1x\n1,2\n", `line 1: "1x" is no number`},
		{"far.csv", "1,1e39\n", `line 1: "1e39" is no finite number`},
		{"nan.csv", "a,b\n1,nan\n", `line 2: "nan" is no finite number`},
	} {
		r := command(t, "predict", model, write(t, row.name, row.content)).want(t, exitFailed)
		contains(t, r.stderr, row.want)
	}
	contains(t, command(t, "predict", model, filepath.Join(dir, "not-there.csv")).want(t, exitUsage).stderr, "not-there.csv")
	contains(t, command(t, "predict", filepath.Join(dir, "not-there.onnx"), csv).want(t, exitUsage).stderr, "not-there.onnx")
	contains(t, command(t, "predict", model, csv, "--interval", "0.9").want(t, exitUsage).stderr, "--interval")
	for _, flags := range [][]string{{"--mean", "0.5"}, {"--std", "2"}, {"--bgr"}, {"--image-size", "8"}, {"--skip-corrupt"}, {"--tta", "flip"}} {
		contains(t, command(t, append([]string{"predict", model, csv}, flags...)...).want(t, exitUsage).stderr, flags[0])
	}
}

// TestPredictONNXOdd: files whose metadata say something else than their outputs.
func TestPredictONNXOdd(t *testing.T) {
	column := func(name string) *onnxproto.ValueInfo {
		return &onnxproto.ValueInfo{Name: name, Type: &onnxproto.Type{Tensor: &onnxproto.TensorType{Elem: onnxproto.Float64, Shape: &onnxproto.Shape{Dims: []*onnxproto.Dim{{Param: "n"}, onnxproto.Fixed(1)}}}}}
	}
	file := func(meta map[string]string, output string) string {
		m := &onnxproto.Model{IRVersion: 8, Opsets: []*onnxproto.Opset{{Version: 13}}, Graph: &onnxproto.Graph{
			Inputs: []*onnxproto.ValueInfo{column("a")}, Outputs: []*onnxproto.ValueInfo{{Name: output}},
			Nodes: []*onnxproto.Node{{Op: "Concat", Inputs: []string{"a", "a"}, Outputs: []string{output}, Attributes: []*onnxproto.Attribute{{Name: "axis", Int: 1, Type: 2}}}},
		}}
		m.Metadata = []*onnxproto.Entry{{Key: "columns", Value: `[{"name":"a","kind":"number"}]`}}
		for key, value := range meta {
			m.Metadata = append(m.Metadata, &onnxproto.Entry{Key: key, Value: value})
		}
		path := filepath.Join(t.TempDir(), "m.onnx")
		if err := os.WriteFile(path, onnxproto.Marshal(m), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := write(t, "rows.csv", "a\n0.25\n2.5\n")
	const classes, labels, asIs = `"classification"`, `"multilabel"`, "probabilities_0,probabilities_1\n0.25,0.25\n2.5,2.5\n"
	for _, c := range []struct {
		meta   map[string]string
		output string
		want   string
	}{
		{map[string]string{"task": classes, "classes": `["u","v"]`}, "probabilities", "prediction\nu\nu\n"},
		{map[string]string{"task": classes, "classes": `["u","v"]`, "thresholds": "[1]"}, "probabilities", "prediction\nu\nv\n"},
		{map[string]string{"task": classes, "classes": `["u","v"]`, "thresholds": "[]"}, "probabilities", asIs},
		{map[string]string{"task": classes, "classes": `["u","v"]`, "thresholds": "[1,2]"}, "probabilities", asIs},
		{map[string]string{"task": classes, "classes": `["u","v","w"]`}, "probabilities", asIs},
		{map[string]string{"task": classes, "classes": `["u"]`, "thresholds": "[1]"}, "probabilities", asIs},
		{map[string]string{"task": "text-classification", "classes": `["u","v"]`}, "probabilities", asIs},
		{map[string]string{"task": labels, "targets": `["u","v"]`, "separator": `"|"`, "thresholds": "[1,3]"}, "probabilities", "prediction\n\"\"\nu\n"},
		{map[string]string{"task": labels, "targets": `["u","v"]`, "separator": `"|"`}, "probabilities", "prediction\n\"\"\nu|v\n"},
		{map[string]string{"task": labels, "targets": `["u","v"]`, "thresholds": "[1]"}, "probabilities", asIs},
		{map[string]string{"task": `"regression"`, "targets": `["u","v"]`, "units": `[{"mean":0,"std":1e7},{"mean":0,"std":1}]`}, "prediction", "u,v\n0.25,0.25\n2.5,2.5\n"},
		{map[string]string{"task": `"regression"`, "targets": `["u","v"]`, "units": `[{"mean":0,"std":0},{"mean":0,"std":1}]`}, "prediction", strings.ReplaceAll(asIs, "probabilities", "prediction")},
		{map[string]string{"task": `"regression"`, "targets": `["u","v"]`, "units": `[{"mean":0,"std":1}]`}, "prediction", strings.ReplaceAll(asIs, "probabilities", "prediction")},
		{map[string]string{"task": `"regression"`, "targets": `["u"]`}, "prediction", strings.ReplaceAll(asIs, "probabilities", "prediction")},
	} {
		if got := command(t, "predict", file(c.meta, c.output), rows).want(t, exitDone).stdout; got != c.want {
			t.Errorf("%v: %q, want %q", c.meta, got, c.want)
		}
	}
	regression := file(map[string]string{"task": `"regression"`, "targets": `["u","v"]`}, "prediction")
	contains(t, command(t, "predict", regression, rows, "--probabilities").want(t, exitUsage).stderr, "--probabilities: the model predicts u, v")
}

// Pixels become numbers as the flags say, in the order of channels that the input has.
func TestPredictONNXImages(t *testing.T) {
	dir := t.TempDir()
	img := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for i := range 16 {
		img.Set(i%4, i/4, color.NRGBA{255, 51, 0, 255})
	}
	path := filepath.Join(dir, "red.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	f.Close()
	model := meanONNX(t, filepath.Join(dir, "m.onnx"), -1, 3, 4, 4)
	for _, row := range []struct {
		flags []string
		want  string
	}{
		{nil, "file,y_0,y_1,y_2\nred.png,1,0.2,0\n"},
		{[]string{"--bgr"}, "file,y_0,y_1,y_2\nred.png,0,0.2,1\n"},
		{[]string{"--mean", "0.5,0.2,0", "--std", "0.5"}, "file,y_0,y_1,y_2\nred.png,1,0,0\n"},
		{[]string{"--mean", "127.5,51,0", "--std", "127.5"}, "file,y_0,y_1,y_2\nred.png,1,0,0\n"},
	} {
		if got := command(t, append([]string{"predict", model, path}, row.flags...)...).want(t, exitDone).stdout; got != row.want {
			t.Errorf("%v: it predicts %q, want %q", row.flags, got, row.want)
		}
	}
	open := meanONNX(t, filepath.Join(dir, "open.onnx"), -1, 3, -1, -1)
	contains(t, command(t, "predict", open, path).want(t, exitUsage).stderr, "--image-size")
	command(t, "predict", open, path, "--image-size", "8").want(t, exitDone)
	for _, flags := range [][]string{{"--mean", "1,2"}, {"--mean", "x"}, {"--std", "0"}, {"--image-size", "9"}} {
		contains(t, command(t, append([]string{"predict", model, path}, flags...)...).want(t, exitUsage).stderr, flags[0])
	}
}

func TestInspectONNX(t *testing.T) {
	model := matMulONNX(t, filepath.Join(t.TempDir(), "m.onnx"))
	contains(t, command(t, "inspect", model).want(t, exitDone).stdout, "opset 13", "a test", "x float32 [rows 2]", "MatMul", "1×3", "6")
	var i onnxInspection
	if err := json.Unmarshal([]byte(command(t, "inspect", model, "--json").want(t, exitDone).stdout), &i); err != nil {
		t.Fatal(err)
	}
	if i.Parameters != 6 || len(i.Nodes) != 1 || i.Products != 6 {
		t.Errorf("%+v", i)
	}
	bad := write(t, "bad.onnx", "not a model")
	contains(t, command(t, "inspect", bad).want(t, exitUsage).stderr, bad)
}

func TestTestONNX(t *testing.T) {
	folder := t.TempDir()
	matMulONNX(t, filepath.Join(folder, "model.onnx"))
	set := filepath.Join(folder, "test_data_set_0")
	if err := os.MkdirAll(set, 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(name string, dims []int64, values ...float32) {
		if err := os.WriteFile(filepath.Join(set, name), onnxproto.MarshalTensor(onnxproto.NewFloat32("", dims, values)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	contains(t, command(t, "onnx", "test", folder).want(t, exitFailed).stdout, "FAIL", "input_0.pb", `"x"`)
	put("input_0.pb", []int64{1, 2}, 1, 1)
	put("output_0.pb", []int64{1, 3}, 5, 7, 9)
	contains(t, command(t, "onnx", "test", folder).want(t, exitDone).stdout, "ok", "test_data_set_0 y: off by 0")
	put("output_1.pb", []int64{1, 3}, 5, 7, 9)
	contains(t, command(t, "onnx", "test", folder).want(t, exitFailed).stdout, "output_1.pb", "only 1")
	os.Remove(filepath.Join(set, "output_1.pb"))
	put("output_0.pb", []int64{1, 3}, 5, 7, 9.5)
	r := command(t, "onnx", "test", folder, filepath.Join(folder, "none")).want(t, exitFailed)
	contains(t, r.stdout, "FAIL", "off by 0.5", "none")
	contains(t, r.stderr, "2 of 2 tests failed")
	put("output_0.pb", []int64{3}, 5, 7, 9)
	contains(t, command(t, "onnx", "test", folder).want(t, exitFailed).stdout, "shape [1 3] instead of [3]")
	contains(t, command(t, "onnx").want(t, exitDone).stdout, "test", "Compare a network")
	contains(t, command(t, "onnx", "test").want(t, exitUsage).stderr, "FOLDER")
	contains(t, command(t, "onnx", "tset").want(t, exitUsage).stderr, `did you mean "test"?`)
	contains(t, command(t, "onnx", "m.onnx").want(t, exitUsage).stderr, "inspect and predict take it")
	contains(t, command(t, "onnx", "test", filepath.Join(folder, "model.onnx")).want(t, exitFailed).stdout, "is a file; want a folder")
}
