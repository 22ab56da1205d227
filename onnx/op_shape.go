package onnx

import (
	"slices"

	"descent/graph"
	"descent/internal/onnxproto"
)

// shapeOf returns the shape of its operand, or a part of it.
func shapeOf(n *call) []value {
	dims := n.arg(0).dims()
	from, to := clampEnd(n.int("start", 0), len(dims)), clampEnd(n.int("end", len(dims)), len(dims))
	a := wholeArray(onnxproto.Int64, []int{max(0, to-from)})
	for i := from; i < to; i++ {
		a.ints = append(a.ints, int64(dims[i]))
	}
	return []value{hosted(a)}
}

func sizeOf(n *call) []value {
	return []value{hosted(wholeArray(onnxproto.Int64, []int{}, int64(size(n.arg(0).dims()))))}
}

// clampEnd brings a place that may be counted from the end into [0, n].
func clampEnd(at, n int) int {
	if at < 0 {
		at += n
	}
	return max(0, min(at, n))
}

func identity(n *call) []value { return []value{n.arg(0)} }

// to returns v under other dims, with the numbers in the same order.
func (n *call) to(v value, dims []int) value {
	if v.host != nil {
		if size(dims) != v.host.size() {
			n.failf("%d numbers do not fill shape %v", v.host.size(), dims)
			return v
		}
		return hosted(v.host.reshaped(dims))
	}
	if slices.Equal(v.dims(), dims) {
		return v
	}
	return of(v.typ, n.plain(v).Reshape(dims...))
}

// reshape gives its operand another shape, in which 0 keeps a size and -1 is what
// remains. A file that fixes the rows of its input is read for any number of them:
// where a shape says that number and does not fit, it says how many there are.
func reshape(n *call) []value {
	v := n.arg(0)
	dims, _ := n.ints(1, "shape")
	dims = slices.Clone(dims)
	old := v.dims()
	for i, d := range dims {
		if d == 0 && n.int("allowzero", 0) == 0 {
			if i >= len(old) {
				n.failf("shape %v keeps size %d of %v", dims, i, old)
				return nil
			}
			dims[i] = old[i]
		}
	}
	fits := func(dims []int) bool {
		given := slices.DeleteFunc(slices.Clone(dims), func(d int) bool { return d == -1 })
		if within(given, maxResult) != nil {
			return false
		}
		known := size(given)
		if slices.Contains(dims, -1) {
			return known > 0 && size(old)%known == 0
		}
		return known == size(old)
	}
	if b := n.batch; len(dims) > 0 && dims[0] == b[0] && b[0] != b[1] && b[0] > 0 {
		open := append([]int{b[1]}, dims[1:]...)
		if !fits(dims) || slices.Contains(dims, -1) && len(old) > 0 && old[0] == b[1] && fits(open) {
			dims = open
		}
	}
	rest := -1
	known := 1
	for i, d := range dims {
		switch {
		case d == -1 && rest < 0:
			rest = i
		case d < 0:
			n.failf("shape %v", dims)
			return nil
		default:
			known *= d
		}
	}
	if !fits(dims) {
		n.failf("%v does not fill shape %v", old, dims)
		return nil
	}
	if rest >= 0 {
		dims[rest] = size(old) / known
	}
	return []value{n.to(v, dims)}
}

func flatten(n *call) []value {
	v := n.arg(0)
	dims := v.dims()
	axis := clampEnd(n.int("axis", 1), len(dims))
	return []value{n.to(v, []int{size(dims[:axis]), size(dims[axis:])})}
}

// squeeze removes axes of size 1.
func squeeze(n *call) []value {
	v := n.arg(0)
	dims := v.dims()
	list, ok := n.ints(1, "axes")
	if !ok {
		for i, d := range dims {
			if d == 1 {
				list = append(list, i)
			}
		}
	}
	var gone []int
	for _, a := range list {
		a = n.axis(a, len(dims))
		if len(dims) == 0 || dims[a] != 1 {
			n.failf("axis %d of %v is not 1", a, dims)
			return nil
		}
		if !slices.Contains(gone, a) {
			gone = append(gone, a)
		}
	}
	return []value{n.without(v, gone)}
}

// without returns v without the given axes, of size 1.
func (n *call) without(v value, gone []int) value {
	if v.host != nil {
		var dims []int
		for i, d := range v.host.dims {
			if !slices.Contains(gone, i) {
				dims = append(dims, d)
			}
		}
		return hosted(v.host.reshaped(dims))
	}
	dims, order := []int{}, []int{}
	for i, axis := range v.order {
		if slices.Contains(gone, axis) {
			continue
		}
		lower := 0
		for _, g := range gone {
			if g < axis {
				lower++
			}
		}
		dims, order = append(dims, v.t.Dim(i)), append(order, axis-lower)
	}
	return value{typ: v.typ, t: v.t.Reshape(dims...), order: order}
}

// unsqueeze puts in axes of size 1.
func unsqueeze(n *call) []value {
	v := n.arg(0)
	list, _ := n.ints(1, "axes")
	rank := v.rank() + len(list)
	var put []int
	for _, a := range list {
		put = append(put, n.axis(a, rank))
	}
	slices.Sort(put)
	if len(slices.Compact(slices.Clone(put))) != len(put) {
		n.failf("axes %v name one twice", list)
		return nil
	}
	for _, a := range put {
		v = n.withOne(v, a)
	}
	return []value{v}
}

