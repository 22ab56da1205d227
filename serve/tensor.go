package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"descent/internal/suggest"
)

// input is a tensor of a request of the Open Inference Protocol.
type input struct {
	Name     string
	Shape    []int
	Datatype string
	Data     json.RawMessage

	values *json.Decoder // of data
	depth  int           // lists in lists, at the next value
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
	if err := c.suits(inputs); err != nil {
		return err
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

// suits checks that inputs are those that the model takes, each once and of its datatype.
func (c *call) suits(inputs []input) error {
	takes := c.version.inputs()
	var names []string
	for _, t := range takes {
		names = append(names, t.Name)
	}
	seen := map[string]bool{}
	for i := range inputs {
		in := &inputs[i]
		at := slices.Index(names, in.Name)
		switch {
		case at < 0:
			return bad(suggest.Unknown("input", in.Name, names))
		case seen[in.Name]:
			return refused(http.StatusBadRequest, "input %q stands there twice", in.Name)
		case takes[at].Datatype != "BYTES" && !in.numeric():
			return in.wrong("it is %s; want numbers, such as %s", in.Datatype, takes[at].Datatype)
		case takes[at].Datatype == "BYTES" && in.Datatype != "BYTES" && c.version.about.Kind != "image":
			return in.wrong("it is %s; want BYTES", in.Datatype)
		}
		seen[in.Name] = true
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
		v, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = in.holds(v)
		}
		if err != nil {
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
	if err := in.nested(); err != nil {
		return err
	}
	return in.begin()
}

// nested checks that lists in lists have the lengths of the shape; a single list may hold
// the values of any shape.
func (in *input) nested() error {
	d := json.NewDecoder(bytes.NewReader(in.Data))
	d.UseNumber()
	var counts []int // of the lists that are open
	flat, deep := false, false
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		last := len(counts) - 1
		switch {
		case t == json.Delim(']'):
			n := counts[last]
			if deep && (last >= len(in.Shape) || n != in.Shape[last]) {
				return fmt.Errorf("its shape is %v, its data has a list of %d", in.Shape, n)
			}
			if counts = counts[:last]; last == 0 {
				return nil
			}
			continue
		case last >= 0:
			counts[last]++
		}
		if t == json.Delim('[') {
			deep = deep || last >= 0
			counts = append(counts, 0)
		} else {
			flat = flat || last+1 < len(in.Shape)
		}
		if flat && deep {
			return fmt.Errorf("its shape is %v, its data has values beside lists", in.Shape)
		}
	}
}

// numeric reports whether the tensor has numbers.
func (in *input) numeric() bool { return in.Datatype != "BYTES" && in.Datatype != "BOOL" }

// holds checks that the datatype has a value; null is a missing one of any.
func (in *input) holds(v any) error {
	n, ok := v.(json.Number)
	if !ok {
		return nil
	}
	x, err := n.Float64()
	if kind, bits, ok := strings.Cut(in.Datatype, "FP"); ok && kind == "" {
		most := map[string]float64{"16": 65504, "32": math.MaxFloat32, "64": math.MaxFloat64}[bits]
		if err != nil || math.Abs(x) > most {
			return fmt.Errorf("%s is no %s, it is too large", n, in.Datatype)
		}
		return nil
	}
	kind, width, _ := strings.Cut(in.Datatype, "INT")
	bits, _ := strconv.Atoi(width)
	low, high := -math.Ldexp(1, bits-1), math.Ldexp(1, bits-1)
	if kind == "U" {
		low, high = 0, math.Ldexp(1, bits)
	}
	if err != nil || x != math.Trunc(x) || x < low || x >= high {
		return fmt.Errorf("%s is no %s", n, in.Datatype)
	}
	return nil
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
