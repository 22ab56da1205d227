package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"descent/data"
	"descent/engine"
	"descent/internal/module"
	"descent/internal/network"
	"descent/internal/safetensors"
	"descent/loss"
	"descent/nn"
	"descent/objective"
)

// Format is the latest version of model files. This package reads all up to it,
// and writes the oldest that can say what a model is: 2 where there is more than
// x and y, or an objective other than the usual one of classes or numbers; 3 where
// thresholds decide what is answered; 4 where weights have fewer bits than 32.
const Format = 4

// metadata stands in a model file under "descent".
type metadata struct {
	Format    int               `json:"format"`
	Version   string            `json:"version"`
	Network   json.RawMessage   `json:"network,omitempty"` // absent if it has layers of the user's own
	Loss      json.RawMessage   `json:"loss,omitempty"`    // of the usual objective
	Objective []json.RawMessage `json:"objective,omitempty"`
	Spec      data.Spec         `json:"spec"`
	Storage   string            `json:"storage,omitempty"` // of the weights that have fewer bits than 32

	Thresholds []float64  `json:"thresholds,omitempty"` // see [Model.Thresholds]
	Residuals  *Residuals `json:"residuals,omitempty"`  // of regression; who does not read them predicts the same
}

// MetadataKey is the entry of the safetensors metadata.
const MetadataKey = "descent"

// Save writes the model to one safetensors file: weights by name, and in the
// metadata all else that is needed to predict from raw rows. The file appears
// under its name when it is complete.
//
// Layers of the user's own are saved as [nn.Register] names them. Those that
// were not registered, and losses of the user's own, are not saved; [Load] then
// takes them as [With].
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
	d := metadata{Format: 1, Version: Version(), Spec: m.net.Spec, Residuals: m.residuals, Thresholds: m.thresholds}
	if layers, err := nn.Marshal(m.net.Layer); err == nil {
		d.Network = layers
	}
	if m.net.Objective.Usual(network.Labeled(m.net.Spec)) {
		l, err := loss.Marshal(m.net.Objective[0].Loss)
		if err != nil {
			return nil, nil, err
		}
		d.Loss = l
	} else {
		d.Format = 2
		for _, goal := range m.net.Objective {
			text, err := json.Marshal(goal)
			if err != nil {
				return nil, nil, err
			}
			d.Objective = append(d.Objective, text)
		}
	}
	if s := m.net.Spec; s.More != nil || s.Task == data.MultiLabel || s.Encoder != nil && s.Encoder.Image != "" {
		d.Format = 2
	}
	if m.thresholds != nil {
		d.Format = 3
	}
	if p := m.Storage(); p != Float32 {
		d.Format, d.Storage = 4, p.String()
	}
	text, err := json.Marshal(d)
	if err != nil {
		return nil, nil, err
	}
	return map[string]string{MetadataKey: string(text)}, m.tensors(), nil
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
	layer     nn.Layer
	loss      loss.Loss
	objective objective.Objective
}

// With gives [Load] the network and, unless it is nil, the loss of a model
// that was saved with layers that were not registered, or a loss of the user's
// own.
func With(net nn.Layer, l loss.Loss) LoadOption {
	return func(o *loadOptions) { o.layer, o.loss = net, l }
}

// WithObjective gives [Load] the objective of a model that was saved with losses
// of the user's own among several goals.
func WithObjective(o objective.Objective) LoadOption {
	return func(options *loadOptions) { options.objective = o }
}

// Load reads a model that [Model.Save] wrote. The best model of a run folder of
// the command is the file best.safetensors in it.
func Load(path string, options ...LoadOption) (*Model, error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		if info, e := os.Stat(path); e == nil && info.IsDir() {
			return nil, fmt.Errorf("load model: %s is a folder; a model is a file, and that of a run folder is best.safetensors in it", path)
		}
		return nil, fmt.Errorf("load model: %w", err)
	}
	m, err := open(file, options)
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
	m, err := open(file, options)
	if err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	return m, nil
}

