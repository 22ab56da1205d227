package onnx_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/onnxproto"
	"descent/onnx"
)

// dense is x·w + b with three numbers in and two out.
func dense() *maker {
	return newMaker(13).input("x", -1, 3).output("y").
		weight("w", []int64{3, 2}, 1, 2, 3, 4, 5, 6).weight("b", []int64{2}, -1, 1).
		node("MatMul", []string{"x", "w", "xw"}).node("Add", []string{"xw", "b", "y"})
}

func TestRefused(t *testing.T) {
	whole := dense().bytes()
	for _, row := range []struct {
		name string
		data []byte
		want []string
	}{
		{"an empty file", nil, []string{"no graph"}},
		{"text", []byte("this is no model"), []string{"onnx"}},
		{"cut short", whole[:len(whole)-7], []string{"cut short"}},
		{"several operators that there are not", newMaker(13).input("x", 1).output("y").
			node("Foo", []string{"x", "a"}).node("Bar", []string{"a", "b"}).node("Relu", []string{"b", "y"}).bytes(), []string{`Foo "a"`, `Bar "b"`}},
		{"a cycle", newMaker(13).input("x", 1).output("y").
			node("Add", []string{"x", "b", "a"}).node("Relu", []string{"a", "b"}).node("Relu", []string{"b", "y"}).bytes(), []string{"cycle", "b"}},
		{"a node that needs itself", newMaker(13).input("x", 1).output("y").node("Add", []string{"x", "y", "y"}).bytes(), []string{"cycle"}},
		{"a value that nothing makes", newMaker(13).input("x", 1).output("y").node("Add", []string{"x", "z", "y"}).bytes(), []string{`"z"`, "nothing makes"}},
		{"an output that nothing makes", newMaker(13).input("x", 1).output("y").node("Relu", []string{"x", "z"}).bytes(), []string{`"y"`}},
		{"no outputs", newMaker(13).input("x", 1).node("Relu", []string{"x", "z"}).bytes(), []string{"no outputs"}},
		{"a value made twice", newMaker(13).input("x", 1).output("y").node("Relu", []string{"x", "y"}).node("Abs", []string{"x", "y"}).bytes(), []string{`Abs "y"`, "already"}},
		{"two inputs of a name", newMaker(13).input("x", 1).input("x", 2).output("y").node("Relu", []string{"x", "y"}).bytes(), []string{`two inputs have the name "x"`}},
		{"a kernel of another shape", newMaker(13).input("x", 1, 1, 5, 5).output("y").weight("w", []int64{1, 1, 3, 3}, make([]float32, 9)...).
			node("Conv", []string{"x", "w", "y"}, attrInts("kernel_shape", 5, 5)).bytes(), []string{`Conv "y"`, "kernel_shape is [5 5]", "[3 3]"}},
		{"no groups", newMaker(13).input("x", 1, 1, 5, 5).output("y").weight("w", []int64{1, 1, 3, 3}, make([]float32, 9)...).
			node("Conv", []string{"x", "w", "y"}, attrInt("group", 0)).bytes(), []string{`Conv "y"`, "0 groups"}},
		{"two weights of a name", dense().weight("w", []int64{1}, 1).bytes(), []string{`"w"`}},
		{"an old opset", newMaker(4).input("x", 1).output("y").node("Relu", []string{"x", "y"}).bytes(), []string{"version 4", "7 to 21"}},
		{"a new opset", newMaker(99).input("x", 1).output("y").node("Relu", []string{"x", "y"}).bytes(), []string{"version 99"}},
		{"no opset", newMaker(0).input("x", 1).output("y").node("Relu", []string{"x", "y"}).bytes(), []string{"opset_import"}},
		{"shapes that do not fit", newMaker(13).input("x", -1, 4).output("y").weight("w", []int64{3, 2}, 1, 2, 3, 4, 5, 6).
			node("MatMul", []string{"x", "w", "y"}).bytes(), []string{`MatMul "y"`, "[1 4]", "[3 2]"}},
		{"a weight of less than its shape", func() []byte {
			m := dense()
			m.p.Graph.Initializers[0].Raw = m.p.Graph.Initializers[0].Raw[:8]
			return m.bytes()
		}(), []string{`"w"`, "24 bytes", "there are 8"}},
		{"a weight of texts", func() []byte {
			m := dense()
			m.p.Graph.Initializers[0] = &onnxproto.Tensor{Name: "w", Type: onnxproto.String, Dims: []int64{1}, Strings: [][]byte{{'a'}}}
			return m.bytes()
		}(), []string{`"w"`, "string"}},
		{"a claim of 2 GB", func() []byte {
			m := dense()
			m.p.Graph.Initializers[0].Dims = []int64{1 << 29}
			return m.bytes()
		}(), []string{`"w"`, "2147483648 bytes"}},
		{"a shape of many numbers", newMaker(13).input("x", 1).output("y").ints("s", 1<<20, 1<<20).
			node("ConstantOfShape", []string{"s", "c"}).node("Add", []string{"c", "x", "y"}).bytes(), []string{"ConstantOfShape", "more than"}},
		{"many numbers of a range", newMaker(13).input("x", 1).output("y").ints("a", 0).ints("b", 1<<60).ints("c", 1).
			node("Range", []string{"a", "b", "c", "r"}).node("Add", []string{"x", "r", "y"}).bytes(), []string{"Range"}},
		{"an axis that there is not", newMaker(13).input("x", 1, 2).output("y").node("Softmax", []string{"x", "y"}, attrInt("axis", 5)).bytes(), []string{"no axis 5"}},
		{"a kernel larger than the image", newMaker(13).input("x", 1, 1, 2, 2).output("y").weight("w", []int64{1, 1, 3, 3}, make([]float32, 9)...).
			node("Conv", []string{"x", "w", "y"}).bytes(), []string{`Conv "y"`, "larger"}},
		{"an input that is no tensor", func() []byte {
			m := dense()
			m.p.Graph.Inputs[0].Type = &onnxproto.Type{Sequence: &onnxproto.Other{}}
			return m.bytes()
		}(), []string{`"x"`, "no tensor"}},
		{"an unknown mode", newMaker(13).input("x", 1, 1, 4, 4).output("y").weight("s", []int64{4}, 1, 1, 2, 2).
			node("Resize", []string{"x", "", "s", "y"}, attrText("mode", "bicubic")).bytes(), []string{"bicubic"}},
		{"data outside of the folder", func() []byte {
			m := dense()
			w := m.p.Graph.Initializers[0]
			w.Raw, w.Location, w.External = nil, 1, []*onnxproto.Entry{{Key: "location", Value: "../../etc/passwd"}}
			return m.bytes()
		}(), []string{`"w"`, "no path within"}},
		{"a step of zero", newMaker(13).input("x", 4).output("y").ints("a", 0).ints("b", 4).ints("c", 0).
			node("Slice", []string{"x", "a", "b", "a", "c", "y"}).bytes(), []string{"step of 0"}},
		{"a range of two types", newMaker(13).input("x", 1).output("y").weight("a", nil, 0).ints("b", 4).ints("c", 1).
			node("Range", []string{"a", "b", "c", "r"}).node("Add", []string{"x", "r", "y"}).bytes(), []string{"Range", "float32 and int64"}},
		{"a joining of two types", newMaker(13).input("x", 1).output("y").ints("a", 0).weight("b", []int64{1}, 4).
			node("Concat", []string{"a", "b", "r"}, attrInt("axis", 0)).node("Reshape", []string{"x", "r", "y"}).bytes(), []string{"Concat", "int64 and float32"}},
		{"a condition of numbers", newMaker(13).input("x", 1).output("y").weight("c", []int64{1}, 4).ints("a", 1).
			node("Where", []string{"c", "a", "a", "r"}).node("Reshape", []string{"x", "r", "y"}).bytes(), []string{"Where", "condition of float32"}},
		{"a choice of two types", newMaker(13).input("x", 1).output("y").ints("a", 1).weight("b", []int64{1}, 4).node("Equal", []string{"a", "a", "c"}).
			node("Where", []string{"c", "a", "b", "r"}).node("Reshape", []string{"x", "r", "y"}).bytes(), []string{"Where", "int64 and float32"}},
		{"places with a fraction", newMaker(13).input("x", 4).output("y").weight("i", []int64{1}, 1.5).
			node("Gather", []string{"x", "i", "y"}).bytes(), []string{"Gather", "places of float32"}},
		{"a shape that overflows", newMaker(13).input("x", 4).output("y").ints("s", 1<<32, 1<<32).
			node("Reshape", []string{"x", "s", "y"}).bytes(), []string{"Reshape", "does not fill"}},
		{"a clip of gates", newMaker(14).input("x", 1, 1, 1).output("y").weight("w", []int64{1, 4, 1}, 1, 2, 3, 4).
			node("LSTM", []string{"x", "w", "w", "y"}, &onnxproto.Attribute{Name: "clip", Type: onnxproto.AttrFloat, Float: 2}).bytes(), []string{"LSTM", "clip 2"}},
		{"sizes computed from data", newMaker(13).input("x", 4).output("y").
			node("Cast", []string{"x", "i"}, attrInt("to", 7)).node("Reshape", []string{"x", "i", "y"}).bytes(), nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			m, err := onnx.Parse(row.data, t.TempDir())
			if row.want == nil {
				return // it may be read, where numbers are given
			}
			if err == nil {
				t.Fatalf("it is taken: %+v", m.Network)
			}
			for _, w := range row.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if strings.Contains(err.Error(), ".go:") {
				t.Errorf("error %q names a line of a program", err)
			}
		})
	}
	if _, err := onnx.Parse(newMaker(13).input("x", 1).output("y").node("Foo", []string{"x", "y"}).bytes(), ""); !errors.Is(err, onnx.ErrUnsupported) {
		t.Errorf("error %v, want one that wraps ErrUnsupported", err)
	}
}

