package train

import (
	"fmt"

	"descent/data"
	"descent/graph"
	"descent/loss"
	"descent/nn"
)

// network is what a forward pass is traced from.
type network struct {
	layer nn.Layer
	spec  data.Spec
	loss  loss.Loss
	soft  bool // in training, targets are the part of each class, [rows, classes]
}

// forward is a traced forward pass over rows samples.
type forward struct {
	g       *graph.Graph
	params  []nn.Param   // buffers among them
	buffers []nn.Update  // new values of buffers, in training
	out     graph.Tensor // the network's output
	losses  graph.Tensor // of each row
	plain   graph.Tensor // likewise by [loss.Plain], at evaluation; none if that is the same
	layers  []nn.Output  // what they return
}

// trace builds the forward pass.
func (n network) trace(rows int, training bool) (forward, error) {
	g := graph.New()
	c := nn.NewContext(g, training)
	x := g.Input("x", graph.Shape(append([]int{rows}, n.spec.Input...)...))
	y := g.Input("y", n.target(rows, training))
	f := forward{g: g}
	f.out = n.layer.Forward(c, x)
	if g.Err() == nil {
		f.check(n, rows)
		f.losses = n.loss.PerSample(f.out, y)
		if !training && n.weighted() {
			f.plain = loss.Plain(n.loss).PerSample(f.out, y)
		}
		f.params, f.buffers, f.layers = c.Params(), c.Updates(), c.Outputs()
	}
	if g.Err() == nil && f.losses.Type() != graph.Shape(rows) {
		g.Fail("Loss", fmt.Errorf("%s gives %v, must give one value a row: [%d]", n.loss.Name(), f.losses.Type(), rows))
	}
	return f, g.Err()
}

// weighted reports whether training feels another loss than predictions are
// measured by.
func (n network) weighted() bool {
	switch l := n.loss.(type) {
	case loss.CrossEntropy:
		return l.LabelSmoothing != 0 || l.ClassWeights != nil
	case loss.BinaryCrossEntropy:
		return l.PosWeight != 0 && l.PosWeight != 1
	}
	return false
}

// target is the type of the targets of rows samples.
func (n network) target(rows int, training bool) graph.Type {
	if n.spec.Task == data.Regression || n.soft && training {
		return graph.Shape(rows, n.spec.Outputs())
	}
	return graph.Indices(rows)
}

// check makes sure that the output fits the data.
func (f *forward) check(n network, rows int) {
	want := graph.Shape(rows, n.spec.Outputs())
	p := n.loss.Predict(f.out)
	if f.g.Err() == nil && p.Type() != want {
		what := fmt.Sprintf("%d classes", len(n.spec.Classes))
		if n.spec.Task == data.Regression {
			what = fmt.Sprintf("%d targets", len(n.spec.Targets))
		}
		f.g.Fail("Network", fmt.Errorf("the output %v with loss %s predicts %v; the data has %s, which takes %v",
			f.out.Type(), n.loss.Name(), p.Type(), what, want))
	}
}
