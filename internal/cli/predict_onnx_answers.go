package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"descent/internal/runs"
	"descent/onnx"
)

// onnxWriter writes what a network makes of each row.
type onnxWriter struct {
	w       io.Writer
	csv     *csv.Writer // nil: an object a line
	outputs []string
	first   string // the first output of numbers
	named   bool
	short   bool // of numbers, the largest of the first output
	width   int  // numbers a row
	said    *said
}

// few is how many numbers of a row are written without being asked for.
const few = 16

// newONNXWriter writes the header, if there is one.
func newONNXWriter(w io.Writer, names []string, first map[string]onnx.Tensor, rows int, named bool, by *said, opt predictOptions) (*onnxWriter, error) {
	out := &onnxWriter{w: w, outputs: names, named: named, said: by}
	for _, name := range names {
		t := first[name]
		n := len(t.Values) + len(t.Texts)
		if rows == 0 || n%rows != 0 || len(t.Dims) > 0 && t.Dims[0] != rows {
			return nil, fmt.Errorf("output %q has shape %v, which is not a row for each of %d; use the library's onnx.Model.Run", name, t.Dims, rows)
		}
		if out.width += len(t.Values) / rows; out.first == "" && len(t.Values) > 0 {
			out.first = name
		}
	}
	out.short = out.width > few && !opt.probabilities
	if opt.format == "jsonl" {
		return out, nil
	}
	var header []string
	if named {
		header = append(header, "file")
	}
	for _, name := range names {
		t := first[name]
		each := (len(t.Values) + len(t.Texts)) / rows
		switch {
		case out.short && len(t.Texts) == 0:
		case each == 1:
			header = append(header, name)
		default:
			for i := range each {
				header = append(header, fmt.Sprintf("%s_%d", name, i))
			}
		}
	}
	if out.short {
		header = append(header, "largest", "value")
	}
	out.csv = csv.NewWriter(w)
	out.csv.Write(header)
	out.csv.Flush()
	return out, out.csv.Error()
}

// row writes row i of so many.
func (o *onnxWriter) row(name string, i, rows int, outputs map[string]onnx.Tensor) error {
	if o.csv == nil {
		return o.object(name, i, rows, outputs)
	}
	var fields []string
	if o.named {
		fields = append(fields, name)
	}
	for _, output := range o.outputs {
		t := rowOf(outputs[output], i, rows)
		fields = append(fields, t.Texts...)
		if !o.short {
			for k, v := range t.Values {
				fields = append(fields, o.number(output, k, v))
			}
		}
	}
	if o.short {
		k, v := largest(rowOf(outputs[o.first], i, rows).Values)
		fields = append(fields, strconv.Itoa(k), o.number(o.first, k, v))
	}
	o.csv.Write(fields)
	o.csv.Flush()
	return o.csv.Error()
}

// object writes row i as JSON.
func (o *onnxWriter) object(name string, i, rows int, outputs map[string]onnx.Tensor) error {
	object, values := map[string]any{}, map[string]any{}
	if o.named {
		object["file"] = name
	}
	for _, output := range o.outputs {
		t := rowOf(outputs[output], i, rows)
		if t.Type == "string" {
			values[output] = t.Texts
			continue
		}
		if o.short {
			continue
		}
		list := []json.RawMessage{}
		for k, v := range t.Values {
			list = append(list, o.jsonNumber(output, k, v))
		}
		values[output] = list
	}
	if o.short {
		k, v := largest(rowOf(outputs[o.first], i, rows).Values)
		object["largest"], object["value"] = k, o.jsonNumber(o.first, k, v)
	}
	if len(values) > 0 || !o.short {
		object["outputs"] = values
	}
	line, err := json.Marshal(object)
	if err == nil {
		_, err = o.w.Write(append(line, '\n'))
	}
	return err
}

// rowOf is row i of so many of a tensor.
func rowOf(t onnx.Tensor, i, rows int) onnx.Tensor {
	numbers, texts := len(t.Values)/rows, len(t.Texts)/rows
	t.Values, t.Texts = t.Values[i*numbers:(i+1)*numbers], t.Texts[i*texts:(i+1)*texts]
	return t
}

// largest is the place of the largest number, and the number.
func largest(values []float64) (int, float64) {
	best := 0
	for k, v := range values {
		if v > values[best] {
			best = k
		}
	}
	return best, values[best]
}

// number is number k of a row of an output, in the digits of float32, if it is one or was
// one before it was brought to the units of a target.
func (o *onnxWriter) number(output string, k int, v float64) string {
	switch {
	case float64(float32(v)) == v || v-v != 0:
		return strconv.FormatFloat(v, 'g', -1, 32)
	case o.said != nil && o.said.output == output:
		return runs.Predicted(o.said.spec, k%len(outputNames(o.said.spec)), v)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// jsonNumber is such a number as JSON, null if it is not finite.
func (o *onnxWriter) jsonNumber(output string, k int, v float64) json.RawMessage {
	if v-v != 0 {
		return json.RawMessage("null")
	}
	return json.RawMessage(o.number(output, k, v))
}
