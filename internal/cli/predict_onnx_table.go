package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/internal/usage"
	"descent/onnx"
)

// tableBatch is how many rows of a table are computed at once.
const tableBatch = 256

// columnsOf returns the columns of a table that the inputs of a file are, each a value a
// row, or why they are none. Files of descent export say how cells are read; of others
// texts are levels, and all else is numbers.
func columnsOf(m *onnx.Model) ([]data.Column, error) {
	var said []data.Column
	if text, ok := m.Metadata["columns"]; ok {
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			said = nil // of another program
		}
	}
	texts := false
	var list []data.Column
	for _, in := range m.Inputs {
		c := data.Column{Name: in.Name, Kind: "number"}
		if in.Elem == "string" {
			c.Kind, texts = "category", true
		}
		if !in.Shape || len(in.Dims) == 0 || len(in.Dims) > 2 || len(in.Dims) == 2 && in.Dims[1].Size != 1 {
			return nil, fmt.Errorf("input %q is %s, which no column of a table is", in.Name, in)
		}
		for _, s := range said {
			if s.Name == c.Name && (s.Kind == "category") == (c.Kind == "category") && s.Kind != "text" {
				c = s
			}
		}
		list = append(list, c)
	}
	if len(list) == 1 && !texts && said == nil {
		return nil, fmt.Errorf("its one input is no column with a name")
	}
	return list, nil
}

func columnNames(columns []data.Column) string {
	var names []string
	for _, c := range columns {
		names = append(names, human.Line(c.Name))
	}
	return strings.Join(names, ", ")
}

// openRows opens a file, or for - the standard input, and returns what messages call it.
func (a *app) openRows(path string) (from io.ReadCloser, name string, err error) {
	if path == "-" {
		return io.NopCloser(a.stdin), "standard input", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, "", usage.Mark(err)
	}
	return f, path, nil
}

// tableRows reads the columns that a network takes from a table.
func (a *app) tableRows(m *onnx.Model, columns []data.Column, path string) (onnxRows, error) {
	from, name, err := a.openRows(path)
	if err != nil {
		return onnxRows{}, err
	}
	defer from.Close()
	cells, err := data.ReadCells(from, name, columns)
	if err != nil {
		return onnxRows{}, err
	}
	n := max(len(cells[0].Numbers), len(cells[0].Texts))
	for i, in := range m.Inputs {
		for row, v := range cells[i].Numbers {
			switch {
			case math.Abs(v) > math.MaxFloat32:
				return onnxRows{}, fmt.Errorf("%s, row %d: column %q is %g, which is no finite number of float32", name, row+1, columns[i].Name, v)
			case !strings.HasPrefix(in.Elem, "float") && v != math.Trunc(v): // or it is missing
				return onnxRows{}, fmt.Errorf("%s, row %d: column %q is %v; input %q takes %s", name, row+1, columns[i].Name, v, in.Name, in)
			}
		}
	}
	return onnxRows{n: n, batch: tableBatch, inputs: func(from, to int) map[string]onnx.Tensor {
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
		return inputs
	}}, nil
}
