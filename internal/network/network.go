// Package network traces the forward pass of a network over samples: what
// package model predicts with and package train differentiates.
package network

import (
	"fmt"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/nn"
	"descent/objective"
)

// Network is what a forward pass is traced from.
type Network struct {
	Layer     nn.Layer
	Spec      data.Spec
	Objective objective.Objective // filled in
	Soft      bool                // in training, y is the part of each class, [rows, classes]

	Freeze []string // patterns of parameters and buffers that stay as they start; see [nn.Context.Freeze]

	Narrow map[string]graph.Narrow // weights of fewer bits than 32, by name; not in training

	Follow map[string]func(t int) float64 // in training: what numbers of layers follow, by name; see [nn.Context.Follow]
}

// Labeled is the kind of the samples that a network for samples of kind s was
// trained on: those of s may lack their targets.
func Labeled(s data.Spec) data.Spec {
	s.Unlabeled = s.Unlabeled && !s.Task.Valid()
	return s
}

// Forward is a traced forward pass over some samples.
type Forward struct {
	Graph   *graph.Graph
	Params  []nn.Param   // buffers among them
	Buffers []nn.Update  // new values of buffers, in training
	Out     graph.Tensor // the network's result
	objective.Terms
	Layers   []nn.Output // what they return
	Followed []string    // the names of Follow that layers have
}

// Trace builds the forward pass over so many samples.
func (n Network) Trace(rows int, training bool) (Forward, error) {
	n.Spec = Labeled(n.Spec)
	g := n.graph()
	c := nn.NewContext(g, training)
	c.Freeze(n.Freeze...)
	for name, factor := range n.Follow {
		c.Follow(name, factor)
	}
	fields := map[string]graph.Tensor{}
	for _, f := range n.Spec.Fields() {
		fields[f.Name] = g.Input(f.Name, n.fieldType(f, rows, training))
		if f.Role == data.InputRole {
			c.Provide(f.Name, fields[f.Name])
		}
	}
	f := Forward{Graph: g}
	f.Out = n.Layer.Forward(c, fields[data.X])
	if f.Out.Graph() != g {
		g.Fail("Network", fmt.Errorf("%T returned no tensor of the graph that it was given", n.Layer))
	}
	if g.Err() == nil {
		pass := objective.Pass{Rows: rows, Spec: n.Spec, Out: f.Out, Heads: c.Heads(), Fields: fields, Plain: !training}
		if training {
			pass.Members = c.Members
		}
		f.Terms = n.Objective.Trace(pass)
		f.Params, f.Buffers, f.Layers, f.Followed = c.Params(), c.Updates(), c.Outputs(), c.Followed()
	}
	return f, g.Err()
}

// graph returns an empty graph that knows which weights are narrow.
func (n Network) graph() *graph.Graph {
	g := graph.New()
	for name, how := range n.Narrow {
		g.Store(name, how)
	}
	return g
}

// fieldType is the type that a field of so many rows has in the graph: that
// which a goal compares with, if one does.
func (n Network) fieldType(f data.Field, rows int, training bool) graph.Type {
	for _, goal := range n.Objective {
		if goal.Target == f.Name && f.Role == data.TargetRole {
			return goal.TargetType(f, rows, n.Soft && training && f.Name == data.Y)
		}
	}
	dims := append([]int{rows}, f.Shape...)
	if f.Kind == data.Numbers {
		return graph.Shape(dims...)
	}
	return graph.Indices(dims...)
}

// Feed has a program read the fields of a batch, each by its name.
func (n *Network) Feed(p *engine.Program, b *data.Batch, training bool) error {
	if err := p.Feed(data.X, b.X); err != nil {
		return err
	}
	y := b.Y
	if n.Soft && training {
		y = b.Soft
	}
	if y != nil {
		if err := p.Feed(data.Y, y); err != nil {
			return err
		}
	}
	for i := range n.Spec.More {
		name := n.Spec.More[i].Name
		if err := p.Feed(name, b.Field(name)); err != nil {
			return err
		}
	}
	return nil
}

// Declared lists weights and buffers with their types, and says how each is
// treated.
func (n Network) Declared() ([]engine.Variable, []nn.Param, error) {
	f, err := n.Trace(1, false)
	if err != nil {
		return nil, nil, err
	}
	return Variables(f.Params), f.Params, nil
}

// Variables returns the variables that params are.
func Variables(params []nn.Param) []engine.Variable {
	list := make([]engine.Variable, len(params))
	for i, p := range params {
		list[i] = engine.Variable{Name: p.Name, Type: p.Tensor.Type()}
	}
	return list
}

// Values is the number of values of parameters, without those of buffers.
func Values(params []nn.Param) int {
	n := 0
	for _, p := range params {
		if p.Role != nn.Buffer {
			n += p.Tensor.Type().Size()
		}
	}
	return n
}

// Inputs lists the input fields of the samples beside x.
func Inputs(s data.Spec) []nn.Field {
	var list []nn.Field
	for _, f := range s.More {
		if f.Role == data.InputRole {
			list = append(list, nn.Field{Name: f.Name, Shape: f.Shape})
		}
	}
	return list
}

// Fits returns an error unless samples of kind s can be given to the network
// and measured.
func (n Network) Fits(s data.Spec) error {
	switch {
	case fmt.Sprint(s.Input) != fmt.Sprint(n.Spec.Input):
		return fmt.Errorf("samples of shape %v do not fit the network, which takes %v", s.Input, n.Spec.Input)
	case s.Task != n.Spec.Task:
		return fmt.Errorf("the data is for %v, the network for %v", s.Task, n.Spec.Task)
	case s.Outputs() != n.Spec.Outputs():
		return fmt.Errorf("the data has %d outputs, the network %d", s.Outputs(), n.Spec.Outputs())
	}
	return FitsMore(s, n.Spec, true)
}

// FitsMore returns an error unless samples of kind s have the fields beside x
// and y that want has, or only the inputs among them.
func FitsMore(s, want data.Spec, targets bool) error {
	for _, f := range want.More {
		if f.Role == data.TargetRole && !targets {
			continue
		}
		have, err := s.Field(f.Name)
		if err != nil {
			return err
		}
		if fmt.Sprint(have.Shape) != fmt.Sprint(f.Shape) || have.Kind != f.Kind || f.Kind != data.Numbers && len(have.Names) != len(f.Names) {
			return fmt.Errorf("field %q is %v of shape %v in the data; the network takes %v of %v", f.Name, have.Kind, have.Shape, f.Kind, f.Shape)
		}
	}
	return nil
}
