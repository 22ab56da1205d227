package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	"slices"
	"strconv"

	"descent/data"
	"descent/internal/suggest"
	"descent/model"
)

// tensor is a tensor of the Open Inference Protocol.
//
// Source: the specification in github.com/kserve/open-inference-protocol,
// inference_rest.md.
type tensor struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
	Data     any    `json:"data,omitempty"`
}

// handleProtocol answers the paths of the Open Inference Protocol, version 2.
func (s *Server) handleProtocol() {
	get := func(path string, answer func(w http.ResponseWriter, r *http.Request) error) {
		s.handle(http.MethodGet, path, answer)
	}
	get("/v2", func(w http.ResponseWriter, _ *http.Request) error {
		return sendJSON(w, map[string]any{"name": "descent", "version": model.Version(), "extensions": []string{}})
	})
	get("/v2/health/live", func(w http.ResponseWriter, _ *http.Request) error {
		return sendJSON(w, map[string]bool{"live": true})
	})
	get("/v2/health/ready", func(w http.ResponseWriter, _ *http.Request) error {
		ready := !s.ending.Load() && len(*s.models.Load()) > 0
		if !ready {
			send(w, http.StatusServiceUnavailable, []byte(`{"ready":false}`))
			return nil
		}
		return sendJSON(w, map[string]bool{"ready": true})
	})
	for _, of := range []string{"/v2/models/{model}", "/v2/models/{model}/versions/{version}"} {
		get(of, s.metadata)
		get(of+"/ready", func(w http.ResponseWriter, r *http.Request) error {
			e, _, err := s.findVersion(r)
			if err != nil {
				return err
			}
			return sendJSON(w, map[string]any{"name": e.name, "ready": !s.ending.Load()})
		})
		s.handle(http.MethodPost, of+"/infer", s.infer)
	}
}

// findVersion returns the model that a request names, in the version that it may name.
func (s *Server) findVersion(r *http.Request) (*served, *version, error) {
	e, err := s.find(r)
	if err != nil {
		return nil, nil, err
	}
	v := e.now.Load()
	if want := r.PathValue("version"); want != "" && want != v.id {
		return nil, nil, refused(http.StatusNotFound, "model %s has version %s, not %s", e.name, v.id, want)
	}
	return e, v, nil
}

// metadata answers GET /v2/models/NAME.
func (s *Server) metadata(w http.ResponseWriter, r *http.Request) error {
	e, v, err := s.findVersion(r)
	if err != nil {
		return err
	}
	return sendJSON(w, struct {
		Name     string   `json:"name"`
		Versions []string `json:"versions"`
		Platform string   `json:"platform"`
		Inputs   []tensor `json:"inputs"`
		Outputs  []tensor `json:"outputs"`
	}{e.name, []string{v.id}, "descent", v.inputs(), v.outputs()})
}

// inputs are the tensors that the model takes: of a table its columns, each with a value a
// row; an image as the bytes of its file in base64, or its pixels; else samples.
func (v *version) inputs() []tensor {
	d := v.about
	list := []tensor{}
	switch d.Kind {
	case "text", "series":
		return list
	case "numbers":
		return append(list, tensor{Name: data.X, Datatype: "FP32", Shape: append([]int{-1}, d.Shape...)})
	case "image":
		return append(list, tensor{Name: "image", Datatype: "BYTES", Shape: []int{-1}})
	}
	if d.Image != nil {
		list = append(list, tensor{Name: d.Image.Column, Datatype: "BYTES", Shape: []int{-1}})
	}
	for _, c := range d.Columns {
		kind := "BYTES"
		if c.Kind == "number" {
			kind = "FP64"
		}
		list = append(list, tensor{Name: c.Name, Datatype: kind, Shape: []int{-1}})
	}
	return list
}

// outputs are the tensors that the model gives.
func (v *version) outputs() []tensor {
	k := len(v.says.Names)
	switch {
	case v.about.Kind == "text", v.about.Kind == "series":
		return []tensor{}
	case v.ofNumbers():
		return []tensor{{Name: "prediction", Datatype: "FP64", Shape: []int{-1, k}}}
	case v.spec.Task == data.MultiLabel:
		return []tensor{{Name: "prediction", Datatype: "BOOL", Shape: []int{-1, k}}, {Name: "probabilities", Datatype: "FP64", Shape: []int{-1, k}}}
	}
	return []tensor{{Name: "prediction", Datatype: "BYTES", Shape: []int{-1}}, {Name: "probabilities", Datatype: "FP64", Shape: []int{-1, k}}}
}

