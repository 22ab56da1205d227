package onnxproto

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func example() *Model {
	three := int64(0)
	return &Model{
		IRVersion: 8, Opsets: []*Opset{{Version: 17}, {Domain: "ai.onnx.ml", Version: 3}}, ProducerName: "descent", Metadata: []*Entry{{"labels", "a,b"}},
		Graph: &Graph{
			Name:         "g",
			Inputs:       []*ValueInfo{{Name: "x", Type: &Type{Tensor: &TensorType{Elem: Float32, Shape: &Shape{Dims: []*Dim{{Param: "n"}, Fixed(3), {Value: &three}, {}}}}}}},
			Outputs:      []*ValueInfo{{Name: "y", Type: &Type{Tensor: &TensorType{Elem: Float32, Shape: &Shape{}}}}},
			Initializers: []*Tensor{NewFloat32("w", []int64{2}, []float32{1, -2}), NewInt64("axes", []int64{1}, []int64{-1})},
			Nodes: []*Node{{Inputs: []string{"x", "", "w"}, Outputs: []string{"y"}, Name: "n", Op: "Clip", Attributes: []*Attribute{
				{Name: "f", Type: AttrFloat, Float: 0.5}, {Name: "i", Type: AttrInt, Int: -7}, {Name: "s", Type: AttrString, String: []byte("same")},
				{Name: "is", Type: AttrInts, Ints: []int64{-1, 1 << 40}}, {Name: "fs", Type: AttrFloats, Floats: []float32{1, 2}},
				{Name: "ss", Type: AttrStrings, Strings: [][]byte{[]byte("a"), []byte("b")}},
				{Name: "t", Type: AttrTensor, Tensor: &Tensor{Type: Float64, Doubles: []float64{3}}},
				{Name: "g", Type: AttrGraph, Graph: &Graph{Name: "then"}},
			}}},
		},
	}
}

func TestRoundTrip(t *testing.T) {
	want := example()
	got, err := Parse(Marshal(want))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

// Values that python3-onnx wrote, in every type and form: testdata/tensors.py.
func TestTensors(t *testing.T) {
	files, err := filepath.Glob("testdata/*.pb")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		x, err := ParseTensor(data)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		values, err := x.Float64Values()
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		want := []float64{0, 1, 3, 100}
		switch {
		case x.Type == Bool:
			want = []float64{0, 1, 1, 1}
		case x.Type.Real():
			want = []float64{0.5, -1, 65504, 5.9604644775390625e-08}
			if x.Type == BFloat16 {
				want = []float64{0.5, -1, 65536, 2}
			}
		case strings.HasPrefix(x.Type.String(), "int"):
			want = []float64{0, -1, 3, 100}
		}
		if x.Type == Float32 {
			for i, v := range want {
				want[i] = float64(float32(v))
			}
		}
		if !reflect.DeepEqual(values, want) {
			t.Errorf("%s: %v, want %v", path, values, want)
		}
		if x.Type.Whole() {
			if _, err := x.Int64Values(); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		} else if _, err := x.Int64Values(); err == nil {
			t.Errorf("%s: real numbers are taken as whole ones", path)
		}
	}
}

