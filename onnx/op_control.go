package onnx

import (
	"descent/graph"
	"descent/internal/onnxproto"
	"descent/nn"
)

// branch is If: one of two bodies, by a condition that is known, or the numbers of one
// or the other, where both have the same shapes.
func branch(n *call) []value {
	cond := n.arg(0)
	body := func(which string) []value {
		a, _ := n.attribute(which)
		if len(a.Body) != 1 {
			n.failf("it has no %s", which)
			return nil
		}
		n.walk(a.Body[0].Nodes)
		var out []value
		for _, name := range a.Body[0].Outputs {
			v, ok := n.values[name]
			if !ok && !n.failed() {
				n.failf("nothing makes the output %q of its %s", name, which)
			}
			out = append(out, v)
		}
		return out
	}
	if cond.host != nil {
		if cond.host.size() != 1 {
			n.failf("its condition has %d values; want one", cond.host.size())
			return nil
		}
		if cond.host.at(0) != 0 {
			return body("then_branch")
		}
		return body("else_branch")
	}
	yes, no := body("then_branch"), body("else_branch")
	if n.failed() {
		return nil
	}
	if len(yes) != len(no) || size(cond.dims()) != 1 {
		n.failf("its branches make %d and %d results", len(yes), len(no))
		return nil
	}
	c := n.plain(cond).Reshape()
	out := make([]value, len(yes))
	for i := range yes {
		x, y := n.plain(yes[i]), n.plain(no[i])
		if x.Type() != y.Type() {
			n.failf("its branches make %v and %v, and which one counts is computed from data", x.Type(), y.Type())
			return nil
		}
		out[i] = of(yes[i].typ, c.Select(x, y))
	}
	return out
}

// dropout does nothing but in training, where the node's rate is that of [nn.Dropout].
func dropout(n *call) []value {
	v := n.arg(0)
	rate := n.float("ratio", 0.5)
	if n.has(1) {
		if k := n.known(1, "ratio"); k.size() == 1 {
			rate = k.at(0)
		}
	}
	if n.has(2) {
		if k := n.known(2, "training_mode"); n.failed() || k.size() != 1 || k.at(0) != 0 && rate != 0 {
			n.failf("it is written in the form for training; export the network for inference")
			return nil
		}
	}
	if !n.c.Training() || v.host != nil {
		kept := n.c.Graph().Const(1)
		if v.rank() > 0 {
			kept = kept.BroadcastTo(graph.Shape(v.dims()...))
		}
		return []value{v, of(onnxproto.Bool, kept)}
	}
	return []value{v.with(nn.Dropout{Rate: rate}.Forward(n.c, v.t))}
}