func TestRunRefused(t *testing.T) {
	m, err := onnx.Parse(dense().bytes(), "")
	if err != nil {
		t.Fatal(err)
	}
	x := onnx.Tensor{Type: "float32", Dims: []int{2, 3}, Values: []float64{1, 0, 0, 0, 1, 0}}
	y, err := m.Run(map[string]onnx.Tensor{"x": x})
	if err != nil || len(y["y"].Values) != 4 || y["y"].Values[0] != 0 || y["y"].Values[3] != 5 {
		t.Fatalf("y = %v, error %v", y, err)
	}
	for _, row := range []struct {
		name   string
		inputs map[string]onnx.Tensor
		want   string
	}{
		{"no input", nil, `"x" is missing`},
		{"another input", map[string]onnx.Tensor{"x": x, "z": x}, `unknown input "z"`},
		{"another rank", map[string]onnx.Tensor{"x": {Dims: []int{3}, Values: []float64{1, 2, 3}}}, "1 axes"},
		{"another width", map[string]onnx.Tensor{"x": {Dims: []int{1, 2}, Values: []float64{1, 2}}}, "axis 1 is 2"},
		{"too few numbers", map[string]onnx.Tensor{"x": {Dims: []int{1, 3}, Values: []float64{1, 2}}}, "2 numbers"},
		{"a huge shape", map[string]onnx.Tensor{"x": {Dims: []int{1 << 40, 1 << 40}}}, "more than"},
	} {
		if _, err := m.Run(row.inputs); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want %q", row.name, err, row.want)
		}
	}
}