func TestRefused(t *testing.T) {
	cut := Marshal(example())
	nested := []byte{}
	for range 200 {
		attr := protowire.AppendBytes(protowire.AppendTag(nil, 6, protowire.BytesType), nested)
		node := protowire.AppendBytes(protowire.AppendTag(nil, 5, protowire.BytesType), attr)
		nested = protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), node)
	}
	huge := protowire.AppendVarint(protowire.AppendTag(nil, 7, protowire.BytesType), 2<<30)
	for _, row := range []struct {
		name string
		data []byte
		want string
	}{
		{"cut short", cut[:len(cut)-3], "cut short"},
		{"2 GB that are not there", huge, "cut short"},
		{"deep", protowire.AppendBytes(protowire.AppendTag(nil, 7, protowire.BytesType), nested), "deep"},
		{"a wrong wire type", protowire.AppendVarint(protowire.AppendTag(nil, 7, protowire.VarintType), 1), "wire type"},
		{"many messages", bytes.Repeat([]byte{0x42, 0}, 1<<21), "messages"},
		{"many texts", protowire.AppendBytes(protowire.AppendTag(nil, 7, protowire.BytesType), protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), bytes.Repeat([]byte{0x0a, 0}, 1<<21))), "messages and texts"},
		{"no UTF-8", []byte{0x12, 1, 0xff}, "UTF-8"},
		{"text", []byte("not a model"), "onnx"},
	} {
		if _, err := Parse(row.data); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want %q", row.name, err, row.want)
		}
	}
	for _, row := range []struct {
		name string
		x    Tensor
		want string
	}{
		{"too large a shape", Tensor{Type: Float32, Dims: []int64{1 << 40, 1 << 40}}, "too large"},
		{"a negative size", Tensor{Type: Float32, Dims: []int64{-1}}, "negative"},
		{"a claim of 2 GB", Tensor{Type: Float32, Dims: []int64{1 << 29}, Raw: []byte{1, 2, 3, 4}}, "takes 2147483648 bytes; there are 4"},
		{"too few numbers", Tensor{Type: Int64, Dims: []int64{3}, Int64s: []int64{1}}, "takes 3 numbers; there are 1"},
		{"texts", Tensor{Type: String, Dims: []int64{1}, Strings: [][]byte{{1}}}, "string"},
		{"an unknown type", Tensor{Type: 99}, "type 99"},
	} {
		if _, err := row.x.Float32Values(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want %q", row.name, err, row.want)
		}
	}
	large := Tensor{Type: Uint64, Dims: []int64{1}, Uint64s: []uint64{math.MaxUint64}}
	if _, err := large.Int64Values(); err == nil {
		t.Error("2⁶⁴-1 is taken as an int64")
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "model")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(folder, "w.bin"), filepath.Join(dir, "secret.bin")} {
		if err := os.WriteFile(path, []byte{0, 0, 0, 0, 0, 0, 128, 63}, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink("../secret.bin", filepath.Join(folder, "link.bin")); err != nil {
			t.Fatal(err)
		}
	}
	read := func(dims []int64, entries ...*Entry) (*Tensor, error) {
		x := &Tensor{Name: "w", Type: Float32, Dims: dims, Location: 1, External: entries}
		return x, x.Load(NewFolder(folder))
	}
	x, err := read([]int64{1}, &Entry{"location", "w.bin"}, &Entry{"offset", "4"}, &Entry{"length", "4"})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := x.Float32Values(); err != nil || v[0] != 1 {
		t.Errorf("read %v, error %v", v, err)
	}
	for _, row := range []struct {
		name    string
		dims    []int64
		entries []*Entry
		want    string
	}{
		{"above", []int64{2}, []*Entry{{"location", "../secret.bin"}}, "no path within"},
		{"absolute", []int64{2}, []*Entry{{"location", filepath.Join(dir, "secret.bin")}}, "no path within"},
		{"a link out", []int64{2}, []*Entry{{"location", "link.bin"}}, "external data"},
		{"none", []int64{2}, []*Entry{{"location", "none.bin"}}, "none.bin"},
		{"a folder", []int64{2}, []*Entry{{"location", "."}}, "plain file"},
		{"no path", []int64{2}, nil, "no path within"},
		{"behind the end", []int64{2}, []*Entry{{"location", "w.bin"}, {"offset", "4"}}, "not in w.bin"},
		{"a huge offset", []int64{2}, []*Entry{{"location", "w.bin"}, {"offset", "9223372036854775807"}}, "not in w.bin"},
		{"another length", []int64{2}, []*Entry{{"location", "w.bin"}, {"length", "4"}}, "claims 4"},
		{"no number", []int64{2}, []*Entry{{"location", "w.bin"}, {"length", "x"}}, "want a number"},
		{"2 GB", []int64{1 << 29}, []*Entry{{"location", "w.bin"}}, "not in w.bin"},
	} {
		if row.name == "a link out" && runtime.GOOS == "windows" {
			continue
		}
		if _, err := read(row.dims, row.entries...); err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), `"w"`) {
			t.Errorf("%s: error %v, want %q", row.name, err, row.want)
		}
	}
}

// TestLoadOften: tensors that share bytes take no more memory than twice the file.
func TestLoadOften(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "w.bin"), make([]byte, 8), 0o644); err != nil {
		t.Fatal(err)
	}
	folder := NewFolder(dir)
	for i := range 3 {
		x := &Tensor{Name: "w", Type: Float32, Dims: []int64{2}, Location: 1, External: []*Entry{{"location", "./w.bin"}}}
		if err := x.Load(folder); (err != nil) != (i == 2) {
			t.Errorf("time %d: error %v", i, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Marshal(example()))
	f.Add([]byte("not a model"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			return
		}
		first := Marshal(m)
		again, err := Parse(first)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(Marshal(again), first) {
			t.Fatal("a second round differs")
		}
		if m.Graph != nil {
			for _, x := range m.Graph.Initializers {
				if v, err := x.Float32Values(); err == nil && len(v) > len(data) {
					t.Fatalf("%d numbers from %d bytes", len(v), len(data))
				}
			}
		}
	})
}
