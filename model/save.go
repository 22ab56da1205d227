package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"descent/data"
	"descent/engine"
	"descent/internal/module"
	"descent/internal/network"
	"descent/internal/safetensors"
	"descent/loss"
	"descent/nn"
)

// Format is the version of model files that this package writes. It reads all
// up to it.
const Format = 1

// metadata stands in a model file under "descent".
type metadata struct {
	Format  int             `json:"format"`
	Version string          `json:"version"`
	Network json.RawMessage `json:"network,omitempty"` // absent if it has layers of the user's own
	Loss    savedLoss       `json:"loss"`
	Spec    data.Spec       `json:"spec"`
}

type savedLoss struct {
	Name   string          `json:"name"`
	Values json.RawMessage `json:"values,omitempty"`
}

// MetadataKey is the entry of the safetensors metadata.
const MetadataKey = "descent"

// Save writes the model to one safetensors file: weights by name, and in the
// metadata all else that is needed to predict from raw rows. The file appears
// under its name when it is complete.
//
// Layers and losses of the user's own are not saved; [Load] then takes them as
// [With].
func (m *Model) Save(path string) error {
	meta, tensors, err := m.encode()
	if err == nil {
		err = safetensors.WriteFile(path, meta, tensors)
	}
	if err != nil {
		return fmt.Errorf("save model: %w", err)
	}
	return nil
}

// Write writes what Save saves.
func (m *Model) Write(w io.Writer) error {
	meta, tensors, err := m.encode()
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return safetensors.Write(w, meta, tensors)
}

func (m *Model) encode() (map[string]string, []safetensors.Tensor, error) {
	d := metadata{Format: Format, Version: Version(), Spec: m.net.Spec, Loss: savedLoss{Name: m.net.Loss.Name()}}
	if layers, err := nn.Marshal(m.net.Layer); err == nil {
		d.Network = layers
	}
	if _, err := loss.ByName(d.Loss.Name); err == nil {
		if d.Loss.Values, err = json.Marshal(m.net.Loss); err != nil {
			return nil, nil, err
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		return nil, nil, err
	}
	var tensors []safetensors.Tensor
	for _, name := range m.weights.Names() {
		tensors = append(tensors, safetensors.Tensor{
			Name: name, Shape: m.weights.Type(name).Dims(), Data: m.weights.Value(name),
		})
	}
	return map[string]string{MetadataKey: string(text)}, tensors, nil
}

// Version names the build of this module.
func Version() string { return module.Version() }

// The faults of [Load] and [Read] that programs tell apart, by errors.Is; one
// more is [nn.ErrUnknownLayer].
var (
	ErrNotModel = errors.New("the file is no model of descent")
	ErrFormat   = errors.New("the file is of another version")
)

// LoadOption changes how a model is loaded.
type LoadOption func(*loadOptions)

type loadOptions struct {
	layer nn.Layer
	loss  loss.Loss
}

// With gives [Load] the network and, unless it is nil, the loss of a model
// that was saved with layers or a loss of the user's own.
func With(net nn.Layer, l loss.Loss) LoadOption {
	return func(o *loadOptions) { o.layer, o.loss = net, l }
}

// Load reads a model that [Model.Save] wrote.
func Load(path string, options ...LoadOption) (*Model, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	m, err := decode(file, options)
	if err != nil {
		return nil, fmt.Errorf("load model %s: %w", path, err)
	}
	return m, nil
}

// Read reads a model from memory, such as a file embedded with go:embed.
func Read(b []byte, options ...LoadOption) (*Model, error) {
	file, err := safetensors.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	m, err := decode(file, options)
	if err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	return m, nil
}

func decode(file *safetensors.File, options []LoadOption) (*Model, error) {
	var o loadOptions
	for _, option := range options {
		option(&o)
	}
	text, ok := file.Meta[MetadataKey]
	if !ok {
		return nil, fmt.Errorf("%w: its metadata has no entry \"descent\"", ErrNotModel)
	}
	var d metadata
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	if d.Format < 1 || d.Format > Format {
		return nil, fmt.Errorf("%w: it has format %d, this build reads 1 to %d; a newer build of descent may read it", ErrFormat, d.Format, Format)
	}
	if err := d.Spec.Validate(); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	m := &Model{net: network.Network{Layer: o.layer, Spec: d.Spec, Loss: o.loss}}
	if m.net.Layer == nil {
		if d.Network == nil {
			return nil, fmt.Errorf("the model has layers of its maker's own; load it with model.With(network, loss): %w", nn.ErrUnknownLayer)
		}
		layers, err := nn.Unmarshal(d.Network)
		if err != nil {
			return nil, err
		}
		m.net.Layer = layers
	}
	if m.net.Loss == nil {
		l, err := d.Loss.decode()
		if err != nil {
			return nil, err
		}
		m.net.Loss = l
	}
	if err := bounded(m.net); err != nil {
		return nil, err
	}
	return m, m.declare(from(file))
}

// maxRow is how many values the result of a layer may have for one row. Some
// layers have no weights, so that a few bytes could ask for any amount of memory.
const maxRow = 1 << 28

// bounded returns an error if a layer makes more of a row than memory holds.
func bounded(n network.Network) error {
	rows, err := nn.Summary(n.Layer, n.Spec.Input)
	if err != nil {
		return err
	}
	for _, row := range rows {
		size := 1
		for _, d := range row.Output {
			if size *= d; size > maxRow {
				return fmt.Errorf("layer %s makes %v of one row; at most %d values are read", row.Path, row.Output, maxRow)
			}
		}
	}
	return nil
}

func (s savedLoss) decode() (loss.Loss, error) {
	l, err := loss.ByName(s.Name)
	if err != nil {
		return nil, fmt.Errorf("the model has a loss of its maker's own; load it with model.With(network, loss): %w", err)
	}
	v := reflect.New(reflect.TypeOf(l))
	if s.Values != nil {
		decoder := json.NewDecoder(bytes.NewReader(s.Values))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(v.Interface()); err != nil {
			return nil, fmt.Errorf("metadata: loss: %w", err)
		}
	}
	l = v.Elem().Interface().(loss.Loss)
	return l, l.Validate()
}

// declare takes over the weights that the network declares, whose types are
// asked for before any room is made for them.
func (m *Model) declare(weights func(declared []engine.Variable) (*engine.Store, error)) error {
	declared, params, err := m.net.Declared()
	if err != nil {
		return err
	}
	m.params, m.plans = network.Values(params), newPlans(m.net)
	m.weights, err = weights(declared)
	return err
}

// from returns the weights in file, which must be the declared ones and nothing
// else.
func from(file *safetensors.File) func(declared []engine.Variable) (*engine.Store, error) {
	return func(declared []engine.Variable) (*engine.Store, error) {
		if len(file.Tensors) != len(declared) {
			return nil, fmt.Errorf("the file has %d weights, the network %d", len(file.Tensors), len(declared))
		}
		for _, d := range declared { // before making room for what the network claims
			t, ok := file.Tensor(d.Name)
			if !ok {
				return nil, fmt.Errorf("the file has no weight %q", d.Name)
			}
			if fmt.Sprint(t.Shape) != fmt.Sprint(d.Type.Dims()) || t.Data == nil {
				return nil, fmt.Errorf("weight %q has shape %v in the file, the network takes %v of float32", d.Name, t.Shape, d.Type)
			}
		}
		weights := engine.NewStore(declared...)
		for _, t := range file.Tensors {
			copy(weights.Value(t.Name), t.Data)
		}
		return weights, nil
	}
}