func TestReadTensorRefused(t *testing.T) {
	dir := t.TempDir()
	npy := func(header, data string) string {
		return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), 0}) + header + data
	}
	for _, row := range []struct{ name, content, want string }{
		{"a.npy", "", "not an array"},
		{"b.npy", "\x93NUMPY\x01\x00\xff\xff{'descr'", "a header of 65535 bytes"},
		{"c.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", "abcd"), "takes 8 bytes"},
		{"d.npy", npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n", "abc"), "takes 4 bytes"},
		{"e.npy", npy("{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }\n", "\xff\xff\xff\xff\xff\xff\xff\xff"), "2⁶³-1"},
		{"f.npy", npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }\n", "abcdabcd"), "c8"},
		{"g.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }\n", "abcd"), "at most 32 sizes"},
		{"h.pb", "not", "onnx"},
		{"i.txt", "1", ".txt"},
	} {
		path := filepath.Join(dir, row.name)
		if err := os.WriteFile(path, []byte(row.content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := onnx.ReadTensor(path); err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want %q", row.name, err, row.want)
		}
	}
}

// Whatever the bytes, reading them ends without a panic, and what is read is written as
// a network is.
func FuzzParse(f *testing.F) {
	f.Add(dense().bytes())
	f.Add(texts().bytes())
	f.Add(newMaker(13).input("x", 1, 1, 4, 4).output("y").weight("s", []int64{4}, 1, 1, 2, 2).node("Resize", []string{"x", "", "s", "y"}).bytes())
	f.Add(newMaker(13).input("x", 1, 2, 3, 3).output("y").weight("w", []int64{2, 2, 1, 1}, 1, 2, 3, 4).ints("p", 0, 0, 1, 1, 0, 0, 1, 1).
		node("Pad", []string{"x", "p", "a"}, attrText("mode", "reflect")).node("Conv", []string{"a", "w", "b"}).node("MaxPool", []string{"b", "c"}, attrInts("kernel_shape", 2, 2)).
		node("Transpose", []string{"c", "d"}, attrInts("perm", 0, 2, 3, 1)).node("Flatten", []string{"d", "e"}).node("Softmax", []string{"e", "y"}).bytes())
	f.Add(newMaker(13).input("x", -1, 4).output("y").ints("a", 0).ints("b", 2).node("Shape", []string{"x", "s"}).node("Gather", []string{"s", "a", "g"}).
		node("ConstantOfShape", []string{"g", "z"}).node("Slice", []string{"x", "a", "b", "a", "t"}).node("Tile", []string{"t", "g", "u"}).node("Concat", []string{"t", "t", "y"}, attrInt("axis", 0)).bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Parse(data, t.TempDir())
		if err != nil {
			return
		}
		for _, row := range m.Rows() {
			n := 1
			for _, d := range row.Shape {
				if n *= max(1, d); n > 1<<14 {
					return
				}
			}
		}
		inputs := map[string]onnx.Tensor{}
		for _, in := range m.Inputs {
			x := onnx.Tensor{Type: in.Elem, Dims: []int{}}
			n := 1
			for _, d := range in.Dims {
				x.Dims = append(x.Dims, max(1, d.Size))
				if n *= max(1, d.Size); n > 1<<10 {
					return
				}
			}
			if in.Elem == "string" {
				x.Texts = make([]string, n)
			} else {
				x.Values = make([]float64, n)
			}
			inputs[in.Name] = x
		}
		m.Run(inputs)
	})
}
