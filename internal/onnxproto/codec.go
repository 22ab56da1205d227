package onnxproto

import (
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// What a file may hold. A message of two bytes becomes a struct of hundreds, so
// that their number is bounded, not their size alone.
const (
	maxDepth    = 64
	maxMessages = 1 << 20
)

// Parse reads a model. Numbers of tensors stay where they lie in data.
func Parse(data []byte) (*Model, error) {
	m := new(Model)
	if err := unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return m, nil
}

// ParseTensor reads a tensor that is a file of its own.
func ParseTensor(data []byte) (*Tensor, error) {
	t := new(Tensor)
	if err := unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return t, nil
}

// Marshal writes m. Fields that are zero are left out, which means the same.
func Marshal(m *Model) []byte { return appendMessage(nil, reflect.ValueOf(m).Elem()) }

// MarshalTensor writes t as a file of its own.
func MarshalTensor(t *Tensor) []byte { return appendMessage(nil, reflect.ValueOf(t).Elem()) }

// field is one field of a message.
type field struct {
	number protowire.Number
	index  int
	name   string
}

// fields are those of a message, by number.
func fields(t reflect.Type) []field {
	var list []field
	for i := range t.NumField() {
		n, err := strconv.Atoi(t.Field(i).Tag.Get("onnx"))
		if err != nil {
			panic(fmt.Sprintf("onnxproto: %v.%s has no number", t, t.Field(i).Name))
		}
		list = append(list, field{protowire.Number(n), i, t.Field(i).Name})
	}
	return list
}

// reader counts the messages that it has read, and knows the fields of messages that it met.
type reader struct {
	messages int
	known    map[reflect.Type][]field
}

// fault is an error and where in the file it is.
type fault struct {
	place string
	err   error
}

func (f *fault) Error() string { return f.place + ": " + f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// in returns err as one that lies within place.
func in(place string, err error) error {
	if f, ok := err.(*fault); ok {
		return &fault{place + "." + f.place, f.err}
	}
	return &fault{place, err}
}

func unmarshal(data []byte, m any) error {
	v := reflect.ValueOf(m).Elem()
	r := reader{known: map[reflect.Type][]field{}}
	if err := r.message(data, v, 0); err != nil {
		return in(v.Type().Name(), err)
	}
	return nil
}

// one counts a message, or one of many texts.
func (r *reader) one() error {
	if r.messages++; r.messages > maxMessages {
		return fmt.Errorf("more than %d messages and texts", maxMessages)
	}
	return nil
}

// message fills v from data.
func (r *reader) message(data []byte, v reflect.Value, depth int) error {
	if err := r.one(); err != nil {
		return err
	}
	if depth > maxDepth {
		return fmt.Errorf("messages lie more than %d deep inside each other", maxDepth)
	}
	list, ok := r.known[v.Type()]
	if !ok {
		list = fields(v.Type())
		r.known[v.Type()] = list
	}
	for len(data) > 0 {
		number, wire, n := protowire.ConsumeTag(data)
		if n < 0 {
			return parseError(n)
		}
		size := protowire.ConsumeFieldValue(number, wire, data[n:])
		if size < 0 {
			return fmt.Errorf("field %d: %w", number, parseError(size))
		}
		value := data[n : n+size]
		data = data[n+size:]
		for _, f := range list {
			if f.number != number {
				continue
			}
			if err := r.value(value, wire, v.Field(f.index), depth); err != nil {
				return in(f.name, err)
			}
		}
	}
	return nil
}

// parseError says what protowire's code means: most files that do not parse have
// been cut, or are something else.
func parseError(n int) error {
	if err := protowire.ParseError(n); errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the data ends within it; the file is cut short or not of ONNX")
	}
	return errors.New("not what ONNX files hold")
}

// value sets v from one occurrence of its field.
func (r *reader) value(data []byte, wire protowire.Type, v reflect.Value, depth int) error {
	to := v.Addr().Interface()
	switch to := to.(type) {
	case *[]float32:
		return repeated(to, data, wire, protowire.Fixed32Type, protowire.ConsumeFixed32, math.Float32frombits)
	case *[]float64:
		return repeated(to, data, wire, protowire.Fixed64Type, protowire.ConsumeFixed64, math.Float64frombits)
	case *[]int64:
		return repeated(to, data, wire, protowire.VarintType, protowire.ConsumeVarint, func(x uint64) int64 { return int64(x) })
	case *[]int32:
		return repeated(to, data, wire, protowire.VarintType, protowire.ConsumeVarint, func(x uint64) int32 { return int32(x) })
	case *[]uint64:
		return repeated(to, data, wire, protowire.VarintType, protowire.ConsumeVarint, func(x uint64) uint64 { return x })
	case *float32:
		x, _ := protowire.ConsumeFixed32(data)
		*to = math.Float32frombits(x)
		return is(wire, protowire.Fixed32Type)
	case **int64:
		x, _ := protowire.ConsumeVarint(data)
		*to = new(int64)
		**to = int64(x)
		return is(wire, protowire.VarintType)
	}
	if k := v.Kind(); k == reflect.Int64 || k == reflect.Int32 {
		x, _ := protowire.ConsumeVarint(data)
		if v.OverflowInt(int64(x)) {
			return fmt.Errorf("%d is out of range", int64(x))
		}
		v.SetInt(int64(x))
		return is(wire, protowire.VarintType)
	}
	if err := is(wire, protowire.BytesType); err != nil {
		return err
	}
	data, _ = protowire.ConsumeBytes(data)
	switch to := to.(type) {
	case *[]byte:
		*to = data
		return nil
	case *[][]byte:
		*to = append(*to, data)
		return r.one()
	case *string:
		*to = string(data)
		return isText(data)
	case *[]string:
		*to = append(*to, string(data))
		if err := r.one(); err != nil {
			return err
		}
		return isText(data)
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return r.message(data, v.Elem(), depth+1)
	}
	one := reflect.New(v.Type().Elem().Elem())
	if err := r.message(data, one.Elem(), depth+1); err != nil {
		return in(strconv.Itoa(v.Len()), err)
	}
	v.Set(reflect.Append(v, one))
	return nil
}

func is(wire, want protowire.Type) error {
	if wire != want {
		return fmt.Errorf("wire type %d; the field has %d", wire, want)
	}
	return nil
}

func isText(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	return nil
}

// repeated appends numbers that stand alone or many in one piece.
func repeated[W, T any](to *[]T, data []byte, wire, alone protowire.Type, consume func([]byte) (W, int), convert func(W) T) error {
	if wire == protowire.BytesType {
		data, _ = protowire.ConsumeBytes(data)
	} else if err := is(wire, alone); err != nil {
		return err
	}
	for len(data) > 0 {
		x, n := consume(data)
		if n < 0 {
			return parseError(n)
		}
		*to = append(*to, convert(x))
		data = data[n:]
	}
	return nil
}

// appendMessage writes the fields of v that are not zero, in the order of the struct.
func appendMessage(b []byte, v reflect.Value) []byte {
	for _, f := range fields(v.Type()) {
		if v := v.Field(f.index); !v.IsZero() {
			b = appendValue(b, f.number, v)
		}
	}
	return b
}

func appendValue(b []byte, number protowire.Number, v reflect.Value) []byte {
	tag := func(t protowire.Type) { b = protowire.AppendTag(b, number, t) }
	packed := func(n int, add func(b []byte, i int) []byte) {
		var data []byte
		for i := range n {
			data = add(data, i)
		}
		if n > 0 {
			tag(protowire.BytesType)
			b = protowire.AppendBytes(b, data)
		}
	}
	switch x := v.Interface().(type) {
	case string:
		tag(protowire.BytesType)
		return protowire.AppendString(b, x)
	case []byte:
		tag(protowire.BytesType)
		return protowire.AppendBytes(b, x)
	case []string:
		for _, s := range x {
			tag(protowire.BytesType)
			b = protowire.AppendString(b, s)
		}
		return b
	case [][]byte:
		for _, s := range x {
			tag(protowire.BytesType)
			b = protowire.AppendBytes(b, s)
		}
		return b
	case float32:
		tag(protowire.Fixed32Type)
		return protowire.AppendFixed32(b, math.Float32bits(x))
	case *int64:
		tag(protowire.VarintType)
		return protowire.AppendVarint(b, uint64(*x))
	case []float32:
		packed(len(x), func(b []byte, i int) []byte { return protowire.AppendFixed32(b, math.Float32bits(x[i])) })
		return b
	case []float64:
		packed(len(x), func(b []byte, i int) []byte { return protowire.AppendFixed64(b, math.Float64bits(x[i])) })
		return b
	case []int64:
		packed(len(x), func(b []byte, i int) []byte { return protowire.AppendVarint(b, uint64(x[i])) })
		return b
	case []int32:
		packed(len(x), func(b []byte, i int) []byte { return protowire.AppendVarint(b, uint64(x[i])) })
		return b
	case []uint64:
		packed(len(x), func(b []byte, i int) []byte { return protowire.AppendVarint(b, x[i]) })
		return b
	}
	switch v.Kind() {
	case reflect.Int64, reflect.Int32:
		tag(protowire.VarintType)
		return protowire.AppendVarint(b, uint64(v.Int()))
	case reflect.Pointer:
		tag(protowire.BytesType)
		return protowire.AppendBytes(b, appendMessage(nil, v.Elem()))
	}
	for i := range v.Len() {
		tag(protowire.BytesType)
		b = protowire.AppendBytes(b, appendMessage(nil, v.Index(i).Elem()))
	}
	return b
}
