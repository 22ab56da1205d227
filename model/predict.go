package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"reflect"
	"slices"

	"descent/data"
	"descent/data/images"
)

// Prediction is what a model says about one row: of its first goal, where it has
// several.
type Prediction struct {
	Names  []string  // of the classes, the targets or the labels; the model's own
	Values []float64 // the probability of each class or label, or the targets in their own units
	task   data.Task

	thresholds []float64 // nil: ½
}

// Class returns the likeliest class, and its probability; "" where no class is
// predicted. Of equal ones it is the first. Where the model has a threshold, the class
// is that which it decides for; see [Model.Thresholds].
func (p Prediction) Class() (name string, probability float64) {
	if p.task != data.Classification {
		return "", 0
	}
	best := 0
	for i, v := range p.Values {
		if v > p.Values[best] {
			best = i
		}
	}
	if p.thresholds != nil {
		best = 0
		if p.Values[1] > p.thresholds[0] {
			best = 1
		}
	}
	return p.Names[best], p.Values[best]
}

// Labels returns the labels whose probability is more than ½, or than the threshold
// that the model has for each; nil where no labels are predicted.
func (p Prediction) Labels() []string {
	if p.task != data.MultiLabel {
		return nil
	}
	labels := []string{}
	for i, v := range p.Values {
		threshold := 0.5
		if p.thresholds != nil {
			threshold = p.thresholds[i]
		}
		if v > threshold {
			labels = append(labels, p.Names[i])
		}
	}
	return labels
}

// Value returns the value of a class, target or label by its name, false if
// there is none of that name.
func (p Prediction) Value(name string) (float64, bool) {
	if i := slices.Index(p.Names, name); i >= 0 && i < len(p.Values) {
		return p.Values[i], true
	}
	return 0, false
}

// PredictRow is [Model.PredictRows] of a single row.
func (m *Model) PredictRow(ctx context.Context, row any) (Prediction, error) {
	predictions, err := m.PredictRows(ctx, row)
	if err != nil {
		return Prediction{}, err
	}
	return predictions[0], nil
}

// PredictRows predicts rows from memory, as the model's data has them:
//
//	map[string]any, struct    the columns of a table by name, see [data.RowEncoder]
//	[]byte, json.RawMessage   a JSON object with them; for a model of images, a PNG, JPEG or GIF file
//	image.Image               an image
//	[]float32                 a sample of the shape that Spec gives, as it is; other inputs behind it
//
// For a model of a table with images, the column of paths holds an image.Image or
// the bytes of an image file, which are base64 in a JSON object. The path of a file is
// not followed, as rows may come from strangers.
//
// The result is that of the same rows in files, to the bit. It may be called by
// many goroutines; ctx is looked at between batches. An error names the row by
// its number, and the column; then there are no predictions.
func (m *Model) PredictRows(ctx context.Context, rows ...any) ([]Prediction, error) {
	size, names := m.SampleSize(), m.names()
	predictions := make([]Prediction, 0, len(rows))
	var x []float32
	for start := 0; start < len(rows); start += most {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := rows[start:min(start+most, len(rows))]
		x = slices.Grow(x[:0], len(part)*size)
		for i, row := range part {
			var err error
			if x, err = m.appendSample(x, row); err != nil {
				if len(rows) > 1 {
					err = fmt.Errorf("row %d: %w", start+i, err)
				}
				return nil, fmt.Errorf("model: %w", err)
			}
		}
		values, err := m.AppendPredictSamples(nil, x)
		if err != nil {
			return nil, err
		}
		wide := len(values) / len(part)
		for i := range part {
			predictions = append(predictions, m.prediction(names, values[i*wide:(i+1)*wide:(i+1)*wide]))
		}
	}
	return predictions, nil
}

// Says returns what the model says by the values that [Model.Predict] gave of one row.
// Other values of the same model may be put into it.
func (m *Model) Says(values []float64) Prediction { return m.prediction(m.names(), values) }

func (m *Model) prediction(names []string, values []float64) Prediction {
	return Prediction{names, values, m.net.Objective[0].Task, m.thresholds}
}

// AppendSample appends the sample of a row from memory to dst, of a kind that
// [Model.PredictRows] takes, with the values of other inputs behind those of x. After
// an error, which names the column, dst is as it was.
func (m *Model) AppendSample(dst []float32, row any) ([]float32, error) {
	x, err := m.appendSample(dst, row)
	if err != nil {
		return dst, fmt.Errorf("model: %w", err)
	}
	return x, nil
}

// SampleSize is how many values a sample has in all its inputs.
func (m *Model) SampleSize() int {
	size := m.net.Spec.Size()
	for _, f := range m.inputs {
		size += data.Field{Shape: f.Shape}.Size()
	}
	return size
}

