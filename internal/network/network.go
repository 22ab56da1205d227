// Package network traces the forward pass of a network over samples: what
// package model predicts with and package train differentiates.
package network

import (
	"fmt"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/loss"
	"descent/nn"
)

// Network is what a forward pass is traced from.
type Network struct {
	Layer nn.Layer
	Spec  data.Spec
	Loss  loss.Loss
	Soft  bool // in training, targets are the part of each class, [rows, classes]
}

// UsualLoss returns the loss that is meant where none is given: cross-entropy
// for classes, the mean squared error for regression.
func UsualLoss(s data.Spec) loss.Loss {
	if s.Task == data.Regression {
		return loss.MSE{}
	}
	return loss.CrossEntropy{}
}

// Forward is a traced forward pass over some samples.
type Forward struct {
	Graph   *graph.Graph
	Params  []nn.Param   // buffers among them
	Buffers []nn.Update  // new values of buffers, in training
	Out     graph.Tensor // the network's output
	Losses  graph.Tensor // of each row
	Plain   graph.Tensor // likewise by [loss.Plain], at evaluation; none if that is the same
	Layers  []nn.Output  // what they return
}

// Trace builds the forward pass over so many samples.
func (n Network) Trace(rows int, training bool) (Forward, error) {
	g := graph.New()
	c := nn.NewContext(g, training)
	x := g.Input("x", graph.Shape(append([]int{rows}, n.Spec.Input...)...))
	y := g.Input("y", n.target(rows, training))
	f := Forward{Graph: g}
	f.Out = n.Layer.Forward(c, x)
	if g.Err() == nil {
		f.check(n, rows)
		f.Losses = n.Loss.PerSample(f.Out, y)
		if !training && n.Weighted() {
			f.Plain = loss.Plain(n.Loss).PerSample(f.Out, y)
		}
		f.Params, f.Buffers, f.Layers = c.Params(), c.Updates(), c.Outputs()
	}
	if g.Err() == nil && f.Losses.Type() != graph.Shape(rows) {
		g.Fail("Loss", fmt.Errorf("%s gives %v, must give one value a row: [%d]", n.Loss.Name(), f.Losses.Type(), rows))
	}
	return f, g.Err()
}

// Weighted reports whether training feels another loss than predictions are
// measured by.
func (n Network) Weighted() bool {
	switch l := n.Loss.(type) {
	case loss.CrossEntropy:
		return l.LabelSmoothing != 0 || l.ClassWeights != nil
	case loss.BinaryCrossEntropy:
		return l.PosWeight != 0 && l.PosWeight != 1
	}
	return false
}

// target is the type of the targets of rows samples.
func (n Network) target(rows int, training bool) graph.Type {
	if n.Spec.Task == data.Regression || n.Soft && training {
		return graph.Shape(rows, n.Spec.Outputs())
	}
	return graph.Indices(rows)
}

// check makes sure that the output fits the data.
func (f *Forward) check(n Network, rows int) {
	want := graph.Shape(rows, n.Spec.Outputs())
	p := n.Loss.Predict(f.Out)
	if f.Graph.Err() == nil && p.Type() != want {
		what := fmt.Sprintf("%d classes", len(n.Spec.Classes))
		if n.Spec.Task == data.Regression {
			what = fmt.Sprintf("%d targets", len(n.Spec.Targets))
		}
		f.Graph.Fail("Network", fmt.Errorf("the output %v with loss %s predicts %v; the data has %s, which takes %v",
			f.Out.Type(), n.Loss.Name(), p.Type(), what, want))
	}
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

// Fits returns an error unless samples of kind s can be given to the network.
func (n Network) Fits(s data.Spec) error {
	switch {
	case fmt.Sprint(s.Input) != fmt.Sprint(n.Spec.Input):
		return fmt.Errorf("samples of shape %v do not fit the network, which takes %v", s.Input, n.Spec.Input)
	case s.Task != n.Spec.Task:
		return fmt.Errorf("the data is for %v, the network for %v", s.Task, n.Spec.Task)
	case s.Outputs() != n.Spec.Outputs():
		return fmt.Errorf("the data has %d outputs, the network %d", s.Outputs(), n.Spec.Outputs())
	}
	return nil
}
