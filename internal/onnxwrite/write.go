// Package onnxwrite writes models in the ONNX format, by walking the graph of their
// networks: package onnx says what comes of it.
package onnxwrite

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"descent/data"
	"descent/graph"
	"descent/internal/network"
	"descent/internal/onnxproto"
	"descent/model"
)

// The versions of what is written.
const (
	opset     = 17
	irVersion = 8
	mlOpset   = 2
)

// most is how many bytes a file may have: more than protobuf holds are refused.
const most = 1<<31 - 1

// rowsTraced are two numbers of rows that a network is traced for: primes, so that no
// size of a layer is taken for them; one of the pairs will do. The smaller ones are for
// layers of ONNX files on large images, whose results are bounded.
var rowsTraced = [][2]int{{1009, 1013}, {2003, 2011}, {127, 131}, {29, 31}}

// Contents says what a file holds.
type Contents struct {
	Inputs, Outputs []Port
	Outside         []string // what has to be done before and after, as the file cannot
	Nodes           int
}

// Write writes a model; see onnx.Export.
func Write(w io.Writer, m *model.Model) (Contents, error) {
	p, contents, err := convert(m)
	if err != nil {
		return Contents{}, fmt.Errorf("onnx: %w", err)
	}
	file := onnxproto.Marshal(p)
	if len(file) > most {
		return Contents{}, fmt.Errorf("onnx: the file would have %d bytes; the format holds %d", len(file), most)
	}
	_, err = w.Write(file)
	return contents, err
}

// Bare returns the graph of a model's network alone: from the fields of samples, images
// with their channels first, to what the loss of each goal reads, under its name.
// Recurrences are written out, position by position.
func Bare(m *model.Model) (*onnxproto.Graph, error) {
	w, _, err := traced(m, (*writer).samples, (*writer).bare)
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	return &w.graph, nil
}

func convert(m *model.Model) (*onnxproto.Model, Contents, error) {
	w, outside, err := traced(m, (*writer).inputs, (*writer).outputs)
	if err != nil {
		return nil, Contents{}, err
	}
	entries, err := metadata(m)
	if err != nil {
		return nil, Contents{}, err
	}
	w.graph.Name = "descent"
	p := &onnxproto.Model{
		IRVersion: irVersion, Opsets: []*onnxproto.Opset{{Version: opset}}, ProducerName: "descent", ProducerVersion: model.Version(),
		Graph: &w.graph, Metadata: entries,
	}
	if w.ml {
		p.Opsets = append(p.Opsets, &onnxproto.Opset{Domain: "ai.onnx.ml", Version: mlOpset})
	}
	return p, w.contents(outside), nil
}

type (
	begins func(w *writer, s data.Spec) (fields map[string]value, outside []string, err error)
	ends   func(w *writer, m *model.Model, traces [2]network.Forward) error
)

// traced returns the writer that has written the network between a beginning and an end.
func traced(m *model.Model, begin begins, end ends) (w *writer, outside []string, err error) {
	for _, rows := range rowsTraced {
		if w, outside, err = tracedFor(m, rows, begin, end); err == nil {
			break
		}
	}
	return w, outside, err
}

