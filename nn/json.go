package nn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The JSON form of a layer is an object with its type and its fields; what
// equals the zero value is left out.
//
//	{"type":"sequential","layers":[{"type":"flatten"},
//	 {"type":"dense","units":10,"activation":"relu","init":"he-normal"}]}
type (
	tagJSON struct {
		Type string `json:"type"`
	}
	sequentialJSON struct {
		tagJSON
		Layers []json.RawMessage `json:"layers"`
	}
	denseJSON struct {
		tagJSON
		Units      int        `json:"units"`
		Activation Activation `json:"activation"`
		Init       string     `json:"init,omitempty"`
		NoBias     bool       `json:"no_bias,omitempty"`
		L1         float64    `json:"l1,omitempty"`
		L2         float64    `json:"l2,omitempty"`
	}
	dropoutJSON struct {
		tagJSON
		Rate float64 `json:"rate"`
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
// [Unmarshal] reads. An [Initializer] of the user's own is left out: it plays
// no part once weights exist. Another type of layer, or [Func], gives an
// error that wraps [ErrUnknownLayer] and names it.
func Marshal(l Layer) ([]byte, error) { return marshal(l, nil) }

func marshal(l Layer, at place) ([]byte, error) {
	switch l := l.(type) {
	case Sequential:
		s := sequentialJSON{tagJSON{"sequential"}, make([]json.RawMessage, len(l))}
		for i, part := range l {
			var err error
			if s.Layers[i], err = marshal(part, at.inside(i)); err != nil {
				return nil, err
			}
		}
		return json.Marshal(s)
	case Dense:
		d := denseJSON{tagJSON{"dense"}, l.Units, l.Activation, "", l.NoBias, l.L1, l.L2}
		if l.Init != nil {
			if same, err := ParseInitializer(l.Init.String()); err == nil && fmt.Sprintf("%T", same) == fmt.Sprintf("%T", l.Init) {
				d.Init = l.Init.String()
			}
		}
		return json.Marshal(d)
	case Dropout:
		return json.Marshal(dropoutJSON{tagJSON{"dropout"}, l.Rate})
	case Flatten:
		return json.Marshal(tagJSON{"flatten"})
	case Activation:
		return json.Marshal(activationJSON{tagJSON{"activation"}, l})
	}
	return nil, fmt.Errorf("nn: %v is %T: %w", at, l, ErrUnknownLayer)
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
		var s sequentialJSON
		if err = strict(data, &s); err != nil {
			break
		}
		seq := make(Sequential, len(s.Layers))
		for i, part := range s.Layers {
			if seq[i], err = unmarshal(part, at.inside(i)); err != nil {
				return nil, err
			}
		}
		l = seq
	case "dense":
		var d denseJSON
		if err = strict(data, &d); err != nil {
			break
		}
		dense := Dense{Units: d.Units, Activation: d.Activation, NoBias: d.NoBias, L1: d.L1, L2: d.L2}
		if d.Init != "" {
			dense.Init, err = ParseInitializer(d.Init)
		}
		l = dense
	case "dropout":
		var d dropoutJSON
		err = strict(data, &d)
		l = Dropout{Rate: d.Rate}
	case "flatten":
		err = strict(data, &tag)
		l = Flatten{}
	case "activation":
		var a activationJSON
		err = strict(data, &a)
		l = a.Name
	default:
		return nil, fmt.Errorf("nn: %v has type %q: %w", at, tag.Type, ErrUnknownLayer)
	}
	if err != nil {
		return nil, fmt.Errorf("nn: %v, %s: %w", at, tag.Type, err)
	}
	return l, nil
}

// place is where a layer stands: its number, after those of the layers that
// it lies in.
type place []int

func (p place) inside(i int) place { return append(slices.Clip(p), i) }

func (p place) String() string {
	if len(p) == 0 {
		return "the network"
	}
	return "layer " + strings.ReplaceAll(strings.Trim(fmt.Sprint([]int(p)), "[]"), " ", ".")
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
