package nn

import (
	"bytes"
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

// marshalStruct writes a layer's type and its fields that are not zero, in
// their order.
func marshalStruct(l Layer, at place) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"type":%q`, kind(l))
	v := reflect.ValueOf(l)
	for i := range v.NumField() {
		name := fieldName(v.Type().Field(i).Name)
		text, err := marshalField(v.Field(i), at.inside(name))
		if err != nil {
			return nil, err
		}
		if text != nil {
			fmt.Fprintf(&b, ",%q:%s", name, text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshalField returns nothing for a field to leave out.
func marshalField(v reflect.Value, at place) ([]byte, error) {
	if v.IsZero() {
		return nil, nil
	}
	switch v.Type() {
	case reflect.TypeFor[initial.Initializer]():
		init := v.Interface().(initial.Initializer)
		if same, err := initial.Parse(init.String()); err == nil && reflect.TypeOf(same) == reflect.TypeOf(init) {
			return json.Marshal(init.String())
		}
		return nil, nil
	case reflect.TypeFor[Layer](), reflect.TypeFor[Sequential]():
		return marshal(v.Interface().(Layer), at)
	}
	return json.Marshal(v.Interface())
}

// unmarshalStruct reads a layer of the type of zero.
func unmarshalStruct(zero Layer, data []byte, at place) (Layer, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, err
	}
	delete(fields, "type")
	v := reflect.New(reflect.TypeOf(zero)).Elem()
	names := make([]string, v.NumField())
	for i := range names {
		name := fieldName(v.Type().Field(i).Name)
		names[i] = name
		text, ok := fields[name]
		delete(fields, name)
		if !ok {
			continue
		}
		if err := unmarshalField(v.Field(i), text, at.inside(name)); err != nil {
			if inner := (*innerError)(nil); errors.As(err, &inner) {
				return nil, err
			}
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for name := range fields {
		return nil, suggest.Unknown("field", name, names)
	}
	return v.Interface().(Layer), nil
}

func unmarshalField(v reflect.Value, text []byte, at place) error {
	switch p := v.Addr().Interface().(type) {
	case *initial.Initializer:
		var spec string
		if err := json.Unmarshal(text, &spec); err != nil {
			return err
		}
		init, err := initial.Parse(spec)
		*p = init
		return err
	case *Layer:
		l, err := unmarshal(text, at)
		if err != nil {
			return &innerError{err}
		}
		*p = l
		return nil
	case *Sequential:
		l, err := unmarshal(text, at)
		if err != nil {
			return &innerError{err}
		}
		s, ok := l.(Sequential)
		if !ok {
			return fmt.Errorf("is a %s; want a sequential", kind(l))
		}
		*p = s
		return nil
	case *[2]int:
		var list []int
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
		if len(list) != 2 {
			return fmt.Errorf("%d sizes; want two, rows and columns", len(list))
		}
		*p = [2]int(list)
		return nil
	default:
		return json.Unmarshal(text, p)
	}
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
