package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"descent/data"
	"descent/onnx"
)

// tableBatch is how many rows of a table are computed at once.
const tableBatch = 256

// columnsOf returns the columns of a table that the inputs of a file are, each a value a
// row, or why they are none. Files of descent export say how cells are read; of others
// texts are levels, and all else is numbers.
func columnsOf(m *onnx.Model) ([]data.Column, error) {
	var said []struct {
		data.Column
		Features []string
	}
	if text, ok := m.Metadata["columns"]; ok {
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			said = nil // of another program
		}
	}
	texts := false
	var list []data.Column
	for _, in := range m.Inputs {
		c := data.Column{Name: in.Name, Kind: "number", Missing: true}
		if in.Elem == "string" {
			c.Kind, texts = "category", true
		}
		for _, s := range said {
			switch {
			case s.Name != c.Name:
			case s.Features != nil:
				return nil, fmt.Errorf("input %q takes the features of a column, which ONNX cannot make of its texts: predict with the model that was exported", in.Name)
			case (s.Kind == "category") == (c.Kind == "category"):
				c = s.Column
			}
		}
		if !in.Shape || len(in.Dims) == 0 || len(in.Dims) > 2 || len(in.Dims) == 2 && in.Dims[1].Size != 1 {
			return nil, fmt.Errorf("input %q is %s, which no column of a table is", in.Name, in)
		}
		list = append(list, c)
	}
	if len(list) == 1 && !texts && said == nil {
		return nil, fmt.Errorf("its one input is no column with a name")
	}
	return list, nil
}

// tableRows reads the columns that a network takes from a table.
func (a *app) tableRows(m *onnx.Model, columns []data.Column, path string) (onnxRows, error) {
	var cells []data.Cells
	var notes []string
	var err error
	name := path
	if path == "-" {
		name = "standard input"
		cells, notes, err = data.ReadCells(a.stdin, name, columns)
	} else {
		cells, notes, err = data.OpenCells(path, columns)
	}
	if err != nil {
		return onnxRows{}, err
	}
	n := max(len(cells[0].Numbers), len(cells[0].Texts))
	for i, in := range m.Inputs {
		for row, v := range cells[i].Numbers {
			switch {
			case math.Abs(v) > math.MaxFloat32 && in.Elem != "float64":
				return onnxRows{}, fmt.Errorf("%s, row %d: column %q is %g, which is no finite number of float32", name, row+1, columns[i].Name, v)
			case !strings.HasPrefix(in.Elem, "float") && v != math.Trunc(v): // or it is missing
				return onnxRows{}, fmt.Errorf("%s, row %d: column %q is %v; input %q takes %s", name, row+1, columns[i].Name, v, in.Name, in)
			}
		}
	}
	return onnxRows{n: n, batch: tableBatch, notes: notes, inputs: func(from, to int) (map[string]onnx.Tensor, error) {
		inputs := map[string]onnx.Tensor{}
		for i, in := range m.Inputs {
			t := onnx.Tensor{Type: in.Elem, Dims: []int{to - from, 1}[:len(in.Dims)]}
			if in.Elem == "string" {
				t.Texts = cells[i].Texts[from:to]
			} else {
				t.Values = cells[i].Numbers[from:to]
			}
			inputs[in.Name] = t
		}
		return inputs, nil
	}}, nil
}
