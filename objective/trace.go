package objective

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"descent/data"
	"descent/graph"
	"descent/loss"
)

// Pass is what a forward pass over some rows has made.
type Pass struct {
	Rows   int
	Spec   data.Spec
	Out    graph.Tensor            // the result of the network
	Heads  map[string]graph.Tensor // what layers handed out by name
	Fields map[string]graph.Tensor // of the samples
	Plain  bool                    // also the losses by [loss.Plain]

	// Members returns what each of k members made of which an output is the
	// mean, [rows, k, outputs], none where it is not, or where the loss is to be
	// that of the mean; nil: nowhere.
	Members func(output graph.Tensor) graph.Tensor
}

// Terms is what an objective makes of a forward pass.
type Terms struct {
	Losses      graph.Tensor   // of each row, [rows]
	Plain       graph.Tensor   // likewise without what only training is meant to feel; none if that is the same
	Outputs     []graph.Tensor // of each goal: what its loss reads, before it is a prediction, [rows·positions, ...]
	Predictions []graph.Tensor // of each goal: [rows·positions, outputs]
}

// Trace writes the objective, filled in, into the graph of a forward pass. What
// does not fit is an error of the graph.
//
// The loss of a row with several positions is the mean over those that count, and
// 0 if none does, so that each row has the same weight and the losses of
// micro-batches add up. Those that have a class count, of the ones that the mask
// says.
func (o Objective) Trace(p Pass) Terms {
	var t Terms
	plain := false
	for _, g := range o {
		plain = plain || g.Weighted()
	}
	for _, g := range o {
		z, y, mask, ok := g.operands(p)
		if !ok {
			return t
		}
		t.Outputs = append(t.Outputs, z)
		t.Predictions = append(t.Predictions, g.Loss.Predict(z))
		t.Losses = g.add(t.Losses, g.perRow(p, g.Loss, z, y, mask))
		if p.Plain && plain {
			t.Plain = g.add(t.Plain, g.perRow(p, loss.Plain(g.Loss), z, y, mask))
		}
	}
	return t
}

// Weighted reports whether training feels another loss than predictions are
// measured by.
func (g Goal) Weighted() bool { return loss.Weighted(g.Loss) }

// Weighted reports whether any goal is.
func (o Objective) Weighted() bool { return slices.ContainsFunc(o, Goal.Weighted) }

// Probable reports whether the loss of a row is -log of the probability of its
// class, so that the loss of a mean of predictions follows from theirs.
func (o Objective) Probable() bool {
	if len(o) != 1 || o[0].Task != data.Classification || o[0].Rows != "" {
		return false
	}
	switch o[0].Loss.(type) {
	case loss.CrossEntropy, loss.BinaryCrossEntropy:
		return true
	}
	return false
}

// operands returns the output z [rows·positions, outputs] and the target y
// [rows·positions, ...] that a goal compares, and its mask, none if it has none.
func (g Goal) operands(p Pass) (z, y, mask graph.Tensor, ok bool) {
	z = p.Out
	if g.Output != "" {
		head, found := p.Heads[g.Output]
		if !found {
			g.fail(p, fmt.Errorf("no layer hands out %q by Context.Head; there are %s", g.Output, orNone(slices.Sorted(maps.Keys(p.Heads)))))
			return z, y, mask, false
		}
		z = head
	}
	y = p.Fields[g.Target]
	if !z.Valid() || !y.Valid() {
		return z, y, mask, false
	}
	target, err := p.Spec.Field(g.Target)
	if err != nil {
		g.fail(p, err)
		return z, y, mask, false
	}
	var field *data.Field
	if g.Mask != "" {
		f, err := p.Spec.Field(g.Mask)
		if err != nil {
			g.fail(p, err)
			return z, y, mask, false
		}
		field, mask = &f, p.Fields[g.Mask]
	}
	at := g.count(target, field)
	z, y = g.flat(p.Rows, at, z, y, target)
	if ok = g.fits(p, z, at, target); ok && g.Target != data.Y && y.Type().DType == graph.Index {
		mask = known(p.Rows, y, mask, len(target.Names))
	}
	if ok && mask.Valid() && g.Task == data.Regression {
		// What stands where nothing was measured may be too large to be squared.
		y = mask.Reshape(p.Rows*at, 1).Select(y, y.Const(0))
	}
	return z, y, mask, ok
}

// known is a mask without the positions of class -1, which is none.
func known(rows int, y, mask graph.Tensor, classes int) graph.Tensor {
	known := y.OneHot(classes).Sum(1)
	if !mask.Valid() {
		return known.Reshape(rows, -1)
	}
	parts := mask.Type().Size() / rows
	return known.Reshape(rows, parts, -1).Mul(mask.Reshape(rows, parts, 1)).Reshape(rows, -1)
}

