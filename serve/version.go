package serve

import (
	"bytes"
	"encoding/json"
	"strconv"

	"descent/data"
	"descent/internal/human"
	"descent/model"
)

// version is a model as it is served until another takes its place.
type version struct {
	model *model.Model
	queue *queue
	id    string // a part of the hash of its weights
	spec  data.Spec
	says  model.Prediction
	keys  [][]byte // of classes, labels or targets, as JSON
	part  int      // rows that a request has predicted at once
	said  int64    // bytes that an answer takes for a row, about
	about description
}

// mostValues bounds the samples of a request that are held at once.
const mostValues = 4 << 20

func newVersion(m *model.Model) (*version, error) {
	v := &version{model: m, queue: &queue{model: m}, id: m.SHA256()[:12], spec: m.Spec()}
	if !v.spec.Encoder.OfText() {
		v.says = m.Says(nil)
		var sizes []int // of requests that come together
		for n := range together {
			sizes = append(sizes, n+1)
		}
		if err := m.Warm(sizes...); err != nil {
			return nil, err
		}
	}
	const number = 24 // in float64 and in digits
	v.said = int64(number * (1 + v.spec.TargetSize()))
	for _, name := range v.says.Names {
		v.keys = append(v.keys, quoted(name))
		v.said += int64(number + len(quoted(name)))
	}
	v.part = max(1, min(256, mostValues/max(1, m.SampleSize())))
	var err error
	v.about, err = v.describe()
	return v, err
}

// task is what the model does, in a word.
func (v *version) task() string {
	if v.spec.Encoder.OfText() {
		return "text"
	}
	if v.spec.Horizon > 0 {
		return "forecast"
	}
	return v.spec.Task.String()
}

// appendAnswer appends what is said of a row as a JSON object, with what stands before
// the prediction as it is.
func (v *version) appendAnswer(out []byte, before string, p model.Interval) []byte {
	says := v.says
	says.Values = p.Values
	out = append(out, '{')
	out = append(out, before...)
	out = append(out, `"prediction":`...)
	switch v.spec.Task {
	case data.Classification:
		best, _ := says.Class()
		out = append(out, v.key(best)...)
	case data.MultiLabel:
		out = append(out, '[')
		for i, label := range says.Labels() {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, v.key(label)...)
		}
		out = append(out, ']')
	default:
		out = v.appendTargets(out, p.Values)
		if p.Lower != nil {
			out = v.appendTargets(append(out, `,"lower":`...), p.Lower)
			out = v.appendTargets(append(out, `,"upper":`...), p.Upper)
		}
		return append(out, '}')
	}
	out = v.appendByName(append(out, `,"probabilities":`...), p.Values)
	return append(out, '}')
}

// key is a name as JSON.
func (v *version) key(name string) []byte {
	for i, n := range v.says.Names {
		if n == name {
			return v.keys[i]
		}
	}
	return quoted(name)
}

// appendTargets appends one number as it is, several by name.
func (v *version) appendTargets(out []byte, values []float64) []byte {
	if len(values) == 1 {
		return v.appendNumber(out, 0, values[0])
	}
	return v.appendByName(out, values)
}

func (v *version) appendByName(out []byte, values []float64) []byte {
	if len(values) != len(v.keys) { // as of the pixels of an image
		out = append(out, '[')
		for i, x := range values {
			if i > 0 {
				out = append(out, ',')
			}
			out = v.appendNumber(out, i, x)
		}
		return append(out, ']')
	}
	for i, x := range values {
		out = append(out, "{,"[min(i, 1)])
		out = append(append(out, v.keys[i]...), ':')
		out = v.appendNumber(out, i, x)
	}
	return append(out, '}')
}

// appendNumber appends value i in the digits that float32 had of it; JSON has no other
// numbers than finite ones.
func (v *version) appendNumber(out []byte, i int, x float64) []byte {
	if x-x != 0 {
		return append(out, "null"...)
	}
	if v.spec.Task == data.Regression && v.spec.Encoder != nil {
		mean, std := v.spec.Encoder.Units(i)
		return append(out, human.Decoded(x, mean, std)...)
	}
	return strconv.AppendFloat(out, x, 'g', -1, 32)
}

// quoted is a text as JSON, with < and > as they are.
func quoted(text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text always has a JSON form
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
