package onnx_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"descent/internal/onnxproto"
	"descent/onnx"
)

// TestIsNaN: in the network, and before it.
func TestIsNaN(t *testing.T) {
	for _, typ := range []onnxproto.DataType{onnxproto.Float32, onnxproto.Float64} {
		f := newMaker(13).output("y").weight("w", []int64{3, 1}, 1, 2, 4)
		f.p.Graph.Inputs = append(f.p.Graph.Inputs, info("x", typ, -1, 3))
		f.node("IsNaN", []string{"x", "n"}).node("Cast", []string{"n", "c"}, attrInt("to", 1)).node("MatMul", []string{"c", "w", "y"})
		m, err := onnx.Parse(f.bytes(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		out, err := m.Run(map[string]onnx.Tensor{"x": {Dims: []int{2, 3}, Values: []float64{math.NaN(), 1, math.NaN(), math.Inf(1), math.NaN(), 0}}})
		if err != nil || fmt.Sprint(out["y"].Values) != "[5 2]" {
			t.Errorf("%v: %v, error %v", typ, out["y"].Values, err)
		}
	}
}

// texts is a file whose inputs are a text and a number, and that answers with a text.
func texts() *maker {
	f := newMaker(13).output("p").output("name").weight("w", []int64{2, 2}, 1, 0, 0, 1)
	f.p.Graph.Inputs = append(f.p.Graph.Inputs, info("city", onnxproto.String, -1, 1), info("size", onnxproto.Float64, -1, 1))
	names := &onnxproto.Tensor{Name: "names", Dims: []int64{2}, Type: onnxproto.String, Strings: [][]byte{[]byte("small"), []byte("large")}}
	f.p.Graph.Initializers = append(f.p.Graph.Initializers, names)
	f.p.Graph.Nodes = append(f.p.Graph.Nodes, &onnxproto.Node{
		Op: "LabelEncoder", Domain: "ai.onnx.ml", Inputs: []string{"city"}, Outputs: []string{"at"}, Attributes: []*onnxproto.Attribute{
			{Name: "keys_strings", Type: onnxproto.AttrStrings, Strings: [][]byte{[]byte("Bonn")}}, {Name: "values_int64s", Type: onnxproto.AttrInts, Ints: []int64{100}},
		},
	})
	f.node("Cast", []string{"at", "place"}, attrInt("to", 1)).node("Cast", []string{"size", "single"}, attrInt("to", 1)).
		node("Concat", []string{"place", "single", "row"}, attrInt("axis", 1)).node("MatMul", []string{"row", "w", "p"}).
		node("ArgMax", []string{"p", "best"}, attrInt("axis", 1), attrInt("keepdims", 0)).node("Gather", []string{"names", "best", "name"})
	return f
}

// TestTexts: texts go in and come out beside a network, which has none of them.
func TestTexts(t *testing.T) {
	f := texts()
	m, err := onnx.Parse(f.bytes(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Inputs) != 2 || fmt.Sprint(m.Outputs, m.Texts) != "[p name] []" || len(m.Network.Outputs) != 1 {
		t.Errorf("inputs %v, outputs %v, left out %v, of the network %v", m.Inputs, m.Outputs, m.Texts, m.Network.Outputs)
	}
	inputs := map[string]onnx.Tensor{
		"city": {Dims: []int{3, 1}, Texts: []string{"Bonn", "Köln", "Bonn"}}, "size": {Dims: []int{3, 1}, Values: []float64{7, 8, 900}},
	}
	out, err := m.Run(inputs)
	if err != nil || fmt.Sprint(out["p"].Values, out["name"].Texts) != "[100 7 -1 8 100 900] [small large large]" {
		t.Errorf("%v, error %v", out, err)
	}
	back, err := m.Prune("row")
	if err != nil {
		t.Fatal(err)
	}
	if out, err = back.Run(inputs); err != nil || len(out) != 1 || fmt.Sprint(out["row"].Values) != "[100 7 -1 8 100 900]" {
		t.Errorf("pruned: %v, error %v", out, err)
	}
	for _, row := range []struct {
		city onnx.Tensor
		says string
	}{
		{onnx.Tensor{Dims: []int{3, 1}, Values: []float64{1, 2, 3}}, `input "city": it is string [n 1]; want texts`},
		{onnx.Tensor{Dims: []int{2, 1}, Texts: []string{"Bonn"}}, "1 texts for shape [2 1]"},
		{onnx.Tensor{Dims: []int{2, 1}, Texts: []string{"Bonn", "x"}}, "Concat"},
		{onnx.Tensor{Dims: []int{3}, Texts: []string{"a", "b", "c"}}, `input "place" takes float32 [n 1]; there are 1 axes`},
	} {
		inputs["city"] = row.city
		if _, err := m.Run(inputs); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%v: %v, want %s", row.city, err, row.says)
		}
	}
	other := texts().node("Concat", []string{"names", "names", "twice"}, attrInt("axis", 0)).node("Cast", []string{"twice", "spelt"}, attrInt("to", 8)).output("spelt")
	if m, err = onnx.Parse(other.bytes(), t.TempDir()); err != nil || fmt.Sprint(m.Outputs, m.Texts) != "[p name] [spelt]" {
		t.Errorf("outputs %v, left out %v, error %v", m.Outputs, m.Texts, err)
	}
	f.node("Add", []string{"city", "city", "z"}).output("z")
	if _, err := onnx.Parse(f.bytes(), t.TempDir()); err == nil || !strings.Contains(err.Error(), `Add "z": input 0 is texts`) {
		t.Errorf("a sum of texts: %v", err)
	}
}