// flat brings an output and a target of positions into rows of their own.
func (g Goal) flat(rows, at int, z, y graph.Tensor, target data.Field) (graph.Tensor, graph.Tensor) {
	if zt := z.Type(); zt.Rank() > 2 && zt.Size()%(rows*at) == 0 {
		z = z.Reshape(rows*at, -1)
	}
	switch soft := y.Type().Rank() > 1+len(target.Shape); {
	case g.Task != data.Classification, soft:
		y = y.Reshape(rows*at, -1)
	default:
		y = y.Reshape(rows * at)
	}
	return z, y
}

// fits reports whether an output, which has been flattened, is as wide as the
// target takes.
func (g Goal) fits(p Pass, z graph.Tensor, at int, target data.Field) bool {
	want := graph.Shape(p.Rows*at, tasks[g.Task].outputs(target, at))
	predicted := g.Loss.Predict(z)
	if !predicted.Valid() {
		g.fail(p, fmt.Errorf("loss %s gives no tensor by Predict", g.Loss.Name()))
		return false
	}
	if predicted.Type() == want {
		return true
	}
	n := tasks[g.Task].outputs(target, at)
	if g.Output == "" && at == 1 && p.Out.Type().Rank() > 2 {
		g.fail(p, fmt.Errorf("the network gives %v, something for each of its positions, and the data has one target a row: put nn.Flatten{} before its layers, or nn.GlobalAvgPool{} behind those that look at positions", p.Out.Type()))
		return false
	}
	g.fail(p, fmt.Errorf("the output %v with loss %s predicts %v; the data has %d %s, which takes %v",
		z.Type(), g.Loss.Name(), predicted.Type(), n, tasks[g.Task].of, want))
	return false
}

func (g Goal) fail(p Pass, err error) {
	if len(p.Spec.More) > 0 {
		err = fmt.Errorf("goal %q: %w", g.Name, err)
	}
	p.Out.Graph().Fail("Network", err)
}

// perRow is the loss of each row by l, times how much the row counts.
func (g Goal) perRow(p Pass, l loss.Loss, z, y, mask graph.Tensor) graph.Tensor {
	losses := g.alike(p, l, z, y, mask)
	if weights := p.Fields[g.Rows]; g.Rows != "" && weights.Valid() && losses.Valid() {
		return losses.Mul(weights.Reshape(p.Rows))
	}
	return losses
}

// alike is the loss of each row by l, where all count alike.
func (g Goal) alike(p Pass, l loss.Loss, z, y, mask graph.Tensor) graph.Tensor {
	losses := g.losses(p, l, z, y)
	if !losses.Valid() {
		g.fail(p, fmt.Errorf("loss %s gives no tensor by PerSample", l.Name()))
		return losses
	}
	n := z.Dim(0)
	if losses.Type() != graph.Shape(n) {
		p.Out.Graph().Fail("Loss", fmt.Errorf("%s gives %v, must give one value a row: [%d]", l.Name(), losses.Type(), n))
		return losses
	}
	switch {
	case mask.Valid():
		parts := mask.Type().Size() / p.Rows // positions, or groups of them, that the mask tells apart
		losses, mask = losses.Reshape(p.Rows, parts, -1).Mean(2), mask.Reshape(p.Rows, parts)
		counted := mask.Sum(1)
		return losses.Mul(mask).Sum(1).Div(counted.Max(counted.Const(1)))
	case n != p.Rows:
		return losses.Reshape(p.Rows, -1).Mean(1)
	}
	return losses
}

// losses is the loss of each row of z, or the mean of the losses of the members that
// z is the mean of.
func (g Goal) losses(p Pass, l loss.Loss, z, y graph.Tensor) graph.Tensor {
	out := p.Out
	if g.Output != "" {
		out = p.Heads[g.Output]
	}
	if p.Members == nil || !p.Members(out).Valid() {
		return l.PerSample(z, y)
	}
	members := p.Members(out)
	n, k, rest := z.Dim(0), members.Dim(1), y.Type().Dims()[1:]
	one := append([]int{n, 1}, rest...)
	same := append([]int{n, k}, rest...)
	all := append([]int{n * k}, rest...)
	losses := l.PerSample(members.Reshape(n*k, -1), y.Reshape(one...).BroadcastTo(graph.Shape(same...)).Reshape(all...))
	if losses.Type() != graph.Shape(n*k) {
		return losses
	}
	return losses.Reshape(n, k).Mean(1)
}

// add adds the loss of a goal to the sum of those before, none at first.
func (g Goal) add(sum, losses graph.Tensor) graph.Tensor {
	if g.Weight != 1 {
		losses = losses.Scale(g.Weight)
	}
	if !sum.Valid() {
		return losses
	}
	return sum.Add(losses)
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
