package cli

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"descent/internal/human"
	"descent/internal/usage"
	"descent/onnx"
)

// maxRow is how many numbers a line has at most.
const maxRow = 1 << 24

// rowShape is the shape of one row of an input, all of whose sizes but the first must
// be known.
func rowShape(in onnx.Input) ([]int, error) {
	if !in.Shape || len(in.Dims) < 1 {
		return nil, fmt.Errorf("input %q is %s, of which no row is known; want a tensor, FILE.npy or FILE.pb", in.Name, in)
	}
	var dims []int
	for _, d := range in.Dims[1:] {
		if d.Size == 0 {
			return nil, fmt.Errorf("input %q is %s, of open size; want a tensor, FILE.npy or FILE.pb", in.Name, in)
		}
		dims = append(dims, d.Size)
	}
	return dims, nil
}

// numberRows reads rows of numbers, each of them all numbers of a row of the input. A
// first line without any number is a header.
func (a *app) numberRows(in onnx.Input, path string) (onnxRows, error) {
	dims, err := rowShape(in)
	if err != nil {
		return onnxRows{}, usage.Mark(err)
	}
	width := 1
	for _, d := range dims {
		if d > maxRow/width {
			return onnxRows{}, usage.Errorf("input %q is %s, whose rows are too long for lines; want a tensor, FILE.npy or FILE.pb", in.Name, in)
		}
		width *= d
	}
	from, name, err := a.openRows(path)
	if err != nil {
		return onnxRows{}, err
	}
	defer from.Close()
	r := csv.NewReader(bufio.NewReader(from))
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	var values []float64
	n := 0
	for first := true; ; first = false {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return onnxRows{}, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		if len(record) != width {
			return onnxRows{}, fmt.Errorf("%s: line %d has %s; input %q, %s, takes %d", name, line, human.Plural(len(record), "field"), in.Name, in, width)
		}
		row := make([]float64, width)
		bad, numbers := -1, 0
		for i, field := range record {
			row[i], err = strconv.ParseFloat(strings.TrimSpace(field), 64)
			switch {
			case err != nil && !errors.Is(err, strconv.ErrRange):
				if bad < 0 {
					bad = i
				}
			case math.IsNaN(row[i]) || math.Abs(row[i]) > math.MaxFloat32:
				return onnxRows{}, fmt.Errorf("%s: line %d: %q is no finite number of float32", name, line, field)
			default:
				numbers++
			}
		}
		switch {
		case bad >= 0 && first && numbers == 0:
			continue
		case bad >= 0:
			return onnxRows{}, fmt.Errorf("%s: line %d: %q is no number", name, line, record[bad])
		}
		values = append(values, row...)
		n++
	}
	if n == 0 {
		return onnxRows{}, fmt.Errorf("%s has no rows of numbers", name)
	}
	return onnxRows{n: n, inputs: func(from, to int) (map[string]onnx.Tensor, error) {
		return map[string]onnx.Tensor{in.Name: {Type: in.Elem, Dims: append([]int{to - from}, dims...), Values: values[from*width : to*width]}}, nil
	}}, nil
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