// inference is the body of a request.
type inference struct {
	ID         *string `json:"id"`
	Parameters struct {
		Interval *float64 `json:"interval"`
	} `json:"parameters"`
	Inputs  []input `json:"inputs"`
	Outputs []struct {
		Name string `json:"name"`
	} `json:"outputs"`
}

type input struct {
	Name     string          `json:"name"`
	Shape    []int           `json:"shape"`
	Datatype string          `json:"datatype"`
	Data     json.RawMessage `json:"data"`
	values   *json.Decoder   // of data
	depth    int             // lists in lists, at the next value
}

// infer answers POST /v2/models/NAME/infer. The parameter interval asks for the outputs
// lower and upper.
func (s *Server) infer(w http.ResponseWriter, r *http.Request) error {
	if err := onlyParameters(r); err != nil {
		return err
	}
	c, err := s.begin(w, r)
	if err != nil {
		return err
	}
	defer s.end(c)
	v := c.version
	var q inference
	if err := json.Unmarshal(c.body, &q); err != nil {
		return refused(http.StatusBadRequest, "the body is no inference request: %w", err)
	}
	if len(v.inputs()) == 0 {
		return refused(http.StatusBadRequest, "a model of a %s has no tensors here: POST /predict, or /generate for a text", v.about.Kind)
	}
	if q.Parameters.Interval != nil {
		if err := c.interval(strconv.FormatFloat(*q.Parameters.Interval, 'g', -1, 64)); err != nil {
			return err
		}
	}
	if err := c.addTensors(q.Inputs); err != nil {
		return err
	}
	if err := c.predict(); err != nil {
		return err
	}
	outputs := c.tensors()
	if len(q.Outputs) > 0 {
		var names []string
		for _, t := range outputs {
			names = append(names, t.Name)
		}
		var asked []tensor
		for _, o := range q.Outputs {
			i := slices.Index(names, o.Name)
			if i < 0 {
				return bad(suggest.Unknown("output", o.Name, names))
			}
			asked = append(asked, outputs[i])
		}
		outputs = asked
	}
	return sendJSON(w, struct {
		Model   string   `json:"model_name"`
		Version string   `json:"model_version"`
		ID      *string  `json:"id,omitempty"`
		Outputs []tensor `json:"outputs"`
	}{v.queue.of.name, v.id, q.ID, outputs})
}

// addTensors adds the rows of inputs.
func (c *call) addTensors(inputs []input) error {
	if len(inputs) == 0 {
		return refused(http.StatusBadRequest, "the request has no inputs")
	}
	rows := -1
	for i := range inputs {
		in := &inputs[i]
		if err := in.open(); err != nil {
			return refused(http.StatusBadRequest, "input %q: %w", in.Name, err)
		}
		if rows >= 0 && in.Shape[0] != rows {
			return refused(http.StatusBadRequest, "input %q has %d rows, %q has %d", in.Name, in.Shape[0], inputs[0].Name, rows)
		}
		rows = in.Shape[0]
	}
	if rows == 0 {
		return refused(http.StatusBadRequest, "the inputs have no rows")
	}
	kind := c.version.about.Kind
	if kind == "numbers" || kind == "image" {
		want := c.version.inputs()[0].Name
		if in := inputs[0]; len(inputs) > 1 || in.Name != want {
			return refused(http.StatusBadRequest, "input %q: the model takes one input, %q", inputs[len(inputs)-1].Name, want)
		}
	}
	for row := range rows {
		sample, err := c.rowOf(inputs)
		if err == nil {
			err = c.add(sample, "")
		}
		if err != nil {
			return within(err, "row %d", row)
		}
	}
	return nil
}

// rowOf makes the next row of tensors as the model takes it.
func (c *call) rowOf(inputs []input) (any, error) {
	in := &inputs[0]
	each := in.each()
	switch c.version.about.Kind {
	case "numbers":
		var sample []float32
		for range each {
			x, err := in.number()
			if err != nil {
				return nil, err
			}
			sample = append(sample, float32(x))
		}
		return sample, nil
	case "image":
		if in.Datatype != "BYTES" {
			return pixels(in, each)
		}
		if each != 1 {
			return nil, refused(http.StatusBadRequest, "an image of BYTES is one text, the bytes of its file in base64; this has %d", each)
		}
		v, err := in.next()
		if err != nil {
			return nil, err
		}
		text, _ := v.(string)
		return decode(text)
	}
	values := map[string]any{}
	for i := range inputs {
		in := &inputs[i]
		if in.each() != 1 {
			return nil, in.wrong("%d values a row; a column has one", in.each())
		}
		v, err := in.next()
		if err != nil {
			return nil, err
		}
		values[in.Name] = v
	}
	return values, nil
}