// tracedFor is traced for so many rows.
func tracedFor(m *model.Model, rows [2]int, begin begins, end ends) (*writer, []string, error) {
	net := network.Network{Layer: m.Network(), Spec: m.Spec(), Objective: m.Objective()}
	var traces [2]network.Forward
	for i := range traces {
		var err error
		if traces[i], err = net.Trace(rows[i], false); err != nil {
			return nil, nil, err
		}
	}
	w := &writer{builder: newBuilder(), rows: rows, values: map[pair]value{}, reads: map[int]int{}, known: map[int]bool{}, weight: m.Store().Value, recurrences: map[string]*recurrence{}}
	fields, outside, err := begin(w, m.Spec())
	if err != nil {
		return nil, nil, err
	}
	var both [2]map[string]graph.Tensor // inputs by name
	for i, f := range traces {
		both[i] = map[string]graph.Tensor{}
		for _, x := range graph.Sorted(slices.Concat(f.Predictions, f.Outputs)...) {
			if in, ok := x.Op().(graph.Input); ok {
				both[i][in.Key] = x
			}
			if i == 0 {
				for _, operand := range x.Inputs() {
					w.reads[operand.ID()]++
				}
			}
		}
		if i == 0 {
			for _, x := range slices.Concat(f.Predictions, f.Outputs) {
				w.reads[x.ID()]++
			}
		}
	}
	for name, v := range fields {
		if x, ok := both[0][name]; ok {
			w.values[pair{x, both[1][name]}] = v
		}
	}
	if err := end(w, m, traces); err != nil {
		return nil, nil, err
	}
	w.tidy()
	return w, outside, nil
}

// contents lists what the graph has.
func (b *builder) contents(outside []string) Contents {
	return Contents{Outside: outside, Nodes: len(b.graph.Nodes), Inputs: ports(b.graph.Inputs), Outputs: ports(b.graph.Outputs)}
}

func ports(list []*onnxproto.ValueInfo) (ports []Port) {
	for _, v := range list {
		var dims []string
		for _, d := range v.Type.Tensor.Shape.Dims {
			if d.Value != nil {
				dims = append(dims, fmt.Sprint(*d.Value))
			} else {
				dims = append(dims, d.Param)
			}
		}
		ports = append(ports, Port{v.Name, v.Type.Tensor.Elem.String(), "[" + strings.Join(dims, " ") + "]", v.Doc})
	}
	return ports
}

// column is what metadata say of a column.
type column struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Features []string `json:"features,omitempty"` // where these are the input
	Levels   []string `json:"levels,omitempty"`
	Rare     []string `json:"rare,omitempty"`     // levels that share a slot
	Missing  bool     `json:"missing,omitempty"`  // some row of training lacked a value
	Notation string   `json:"notation,omitempty"` // of numbers as text, form of dates, and words for what is missing
	Form     string   `json:"form,omitempty"`
	Absent   []string `json:"absent,omitempty"`
}

// unit is what metadata say of a target: a prediction is y*std + mean, y being float32.
type unit struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
}

// metadata says what a model is about, each entry in JSON.
func metadata(m *model.Model) (list []*onnxproto.Entry, err error) {
	s := m.Spec()
	add := func(key string, v any) {
		text, fault := json.Marshal(v)
		if fault != nil && err == nil {
			err = fmt.Errorf("metadata %q: %w", key, fault)
		}
		list = append(list, &onnxproto.Entry{Key: key, Value: string(text)})
	}
	if s.Task.Valid() {
		add("task", s.Task)
	}
	if s.Classes != nil {
		add("classes", s.Classes)
	}
	if s.Targets != nil {
		add("targets", s.Targets)
	}
	if t := m.Thresholds(); t != nil {
		add("thresholds", t)
	}
	add("parameters", m.Parameters())
	if e := s.Encoder; e != nil {
		if e.LabelColumn != nil {
			add("separator", e.LabelColumn.Separator)
		}
		if s.Task == data.Regression {
			var units []unit
			for i := range s.Targets {
				mean, std := e.Units(i)
				units = append(units, unit{mean, std})
			}
			add("units", units)
		}
		var columns []column
		for _, c := range e.Columns {
			switch {
			case c.Kind == "dropped":
			case c.Kind == "number", c.Kind == "date", c.Kind == "category" && c.Hashed == 0:
				columns = append(columns, column{c.Name, c.Kind, nil, c.Levels, c.Rare, c.Missing, c.Notation, c.Form, c.Absent})
			default:
				columns = append(columns, column{Name: c.Name, Kind: c.Kind, Features: c.Features()})
			}
		}
		if columns != nil {
			add("columns", columns)
		}
		if e.OfText() {
			add("tokens", e.Text.Tokens)
		}
	}
	return list, err
}
