package onnx

import (
	"errors"
	"runtime"
	"slices"

	"descent/internal/onnxproto"
)

// call is an operator being applied.
type call struct {
	*tracer
	*Node
	in []value
}

// has reports whether input i is given.
func (n *call) has(i int) bool { return i < len(n.in) && n.in[i].valid() }

// arg returns input i, which must be given.
func (n *call) arg(i int) value {
	if !n.has(i) {
		n.failf("input %d is missing", i)
		return hosted(&array{typ: onnxproto.Float32, dims: []int{}, real: []float64{0}})
	}
	return n.in[i]
}

// known returns the numbers of input i, which must not depend on data.
func (n *call) known(i int, what string) *array {
	if !n.has(i) || n.in[i].host == nil {
		n.failf("input %d, %s, is computed from data; it has to be known before", i, what)
		return wholeArray(onnxproto.Int64, []int{1}, 0)
	}
	return n.in[i].host
}

// ints returns whole numbers by an input that must not depend on data, or by the
// attribute that older versions have.
func (n *call) ints(i int, name string) ([]int, bool) {
	var list []int
	if i >= 0 && n.has(i) {
		for k, a := 0, n.known(i, name); k < a.size(); k++ {
			list = append(list, clampInt(toInt(a.at(k))))
		}
		return list, true
	}
	a, ok := n.attribute(name)
	for _, v := range a.Ints {
		list = append(list, clampInt(v))
	}
	return list, ok
}

// clampInt keeps a number so small that sums of some do not overflow.
func clampInt(v int64) int { return int(max(-1<<40, min(1<<40, v))) }

// attribute returns the attribute of that name.
func (n *Node) attribute(name string) (Attribute, bool) {
	for _, a := range n.Attributes {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

func (n *Node) int(name string, or int) int {
	if a, ok := n.attribute(name); ok {
		return clampInt(a.Int)
	}
	return or
}

func (n *Node) float(name string, or float64) float64 {
	if a, ok := n.attribute(name); ok {
		return float64(a.Float)
	}
	return or
}

func (n *Node) text(name, or string) string {
	if a, ok := n.attribute(name); ok {
		return a.Text
	}
	return or
}

// axis returns axis a of a tensor of that rank, which may be counted from the end.
func (n *call) axis(a, rank int) int {
	if a < 0 {
		a += rank
	}
	if a < 0 || a >= rank {
		n.failf("there is no axis %d of %d", a, rank)
		return 0
	}
	return a
}

// axes returns the axes that are given by an input or an attribute; all or none if
// they are not.
func (n *call) axes(i, rank int, all bool) []int {
	list, ok := n.ints(i, "axes")
	if !ok || len(list) == 0 {
		if all {
			return natural(rank)
		}
		return nil
	}
	for k, a := range list {
		list[k] = n.axis(a, rank)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list) {
		n.failf("axes %v name one twice", list)
	}
	return list
}

// hosts reports whether all inputs are known.
func (n *call) hosts() bool {
	for _, v := range n.in {
		if v.valid() && v.host == nil {
			return false
		}
	}
	return true
}

// fitting records what is wrong with the types of known inputs, whose numbers the host
// takes from the slice of one type.
func (n *call) fitting() {
	op := n.full()
	for i, v := range n.in {
		if v.valid() && v.typ == onnxproto.String && !moves(op, i) {
			n.failf("input %d is texts; want numbers", i)
		}
	}
	if !n.hosts() {
		return
	}
	list := n.in
	switch {
	case op == "Where" && n.has(0):
		if n.in[0].typ.Real() {
			n.failf("a condition of %v; want truth values", n.in[0].typ)
		}
		list = n.in[1:]
	case op != "Concat" && op != "Range" && (binaries[op].graph == nil || op == "Pow"):
		return
	}
	for _, v := range list {
		if v.valid() && list[0].valid() && (v.typ.Real() != list[0].typ.Real() || (v.typ == onnxproto.String) != (list[0].typ == onnxproto.String)) {
			n.failf("operands are of %v and %v", list[0].typ, v.typ)
		}
	}
}

// moves reports whether an operator moves the elements of input i whatever they are, or
// looks them up.
func moves(op string, i int) bool {
	switch op {
	case "Concat":
		return true
	case "Where":
		return i > 0
	case "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Split", "Gather", "Expand", "Tile", "Shape", "Size", labelEncoder:
		return i == 0
	}
	return false
}

// folded returns what was computed on the host.
func (n *call) folded(a *array, err error) []value {
	if err != nil {
		n.failf("%w", err)
		return nil
	}
	return []value{hosted(a)}
}

var errRank = errors.New("a tensor without axes")

// apply computes an operator. After an error the rest of it works on tensors that have no
// shape, and an index into that shape is no other error; any other panic is.
func (n *call) apply(op func(n *call) []value) []value {
	defer func() {
		if !n.failed() {
			return
		}
		p := recover()
		if _, index := p.(runtime.Error); p != nil && !index {
			panic(p)
		}
	}()
	return op(n)
}
