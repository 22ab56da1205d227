package nn

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// The JSON form of a layer is an object with its type and its fields; what
// equals the zero value is left out. Layers that are lists have the one field
// "layers".
//
//	{"type":"sequential","layers":[{"type":"flatten"},
//	 {"type":"dense","units":10,"activation":"relu","init":"he-normal"}]}
//
// Types are registered in register.go under the names that paths show. Fields
// are those of Go in snake case; json_fields.go reads and writes them.

type (
	tagJSON struct {
		Type string `json:"type"`
	}
	listJSON struct {
		tagJSON
		Layers []json.RawMessage `json:"layers"`
	}
	activationJSON struct {
		tagJSON
		Name Activation `json:"name"`
	}
)

const activationType = "activation"

// ErrUnknownLayer is wrapped by the errors of [Marshal] and [Unmarshal] for
// layers that were not registered, or that hold a function.
var ErrUnknownLayer = errors.New("no layer of that type is registered: nn.Register makes a layer of your own known, in a program or in a command of your own, see package command; model.With gives the network itself")

// Marshal writes a network of this package's layers, and of those that were
// registered, as JSON, which [Unmarshal] reads. An [initial.Initializer] that
// [initial.Parse] cannot read is left out: it plays no part once weights exist.
// Another type of layer, or [Func], gives an error that wraps [ErrUnknownLayer]
// and names it.
func Marshal(l Layer) ([]byte, error) { return marshal(l, nil) }

func marshal(l Layer, at place) ([]byte, error) {
	if len(at) > maxDepth {
		return nil, at.tooDeep()
	}
	if a, ok := l.(Activation); ok {
		return json.Marshal(activationJSON{tagJSON{activationType}, a})
	}
	name, ok := known.name(l)
	if !ok {
		return nil, fmt.Errorf("nn: %v is %T: %w", at, l, ErrUnknownLayer)
	}
	v := reflect.ValueOf(l)
	if isList(v.Type()) {
		return marshalList(name, v, at)
	}
	return marshalStruct(fmt.Sprintf(`"type":%q`, name), v, at)
}

func marshalList(name string, v reflect.Value, at place) ([]byte, error) {
	s := listJSON{tagJSON{name}, make([]json.RawMessage, v.Len())}
	for i := range s.Layers {
		l, _ := v.Index(i).Interface().(Layer)
		var err error
		if s.Layers[i], err = marshal(l, at.inside(fmt.Sprint(i))); err != nil {
			return nil, err
		}
	}
	return json.Marshal(s)
}

// Unmarshal reads what [Marshal] wrote. Unknown types and fields are errors,
// those of types wrap [ErrUnknownLayer].
func Unmarshal(data []byte) (Layer, error) { return unmarshal(data, nil) }

// maxDepth bounds how deep layers lie inside each other: each level reads
// what it holds again, so that a hostile file could take long, and a list may
// hold itself.
const maxDepth = 64

func unmarshal(data []byte, at place) (Layer, error) {
	if len(at) > maxDepth {
		return nil, at.tooDeep()
	}
	var tag tagJSON
	if err := json.Unmarshal(data, &tag); err != nil {
		return nil, fmt.Errorf("nn: %v: %w", at, err)
	}
	l, err := unmarshalAs(tag.Type, data, at)
	if inner := (*innerError)(nil); errors.As(err, &inner) {
		return nil, err
	}
	if err != nil {
		return nil, &innerError{fmt.Errorf("nn: %v, %s: %w", at, tag.Type, err)}
	}
	return l, nil
}

func unmarshalAs(name string, data []byte, at place) (Layer, error) {
	if name == activationType {
		var a activationJSON
		err := strict(data, &a)
		return a.Name, err
	}
	t, ok := known.named(name)
	if !ok {
		return nil, &innerError{fmt.Errorf("nn: %v has type %q: %w", at, name, ErrUnknownLayer)}
	}
	v := reflect.New(t).Elem()
	read := unmarshalStruct
	if isList(t) {
		read = unmarshalList
	}
	if err := read(v, data, at); err != nil {
		return nil, err
	}
	return v.Interface().(Layer), nil
}

// innerError has been given its place already.
type innerError struct{ error }

func (e *innerError) Unwrap() error { return e.error }

func unmarshalList(v reflect.Value, data []byte, at place) error {
	var s listJSON
	if err := strict(data, &s); err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), len(s.Layers), len(s.Layers)))
	for i, part := range s.Layers {
		l, err := unmarshal(part, at.inside(fmt.Sprint(i)))
		if err != nil {
			return &innerError{err}
		}
		v.Index(i).Set(reflect.ValueOf(l))
	}
	return nil
}

// isList reports whether t is a list of layers, as [Sequential] is.
func isList(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem() == reflect.TypeFor[Layer]()
}

// place is where a layer stands: its number or field, after those of the
// layers that it lies in.
type place []string

func (p place) inside(name string) place { return append(slices.Clip(p), name) }

func (p place) tooDeep() error {
	return fmt.Errorf("nn: %v lies more than %d levels deep", p, maxDepth)
}

func (p place) String() string {
	if len(p) == 0 {
		return "the network"
	}
	return "layer " + strings.Join(p, ".")
}
