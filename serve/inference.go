package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"descent/data"
	"descent/internal/suggest"
)

// inference is the body of a request of the Open Inference Protocol.
type inference struct {
	id       *string
	interval *float64
	inputs   []input
	outputs  []string // that are asked for; none: all
}

// readInference reads a body. A name that nothing reads is an error, and so is one that
// stands there twice.
func readInference(body []byte) (q inference, err error) {
	r := fields{json.NewDecoder(bytes.NewReader(unmarked(body)))}
	err = r.whole("the request", map[string]func() error{
		"id": func() error { return r.Decode(&q.id) },
		"parameters": func() error {
			return r.object("parameters", r.asJSON(map[string]func() error{"interval": func() error { return r.Decode(&q.interval) }}))
		},
		"inputs": func() error {
			return r.list("inputs", func() error {
				q.inputs = append(q.inputs, input{})
				in := &q.inputs[len(q.inputs)-1]
				return r.object("an input", map[string]func() error{
					"name":       func() error { return r.Decode(&in.Name) },
					"shape":      func() error { return r.Decode(&in.Shape) },
					"datatype":   func() error { return r.Decode(&in.Datatype) },
					"parameters": func() error { return r.object("parameters of an input", r.asJSON(nil)) },
					"data":       func() error { return r.Decode(&in.Data) },
				})
			})
		},
		"outputs": func() error {
			return r.list("outputs", func() error {
				q.outputs = append(q.outputs, "")
				name := &q.outputs[len(q.outputs)-1]
				return r.object("an output", map[string]func() error{
					"name":       func() error { return r.Decode(name) },
					"parameters": func() error { return r.object("parameters of an output", r.asJSON(nil)) },
				})
			})
		},
	})
	return q, err
}

// fields reads JSON of which all names are known.
type fields struct{ *json.Decoder }

// whole reads an object that nothing follows.
func (r fields) whole(what string, known map[string]func() error) error {
	err := r.object(what, known)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too early")
	}
	if err != nil {
		return err
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}

// object reads an object by a function for each of its names, or null.
func (r fields) object(what string, known map[string]func() error) error {
	open, err := r.opens(what, '{', "an object")
	if err != nil || !open {
		return err
	}
	seen := map[string]bool{}
	for r.More() {
		t, err := r.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		read, ok := known[name]
		switch {
		case !ok:
			return fmt.Errorf("%s: %w", what, suggest.Unknown("name", name, slices.Sorted(maps.Keys(known))))
		case seen[name]:
			return fmt.Errorf("%s: %q stands there twice", what, name)
		}
		seen[name] = true
		if err := read(); err != nil {
			if of := (*json.UnmarshalTypeError)(nil); errors.As(err, &of) {
				return fmt.Errorf("%s: a %s is no %s", what, of.Value, name)
			}
			return err
		}
	}
	_, err = r.Token()
	return err
}

// list reads a list by a function that reads an item, or null.
func (r fields) list(what string, item func() error) error {
	open, err := r.opens(what, '[', "a list")
	if err != nil || !open {
		return err
	}
	for r.More() {
		if err := item(); err != nil {
			return err
		}
	}
	_, err = r.Token()
	return err
}

// opens reads the bracket that something begins with; null has none.
func (r fields) opens(what string, bracket json.Delim, kind string) (bool, error) {
	t, err := r.Token()
	if err != nil {
		return false, err
	}
	if t != nil && t != bracket {
		return false, fmt.Errorf("%s: want %s", what, kind)
	}
	return t != nil, nil
}

// asJSON adds the parameters of the extension for tensors as bytes, which may only say that
// there are none.
func (r fields) asJSON(known map[string]func() error) map[string]func() error {
	all := map[string]func() error{}
	maps.Copy(all, known)
	for _, name := range []string{"binary_data", "binary_data_output"} {
		all[name] = func() error {
			var on bool
			if err := r.Decode(&on); err != nil {
				return err
			}
			if on {
				return fmt.Errorf("%s: tensors are JSON here, the extension for bytes is not spoken", name)
			}
			return nil
		}
	}
	return all
}

// infer answers POST /v2/models/NAME/infer. The parameter interval asks for the outputs
// lower and upper.
func (s *Server) infer(w http.ResponseWriter, r *http.Request) error {
	if err := onlyParameters(r); err != nil {
		return err
	}
	if r.Header.Get("Inference-Header-Content-Length") != "" {
		return refused(http.StatusBadRequest, "the body has tensors as bytes, an extension that is not spoken here: send them as JSON (binary_data false)")
	}
	c, err := s.begin(w, r, predicts)
	if err != nil {
		return err
	}
	defer s.end(c)
	v := c.version
	q, err := readInference(c.body)
	if err != nil {
		return refused(http.StatusBadRequest, "the body is no inference request: %w", err)
	}
	if len(v.inputs()) == 0 {
		return refused(http.StatusBadRequest, "a model of a %s has no tensors here: POST /predict, or /generate for a text", v.about.Kind)
	}
	if q.interval != nil {
		if err := c.interval(strconv.FormatFloat(*q.interval, 'g', -1, 64)); err != nil {
			return err
		}
	}
	if err := c.addTensors(q.inputs); err != nil {
		return err
	}
	if err := c.predict(); err != nil {
		return err
	}
	outputs := c.tensors()
	if len(q.outputs) > 0 {
		var names []string
		for _, t := range outputs {
			names = append(names, t.Name)
		}
		var asked []tensor
		for _, name := range q.outputs {
			i := slices.Index(names, name)
			if i < 0 {
				return bad(suggest.Unknown("output", name, names))
			}
			asked = append(asked, outputs[i])
		}
		outputs = asked
	}
	return s.sendJSON(w, struct {
		Model   string   `json:"model_name"`
		Version string   `json:"model_version"`
		ID      *string  `json:"id,omitempty"`
		Outputs []tensor `json:"outputs"`
	}{v.queue.of.name, v.id, q.id, outputs})
}

// tensors are the outputs of the rows that were predicted.
func (c *call) tensors() []tensor {
	outputs := c.version.outputs()
	k, says := len(c.job.values)/c.rows, c.version.says
	for i := range outputs {
		outputs[i].Shape[0] = c.rows
	}
	numbers := func(values []float64) any {
		list := make([]json.RawMessage, len(values))
		for i, v := range values {
			list[i] = c.version.appendNumber(nil, i%k, v)
		}
		return list
	}
	if c.version.ofNumbers() {
		outputs[0].Data = numbers(c.job.values)
		if c.level > 0 {
			of := func(name string, values []float64) tensor {
				return tensor{Name: name, Datatype: "FP64", Shape: []int{c.rows, k}, Data: numbers(values)}
			}
			outputs = append(outputs, of("lower", c.lower), of("upper", c.upper))
		}
		return outputs
	}
	var classes []string
	var labels []bool
	for i := range c.rows {
		says.Values = c.row(i).Values
		if c.version.spec.Task == data.Classification {
			best, _ := says.Class()
			classes = append(classes, best)
			continue
		}
		holds := says.Labels()
		for _, name := range says.Names {
			labels = append(labels, slices.Contains(holds, name))
		}
	}
	if outputs[0].Data = classes; classes == nil {
		outputs[0].Data = labels
	}
	outputs[1].Data = numbers(c.job.values)
	return outputs
}