// AppendPredictSamples is [Model.AppendPredict] of samples that [Model.AppendSample]
// made, one after the other.
func (m *Model) AppendPredictSamples(dst []float64, samples []float32) ([]float64, error) {
	if len(m.inputs) == 0 {
		return m.AppendPredict(dst, samples)
	}
	y, err := m.PredictFields(m.fieldsOf(samples))
	return append(dst, y[m.net.Objective[0].Name]...), err
}

// fieldsOf takes samples that have the values of their other inputs behind those of x
// apart.
func (m *Model) fieldsOf(samples []float32) map[string][]float32 {
	fields := map[string][]float32{}
	rows := len(samples) / m.SampleSize()
	for stride, at := m.SampleSize(), 0; at < stride; {
		name, size := data.X, m.net.Spec.Size()
		if i := len(fields); i > 0 {
			name, size = m.inputs[i-1].Name, data.Field{Shape: m.inputs[i-1].Shape}.Size()
		}
		for row := range rows {
			fields[name] = append(fields[name], samples[row*stride+at:row*stride+at+size]...)
		}
		at += size
	}
	return fields
}

// names are those of the values that the first goal predicts.
func (m *Model) names() []string {
	spec, err := MetricSpec(m.net.Spec, m.net.Objective[0])
	if err != nil {
		return nil
	}
	return spec.Names
}

// appendSample appends the sample of a row from memory.
func (m *Model) appendSample(dst []float32, row any) ([]float32, error) {
	if x, ok := row.([]float32); ok {
		if size := m.SampleSize(); len(x) != size {
			return dst, fmt.Errorf("%d values are no sample of shape %v%s, which has %d", len(x), m.net.Spec.Input, m.besides(), size)
		}
		return append(dst, x...), nil
	}
	rows, err := m.encoder()
	if err != nil {
		return dst, err
	}
	switch row := row.(type) {
	case map[string]any:
		return rows.AppendRow(dst, row)
	case image.Image:
		return rows.AppendImage(dst, row)
	case json.RawMessage:
		return appendObject(rows, dst, row)
	case []byte:
		if e := m.net.Spec.Encoder; e.OfImages() || e.Image != "" && images.IsImage(row) {
			return rows.AppendImageBytes(dst, row)
		}
		return appendObject(rows, dst, row)
	}
	if t := reflect.TypeOf(row); t != nil && (t.Kind() == reflect.Struct || t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct) {
		return rows.AppendStruct(dst, row)
	}
	return dst, fmt.Errorf("a row is a map[string]any, a struct, an image.Image, the bytes of a JSON object or an image file, or []float32; not %T", row)
}

// besides names the inputs beside x, for messages.
func (m *Model) besides() string {
	text := ""
	for _, f := range m.inputs {
		text += fmt.Sprintf(" and %s of %v", f.Name, f.Shape)
	}
	return text
}

// appendObject appends the sample of a JSON object.
func appendObject(rows *data.RowEncoder, dst []float32, text []byte) ([]float32, error) {
	known := rowMaps.Get().(map[string]any)
	defer func() {
		clear(known)
		rowMaps.Put(known)
	}()
	if plainObject(string(text), known) {
		return rows.AppendRow(dst, known)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var row map[string]any
	if err := d.Decode(&row); err != nil {
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			return dst, fmt.Errorf("the row is a JSON %s; it must be one object, with the columns by name", wrong.Value)
		}
		return dst, fmt.Errorf("the row is no JSON object: %w", err)
	}
	if _, err := d.Token(); row == nil || !errors.Is(err, io.EOF) {
		return dst, errors.New("the row is not one JSON object; several are a list of them, [{...}, {...}]")
	}
	if name, twice := givenTwice(text); twice {
		return dst, fmt.Errorf("the row has %q twice", name)
	}
	return rows.AppendRow(dst, row)
}

// givenTwice returns a name that a JSON object has twice, if there is one.
func givenTwice(text []byte) (name string, twice bool) {
	seen := map[any]bool{}
	d := json.NewDecoder(bytes.NewReader(text))
	_, _ = d.Token() // the brace, of an object that was read
	for d.More() {
		key, err := d.Token()
		if err != nil {
			break
		}
		if name, _ = key.(string); seen[name] {
			return name, true
		}
		seen[name] = true
		if err := d.Decode(new(json.RawMessage)); err != nil {
			break
		}
	}
	return "", false
}

// rowsOf prepares the encoder of a model for rows from memory.
func rowsOf(s data.Spec) func() (*data.RowEncoder, error) {
	if s.Encoder == nil {
		return func() (*data.RowEncoder, error) {
			return nil, errors.New("the model was trained on samples made by a program, which its file cannot describe; a row is []float32")
		}
	}
	return func() (*data.RowEncoder, error) {
		rows, err := data.NewRowEncoder(s.Encoder)
		if err != nil {
			return nil, err
		}
		if n := s.Encoder.Spec().Size(); n != s.Size() {
			return nil, fmt.Errorf("the encoder of the model makes samples of %d values, its network takes %d, of shape %v", n, s.Size(), s.Input)
		}
		return rows, nil
	}
}