// datatypes are those of the protocol that are read.
var datatypes = []string{"BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"}

// open checks the values of a tensor, and begins to read them. They are read one by one,
// as all at once take many times the bytes of the body.
func (in *input) open() error {
	if !slices.Contains(datatypes, in.Datatype) {
		return suggest.Unknown("datatype", in.Datatype, datatypes)
	}
	if err := in.begin(); err != nil {
		return err
	}
	have := 0
	for ; ; have++ {
		if _, err := in.next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	if len(in.Shape) == 0 {
		return errors.New("it has no shape; want its rows and, if a row has several values, their shape")
	}
	size := 1
	for _, n := range in.Shape {
		if n < 0 || n > 0 && size > have/n {
			return fmt.Errorf("its shape is %v, its data has %d values", in.Shape, have)
		}
		size *= n
	}
	if size != have {
		return fmt.Errorf("its shape is %v, its data has %d values", in.Shape, have)
	}
	return in.begin()
}

// begin goes to the first value.
func (in *input) begin() error {
	in.values, in.depth = json.NewDecoder(bytes.NewReader(in.Data)), 1
	in.values.UseNumber()
	if t, _ := in.values.Token(); t != json.Delim('[') {
		return errors.New("its data is no list")
	}
	return nil
}

// each is how many values a row has.
func (in *input) each() int {
	n := 1
	for _, k := range in.Shape[1:] {
		n *= k
	}
	return n
}

// next returns the next value, row after row, also where lists hold rows; io.EOF is the end.
func (in *input) next() (any, error) {
	for in.depth > 0 {
		t, err := in.values.Token()
		if err != nil {
			return nil, err
		}
		switch v := t.(type) {
		case json.Delim:
			switch v {
			case '[':
				in.depth++
			case ']':
				in.depth--
			default:
				return nil, fmt.Errorf("an object is no %s", in.Datatype)
			}
			if in.depth > 9 {
				return nil, errors.New("its data is lists in lists, too deep")
			}
			continue
		case string:
			if in.Datatype != "BYTES" {
				return nil, fmt.Errorf("%q is no %s", v, in.Datatype)
			}
		case bool:
			if in.Datatype != "BOOL" {
				return nil, fmt.Errorf("%v is no %s", v, in.Datatype)
			}
		case json.Number:
			if in.Datatype == "BYTES" || in.Datatype == "BOOL" {
				return nil, fmt.Errorf("%s is no %s", v, in.Datatype)
			}
		}
		return t, nil
	}
	return nil, io.EOF
}

// wrong is a fault of the tensor.
func (in *input) wrong(format string, args ...any) error {
	return refused(http.StatusBadRequest, "input %q: %w", in.Name, fmt.Errorf(format, args...))
}

// number returns the next value, a number.
func (in *input) number() (float64, error) {
	v, err := in.next()
	if err != nil {
		return 0, err
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0, in.wrong("%v is no number", v)
	}
	x, err := n.Float64()
	if err != nil {
		return 0, in.wrong("%w", err)
	}
	return x, nil
}

// pixels makes an image of the next row [height, width] or [height, width, channels] of values
// from 0 to 255.
func pixels(in *input, each int) (image.Image, error) {
	shape := in.Shape[1:]
	if len(shape) == 2 {
		shape = append(slices.Clone(shape), 1)
	}
	if in.Datatype != "UINT8" || len(shape) != 3 || shape[2] != 1 && shape[2] != 3 || each == 0 {
		return nil, refused(http.StatusBadRequest, "%s of %v is no image; want UINT8 of [rows, height, width, 1 or 3], or BYTES", in.Datatype, in.Shape)
	}
	gray, colors := image.NewGray(image.Rectangle{}), image.NewNRGBA(image.Rectangle{})
	if size := image.Rect(0, 0, shape[1], shape[0]); shape[2] == 1 {
		gray = image.NewGray(size)
	} else {
		colors = image.NewNRGBA(size)
	}
	for at := range each {
		x, err := in.number()
		if err != nil {
			return nil, err
		}
		if x != float64(uint8(x)) {
			return nil, in.wrong("%v is no pixel; want a whole number from 0 to 255", x)
		}
		if shape[2] == 1 {
			gray.Pix[at] = uint8(x)
			continue
		}
		colors.Pix[at/3*4+at%3], colors.Pix[at/3*4+3] = uint8(x), 255
	}
	if shape[2] == 1 {
		return gray, nil
	}
	return colors, nil
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
