package nn

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode"

	"descent/internal/suggest"
	"descent/nn/initial"
)

// form is how values of a type are written.
type form int

const (
	formNone   form = iota // not at all
	formPlain              // by encoding/json: numbers, strings, what marshals itself as text
	formInit               // an initializer, as its String
	formLayer              // with its type
	formList               // slices and arrays, by element
	formStruct             // by field
)

func formOf(t reflect.Type) form {
	switch {
	case t == reflect.TypeFor[initial.Initializer]():
		return formInit
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return formPlain
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Func:
		return formNone
	case t.Implements(reflect.TypeFor[Layer]()):
		return formLayer
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return formPlain
	case reflect.Slice, reflect.Array:
		return formList
	case reflect.Struct:
		return formStruct
	}
	return formNone
}

// marshalStruct writes an object of what goes before, if anything, and the
// fields of v that are not zero, in their order.
func marshalStruct(before string, v reflect.Value, at place) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("{" + before)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			continue
		}
		name := fieldName(v.Type().Field(i).Name)
		text, err := marshalValue(v.Field(i), at.inside(name))
		if err != nil {
			return nil, err
		}
		if text == nil {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%s", name, text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshalValue returns nothing for a value to leave out.
func marshalValue(v reflect.Value, at place) ([]byte, error) {
	switch formOf(v.Type()) {
	case formInit:
		init, ok := v.Interface().(initial.Initializer)
		if !ok {
			return nil, nil
		}
		if same, err := initial.Parse(init.String()); err == nil && reflect.TypeOf(same) == reflect.TypeOf(init) {
			return json.Marshal(init.String())
		}
		return nil, nil
	case formLayer:
		l, _ := v.Interface().(Layer)
		return marshal(l, at)
	case formList:
		return marshalValues(v, at)
	case formStruct:
		if len(at) > maxDepth {
			return nil, at.tooDeep()
		}
		return marshalStruct("", v, at)
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return nil, fmt.Errorf("nn: %v: %w", at, err)
	}
	return text, nil
}

func marshalValues(v reflect.Value, at place) ([]byte, error) {
	items := make([]json.RawMessage, v.Len())
	for i := range items {
		text, err := marshalValue(v.Index(i), at.inside(fmt.Sprint(i)))
		if err != nil {
			return nil, err
		}
		items[i] = text
	}
	return json.Marshal(items)
}

// unmarshalStruct reads the fields of v from an object that may also have the
// name of its type.
func unmarshalStruct(v reflect.Value, data []byte, at place) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	delete(fields, "type")
	names := make([]string, v.NumField())
	for i := range names {
		name := fieldName(v.Type().Field(i).Name)
		names[i] = name
		text, ok := fields[name]
		delete(fields, name)
		if !ok {
			continue
		}
		if err := unmarshalValue(v.Field(i), text, at.inside(name)); err != nil {
			if inner := (*innerError)(nil); errors.As(err, &inner) {
				return err
			}
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name := range fields {
		return suggest.Unknown("field", name, names)
	}
	return nil
}

func unmarshalValue(v reflect.Value, text []byte, at place) error {
	switch formOf(v.Type()) {
	case formInit:
		return unmarshalInit(v, text)
	case formLayer:
		return unmarshalLayer(v, text, at)
	case formList:
		return unmarshalValues(v, text, at)
	case formStruct:
		if len(at) > maxDepth {
			return fmt.Errorf("lies more than %d levels deep", maxDepth)
		}
		return unmarshalStruct(v, text, at)
	}
	return json.Unmarshal(text, v.Addr().Interface())
}

func unmarshalInit(v reflect.Value, text []byte) error {
	var spec *string // null stands for one that was left out of a list
	if err := json.Unmarshal(text, &spec); err != nil || spec == nil {
		return err
	}
	init, err := initial.Parse(*spec)
	if err == nil {
		v.Set(reflect.ValueOf(init))
	}
	return err
}

func unmarshalLayer(v reflect.Value, text []byte, at place) error {
	l, err := unmarshal(text, at)
	if err != nil {
		return &innerError{err}
	}
	got := reflect.ValueOf(l)
	if !got.Type().AssignableTo(v.Type()) {
		return fmt.Errorf("is a %s; want a %s", kind(l), kindOf(v.Type()))
	}
	v.Set(got)
	return nil
}

func unmarshalValues(v reflect.Value, text []byte, at place) error {
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return err
	}
	switch {
	case v.Kind() == reflect.Slice && items != nil:
		v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	case v.Type() == reflect.TypeFor[[2]int]() && len(items) != 2:
		return fmt.Errorf("%d sizes; want two, rows and columns", len(items))
	case v.Kind() == reflect.Array && len(items) != v.Len():
		return fmt.Errorf("%d values; want %d", len(items), v.Len())
	}
	for i, item := range items {
		if err := unmarshalValue(v.Index(i), item, at.inside(fmt.Sprint(i))); err != nil {
			return err
		}
	}
	return nil
}

// fieldName is the Go name in snake case: "NoBias" is "no_bias", "L1" is "l1".
func fieldName(goName string) string {
	var b strings.Builder
	for i, r := range goName {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// strict decodes one JSON value and refuses fields that v does not have.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is more after the layer")
	}
	return nil
}
