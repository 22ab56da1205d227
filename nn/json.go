package nn

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The JSON form of a layer is an object with its type and its fields; what
// equals the zero value is left out.
//
//	{"type":"sequential","layers":[{"type":"flatten"},
//	 {"type":"dense","units":10,"activation":"relu","init":"he-normal"}]}
//
// Types are the names that paths show, fields those of Go in snake case.
// json_fields.go reads and writes the fields of a struct.

// structs are the layers that are plain structs.
func structs() []Layer {
	return []Layer{
		Flatten{}, Dense{}, Dropout{}, SpatialDropout{}, DropPath{}, Reshape{}, Pad{}, EnsureChannels{}, Embedding{}, Identity{},
		Conv2D{}, ConvTranspose2D{}, DepthwiseConv{}, Conv1D{},
		MaxPool{}, AvgPool{}, MaxPool1D{}, AvgPool1D{}, GlobalMaxPool{}, GlobalAvgPool{},
		BatchNorm{}, LayerNorm{}, GroupNorm{}, RMSNorm{}, Residual{},
	}
}

// formerly are the names that types had in files of earlier versions.
var formerly = map[string]string{"image": "ensurechannels"}

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

// ErrUnknownLayer is wrapped by the errors of [Marshal] and [Unmarshal] for
// layers that are not this package's own, or that hold a function.
var ErrUnknownLayer = errors.New("a model file cannot describe it: a network with layers of your own must be passed again when the model is loaded")

// Marshal writes a network of this package's layers as JSON, which
// [Unmarshal] reads. An [initial.Initializer] of the user's own is left out: it plays
// no part once weights exist. Another type of layer, or [Func], gives an
// error that wraps [ErrUnknownLayer] and names it.
func Marshal(l Layer) ([]byte, error) { return marshal(l, nil) }

func marshal(l Layer, at place) ([]byte, error) {
	switch l := l.(type) {
	case Sequential:
		return marshalList("sequential", l, at)
	case Concat:
		return marshalList("concat", l, at)
	case Activation:
		return json.Marshal(activationJSON{tagJSON{"activation"}, l})
	}
	for _, s := range structs() {
		if fmt.Sprintf("%T", s) == fmt.Sprintf("%T", l) {
			return marshalStruct(l, at)
		}
	}
	return nil, fmt.Errorf("nn: %v is %T: %w", at, l, ErrUnknownLayer)
}

func marshalList(name string, layers []Layer, at place) ([]byte, error) {
	s := listJSON{tagJSON{name}, make([]json.RawMessage, len(layers))}
	for i, part := range layers {
		var err error
		if s.Layers[i], err = marshal(part, at.inside(fmt.Sprint(i))); err != nil {
			return nil, err
		}
	}
	return json.Marshal(s)
}

// Unmarshal reads what [Marshal] wrote. Unknown types and fields are errors.
func Unmarshal(data []byte) (Layer, error) { return unmarshal(data, nil) }

// maxDepth bounds how deep layers lie inside each other: each level reads
// what it holds again, so that a hostile file could take long.
const maxDepth = 64

func unmarshal(data []byte, at place) (Layer, error) {
	if len(at) > maxDepth {
		return nil, fmt.Errorf("nn: %v lies more than %d levels deep", at, maxDepth)
	}
	var tag tagJSON
	if err := json.Unmarshal(data, &tag); err != nil {
		return nil, fmt.Errorf("nn: %v: %w", at, err)
	}
	var l Layer
	var err error
	switch tag.Type {
	case "sequential":
		var list []Layer
		list, err = unmarshalList(data, at)
		l = Sequential(list)
	case "concat":
		var list []Layer
		list, err = unmarshalList(data, at)
		l = Concat(list)
	case "activation":
		var a activationJSON
		err = strict(data, &a)
		l = a.Name
	default:
		if now, ok := formerly[tag.Type]; ok {
			tag.Type = now
		}
		i := slices.IndexFunc(structs(), func(s Layer) bool { return kind(s) == tag.Type })
		if i < 0 {
			return nil, fmt.Errorf("nn: %v has type %q: %w", at, tag.Type, ErrUnknownLayer)
		}
		l, err = unmarshalStruct(structs()[i], data, at)
	}
	if inner := (*innerError)(nil); errors.As(err, &inner) {
		return nil, err
	}
	if err != nil {
		return nil, &innerError{fmt.Errorf("nn: %v, %s: %w", at, tag.Type, err)}
	}
	return l, nil
}

// innerError has been given its place already.
type innerError struct{ error }

func (e *innerError) Unwrap() error { return e.error }

func unmarshalList(data []byte, at place) ([]Layer, error) {
	var s listJSON
	if err := strict(data, &s); err != nil {
		return nil, err
	}
	list := make([]Layer, len(s.Layers))
	for i, part := range s.Layers {
		var err error
		if list[i], err = unmarshal(part, at.inside(fmt.Sprint(i))); err != nil {
			return nil, &innerError{err}
		}
	}
	return list, nil
}

// place is where a layer stands: its number or field, after those of the
// layers that it lies in.
type place []string

func (p place) inside(name string) place { return append(slices.Clip(p), name) }

func (p place) String() string {
	if len(p) == 0 {
		return "the network"
	}
	return "layer " + strings.Join(p, ".")
}