// withOne returns v with an axis of size 1 before axis a.
func (n *call) withOne(v value, a int) value {
	if v.host != nil {
		return hosted(v.host.reshaped(slices.Insert(slices.Clone(v.host.dims), a, 1)))
	}
	order := make([]int, len(v.order))
	at := len(order)
	for i, axis := range v.order {
		if order[i] = axis; axis >= a {
			order[i]++
		}
		if axis == a {
			at = i
		}
	}
	dims := slices.Insert(v.t.Type().Dims(), at, 1)
	return value{typ: v.typ, t: v.t.Reshape(dims...), order: slices.Insert(order, at, a)}
}

// transpose turns axes, which moves nothing.
func transpose(n *call) []value {
	v := n.arg(0)
	turn, ok := n.ints(-1, "perm")
	if !ok {
		turn = natural(v.rank())
		slices.Reverse(turn)
	}
	if sorted := slices.Sorted(slices.Values(turn)); !slices.Equal(sorted, natural(v.rank())) {
		n.failf("perm %v does not name each of %d axes once", turn, v.rank())
		return nil
	}
	if v.host != nil {
		return []value{hosted(v.host.transposed(turn))}
	}
	order := make([]int, len(v.order))
	for i, axis := range v.order {
		order[i] = slices.Index(turn, axis)
	}
	return []value{{typ: v.typ, t: v.t, order: order}}
}

// join is Concat. Operands without elements are left out.
func join(n *call) []value {
	rank := n.arg(0).rank()
	axis := n.axis(n.int("axis", 1), rank)
	if n.failed() {
		return nil
	}
	if n.hosts() {
		var list []*array
		for i := range n.in {
			list = append(list, n.arg(i).host)
		}
		return n.folded(concat(axis, list))
	}
	var parts []value
	var order []int
	largest := -1
	for i := range n.in {
		v := n.arg(i)
		if v.rank() != rank {
			n.failf("input %d has %d axes, the first %d", i, v.rank(), rank)
			return nil
		}
		if size(v.dims()) == 0 {
			continue
		}
		v = n.dense(v)
		if s := size(v.dims()); s > largest {
			largest, order = s, v.order
		}
		parts = append(parts, v)
	}
	var t []graph.Tensor
	for _, v := range parts {
		t = append(t, n.lay(v, order))
	}
	first := value{typ: parts[0].typ, t: t[0], order: order}
	if n.failed() {
		return nil
	}
	return []value{first.with(t[0].Concat(first.where(axis), t[1:]...))}
}

// expandTo repeats a tensor along axes of size 1.
func expandTo(n *call) []value {
	v := n.arg(0)
	shape, _ := n.ints(1, "shape")
	dims, err := broadcast(v.dims(), shape)
	if err == nil && slices.Contains(dims, 0) {
		return []value{hosted(like(v.typ, dims))}
	}
	if err == nil {
		err = checkSize(dims)
	}
	if err != nil {
		return n.folded(nil, err)
	}
	if v.host != nil {
		return []value{hosted(v.host.expand(dims))}
	}
	v = n.lift(v, len(dims))
	to := make([]int, len(dims))
	for i, axis := range v.order {
		to[i] = dims[axis]
	}
	return []value{v.with(v.t.BroadcastTo(graph.Shape(to...)))}
}

// tile repeats a tensor along each axis.
func tile(n *call) []value {
	v := n.arg(0)
	repeats, _ := n.ints(1, "repeats")
	if len(repeats) != v.rank() {
		n.failf("%d repeats of %d axes", len(repeats), v.rank())
		return nil
	}
	dims := slices.Clone(v.dims())
	for axis, r := range repeats {
		if r < 0 {
			n.failf("repeats %v", repeats)
			return nil
		}
		dims[axis] *= min(r, maxHost)
	}
	if err := checkSize(dims); err != nil {
		return n.folded(nil, err)
	}
	for axis, r := range repeats {
		switch {
		case r == 1:
		case v.host == nil && r > 1 && r <= 16:
			v = v.with(v.t.Concat(v.where(axis), slices.Repeat([]graph.Tensor{v.t}, r-1)...))
		default:
			places := make([]int, dims[axis])
			for i := range places {
				places[i] = i % v.dims()[axis]
			}
			v = n.places(v, axis, places)
		}
	}
	return []value{v}
}

// depthToSpace makes the pixels of a block of channels.
func depthToSpace(n *call) []value {
	v := n.arg(0)
	d, b := v.dims(), n.int("blocksize", 1)
	if len(d) != 4 || b < 1 || d[1]%max(1, b*b) != 0 {
		n.failf("blocks of %d of shape %v", b, d)
		return nil
	}
	c := d[1] / b / b
	x := n.plain(v)
	if n.text("mode", "DCR") == "CRD" {
		x = x.Reshape(d[0], c, b, b, d[2], d[3]).Transpose(0, 1, 4, 2, 5, 3)
	} else {
		x = x.Reshape(d[0], b, b, c, d[2], d[3]).Transpose(0, 3, 4, 1, 5, 2)
	}
	return []value{of(v.typ, x.Reshape(d[0], c, d[2]*b, d[3]*b))}
}

// spaceToDepth is the reverse.
func spaceToDepth(n *call) []value {
	v := n.arg(0)
	d, b := v.dims(), n.int("blocksize", 1)
	if len(d) != 4 || b < 1 || d[2]%b != 0 || d[3]%b != 0 {
		n.failf("blocks of %d of shape %v", b, d)
		return nil
	}
	x := n.plain(v).Reshape(d[0], d[1], d[2]/b, b, d[3]/b, b).Transpose(0, 3, 5, 1, 2, 4)
	return []value{of(v.typ, x.Reshape(d[0], d[1]*b*b, d[2]/b, d[3]/b))}
}