func open(file *safetensors.File, options []LoadOption) (*Model, error) {
	var o loadOptions
	for _, option := range options {
		option(&o)
	}
	text, ok := file.Meta[MetadataKey]
	if !ok {
		return nil, fmt.Errorf("%w: its metadata has no entry \"descent\"; weights of another program start a network by train --init-from", ErrNotModel)
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
	m := &Model{net: network.Network{Layer: o.layer, Spec: d.Spec}}
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
	goals, err := d.goals(o)
	if err != nil {
		return nil, err
	}
	if m.net.Objective, err = goals.Filled(network.Labeled(d.Spec)); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	if err := bounded(m.net); err != nil {
		return nil, err
	}
	if m, err = m.weighed(file, d.Storage); err != nil {
		return nil, err
	}
	if d.Thresholds != nil {
		if m, err = m.WithThresholds(d.Thresholds); err != nil {
			return nil, fmt.Errorf("metadata: %w", err)
		}
	}
	if d.Residuals != nil {
		if m, err = m.WithResiduals(d.Residuals); err != nil {
			return nil, fmt.Errorf("metadata: %w", err)
		}
	}
	return m, nil
}

// maxRow is how many values the result of a layer may have for one row. Some
// layers have no weights, so that a few bytes could ask for any amount of memory.
const maxRow = 1 << 28

// bounded returns an error if a row or what a layer makes of it is more than
// memory holds.
func bounded(n network.Network) error {
	for _, f := range n.Spec.Fields() {
		if f.Role == data.InputRole && f.Size() > maxRow {
			return fmt.Errorf("field %q has %v in one row; at most %d values are read", f.Name, f.Shape, maxRow)
		}
	}
	rows, err := nn.Summary(n.Layer, n.Spec.Input, network.Inputs(n.Spec)...)
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

// goals returns the objective of the file, or that which the caller gives.
func (d metadata) goals(o loadOptions) (objective.Objective, error) {
	if o.objective != nil {
		return o.objective, nil
	}
	if d.Objective == nil {
		l := o.loss
		if l == nil {
			if d.Loss == nil {
				return nil, errors.New("metadata: there is neither a loss nor an objective; the file is of no network that was trained")
			}
			var err error
			if l, err = loss.Unmarshal(d.Loss); err != nil {
				return nil, ownLoss(err)
			}
		}
		return objective.For(d.Spec, l), nil
	}
	goals := make(objective.Objective, len(d.Objective))
	for i, text := range d.Objective {
		if err := json.Unmarshal(text, &goals[i]); err != nil {
			return nil, ownLoss(err)
		}
	}
	return goals, nil
}

// ownLoss says what to do about a loss that is not package loss's own.
func ownLoss(err error) error {
	if errors.Is(err, loss.ErrUnknown) {
		return fmt.Errorf("the model has a loss of its maker's own; load it with model.With(network, loss) or model.WithObjective: %w", err)
	}
	return fmt.Errorf("metadata: %w", err)
}

// declare takes over the weights that the network declares, whose types are
// asked for before any room is made for them.
func (m *Model) declare(weights func(declared []engine.Variable) (*engine.Store, error)) error {
	declared, params, err := m.net.Declared()
	if err != nil {
		return err
	}
	m.params, m.inputs, m.plans = network.Values(params), network.Inputs(m.net.Spec), newPlans(m.net)
	m.encoder = sync.OnceValues(rowsOf(m.net.Spec))
	m.weights, err = weights(declared)
	return err
}

// weighed returns the model with the weights in file, stored in that way.
func (m *Model) weighed(file *safetensors.File, storage string) (*Model, error) {
	p := Float32
	if storage != "" {
		var err error
		if p, err = ParseStorage(storage); err != nil {
			return nil, fmt.Errorf("metadata: %w", err)
		}
	}
	if p == Float32 {
		return m, m.declare(from(file))
	}
	return m.openNarrow(file, p)
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
