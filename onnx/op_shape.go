package onnx

import (
	"fmt"
	"math"
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
		known := 1
		for _, d := range dims {
			if d != -1 {
				known *= d
			}
		}
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
		gone = append(gone, a)
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

// slice takes ranges of axes.
func slice(n *call) []value {
	v := n.arg(0)
	from, _ := n.ints(1, "starts")
	to, _ := n.ints(2, "ends")
	axes, ok := n.ints(3, "axes")
	if !ok {
		axes = natural(len(from))
	}
	step, ok := n.ints(4, "steps")
	if !ok {
		step = slices.Repeat([]int{1}, len(from))
	}
	if len(to) != len(from) || len(axes) != len(from) || len(step) != len(from) {
		n.failf("%d starts, %d ends, %d axes and %d steps", len(from), len(to), len(axes), len(step))
		return nil
	}
	for i, a := range axes {
		a = n.axis(a, v.rank())
		if n.failed() || step[i] == 0 {
			n.failf("a step of 0")
			return nil
		}
		v = n.span(v, a, from[i], to[i], step[i])
		if n.failed() {
			return nil
		}
	}
	return []value{v}
}

// span takes the places from, from + step, ... of an axis up to to, as in Python.
func (n *call) span(v value, axis, from, to, step int) value {
	size := v.dims()[axis]
	if from < 0 {
		from += size
	}
	if to < 0 {
		to += size
	}
	var places []int
	if step > 0 {
		for i := max(from, 0); i < min(to, size); i += step {
			places = append(places, i)
		}
	} else {
		for i := min(from, size-1); i > max(to, -1); i += step {
			places = append(places, i)
		}
	}
	return n.places(v, axis, places)
}

// places takes the given places of an axis.
func (n *call) places(v value, axis int, places []int) value {
	if v.host != nil {
		return hosted(v.host.along(axis, places))
	}
	dims := v.dims()
	if len(places) == 0 {
		if v.typ == 0 {
			v.typ = onnxproto.Float32
		}
		dims[axis] = 0
		return hosted(like(v.typ, dims))
	}
	at, step := v.where(axis), 1
	if len(places) > 1 {
		step = places[1] - places[0]
	}
	for i, p := range places {
		if p < 0 || p >= dims[axis] {
			n.failf("there is no place %d of axis %d, which has %d", p, axis, dims[axis])
			return v
		}
		if p != places[0]+i*step {
			step = 0
		}
	}
	first := places[0]
	switch {
	case step == 1 && len(places) == dims[axis]:
		return v
	case step == 1 || len(places) == 1:
		return v.with(v.t.Slice(at, first, first+len(places)))
	case step > 1 && v.t.Type().Rank() < graph.MaxRank:
		// Every step-th place is the first of as many runs.
		t := v.t.Slice(at, first, dims[axis])
		if end := len(places) * step; t.Dim(at) < end {
			t = t.Pad(at, 0, end-t.Dim(at))
		} else if t.Dim(at) > end {
			t = t.Slice(at, 0, end)
		}
		d := t.Type().Dims()
		split := slices.Concat(d[:at], []int{len(places), step}, d[at+1:])
		d[at] = len(places)
		return v.with(t.Reshape(split...).Slice(at+1, 0, 1).Reshape(d...))
	}
	order := append(slices.DeleteFunc(slices.Clone(v.order), func(a int) bool { return a == axis }), axis)
	return value{typ: v.typ, t: n.lay(v, order).Take(places), order: order}
}

// split cuts an axis into parts.
func split(n *call) []value {
	v := n.arg(0)
	axis := n.axis(n.int("axis", 0), v.rank())
	if n.failed() || v.rank() == 0 {
		n.failf("%w", errRank)
		return nil
	}
	total := v.dims()[axis]
	parts, ok := n.ints(1, "split")
	if !ok {
		count := n.int("num_outputs", len(n.Outputs))
		if count < 1 || count > total {
			n.failf("%d parts of %d", count, total)
			return nil
		}
		each := (total + count - 1) / count
		for at := 0; at < total; at += each {
			parts = append(parts, min(each, total-at))
		}
	}
	var out []value
	at := 0
	for _, p := range parts {
		if p < 0 || p > total-at {
			n.failf("parts %v of %d", parts, total)
			return nil
		}
		out = append(out, n.span(v, axis, at, at+p, 1))
		at += p
	}
	return out
}

// gather takes places of an axis by their numbers.
func gather(n *call) []value {
	v, index := n.arg(0), n.arg(1)
	if v.rank() == 0 {
		n.failf("%w", errRank)
		return nil
	}
	axis := n.axis(n.int("axis", 0), v.rank())
	if n.failed() {
		return nil
	}
	rows := v.dims()[axis]
	if index.host != nil {
		places := make([]int, index.host.size())
		for i, p := range index.host.ints {
			if p < 0 {
				p += int64(rows)
			}
			if p < 0 || p >= int64(rows) {
				n.failf("there is no place %d of axis %d, which has %d", p, axis, rows)
				return nil
			}
			places[i] = int(p)
		}
		dims := slices.Concat(v.dims()[:axis], index.host.dims, v.dims()[axis+1:])
		if err := checkSize(dims); err != nil {
			return n.folded(nil, err)
		}
		taken := n.places(v, axis, places)
		if len(index.host.dims) == 0 {
			return []value{n.without(taken, []int{axis})}
		}
		return []value{n.to(taken, dims)}
	}
	order := append([]int{axis}, slices.DeleteFunc(natural(v.rank()), func(a int) bool { return a == axis })...)
	table := n.lay(v, order)
	dims := table.Type().Dims()[1:]
	i := n.plain(index)
	i = i.Less(i.Const(0)).Select(i.AddScalar(float64(rows)), i)
	t := table.Reshape(rows, -1).Gather(i)
	t = t.Reshape(append(i.Type().Dims(), dims...)...)
	// The axes of the numbers stand where the axis was.
	out := make([]int, 0, t.Type().Rank())
	k := i.Type().Rank()
	for a := range k {
		out = append(out, axis+a)
	}
	for a := range v.rank() {
		if a < axis {
			out = append(out, a)
		} else if a > axis {
			out = append(out, a+k-1)
		}
	}
	return []value{{typ: v.typ, t: t, order: out}}
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
		case v.host != nil || r == 0:
			places := make([]int, dims[axis])
			for i := range places {
				places[i] = i % v.dims()[axis]
			}
			v = n.places(v, axis, places)
		default:
			v = v.with(v.t.Concat(v.where(axis), slices.Repeat([]graph.Tensor{v.t}, r-1)...))
		}
	}
	return []value{v}
}

func constantOfShape(n *call) []value {
	dims, _ := n.ints(0, "shape")
	fill := &array{typ: onnxproto.Float32, dims: []int{1}, real: []float64{0}}
	if a, ok := n.attribute("value"); ok && len(a.Tensor) == 1 {
		k, err := a.Tensor[0].array()
		if err != nil || k.size() != 1 {
			n.failf("its value is not one number")
			return nil
		}
		fill = k
	}
	if fill.typ.Real() && checkSize(dims) == nil && size(dims) > 1<<12 {
		return []value{of(fill.typ, n.c.Graph().Const(fill.real[0]).BroadcastTo(graph.Shape(dims...)))}
	}
	if err := checkSize(dims); err != nil {
		return n.folded(nil, err)
	}
	return []value{hosted(fill.reshaped(nil).expand(append([]int{}, dims...)))}
}

func rangeOf(n *call) []value {
	from, to, step := n.known(0, "start"), n.known(1, "limit"), n.known(2, "delta")
	if n.failed() || from.size() != 1 || to.size() != 1 || step.size() != 1 || step.at(0) == 0 {
		n.failf("start, limit and delta must be a number each, and delta not 0")
		return nil
	}
	count := math.Max(0, math.Ceil((to.at(0)-from.at(0))/step.at(0)))
	if !(count <= maxHost) {
		n.failf("%v numbers", count)
		return nil
	}
	a := like(from.typ, []int{int(count)})
	for i := range int(count) {
		if from.typ.Real() {
			a.real[i] = round(from.typ, from.real[0]+float64(i)*step.real[0])
		} else {
			a.ints[i] = from.ints[0] + int64(i)*step.ints[0]
		}
	}
	return []value{hosted(a)}
}

// nonZero lists the places of numbers other than zero, which have to be known.
func nonZero(n *call) []value {
	a := n.known(0, "X")
	var found [][]int
	for i := range a.size() {
		if a.at(i) != 0 {
			found = append(found, index(a.dims, i))
		}
	}
	out := like(onnxproto.Int64, []int{len(a.dims), len(found)})
	for i, at := range found {
		for k, p := range at {
			out.ints[k*len(found)+i] = int64(p)
		}
	}
	return []value{hosted(out)}
}

// oneHot makes a new axis that is on at a label and off elsewhere.
func oneHot(n *call) []value {
	labels, values := n.arg(0), n.arg(2)
	k := n.known(1, "depth")
	if n.failed() || k.size() != 1 || k.at(0) < 1 || k.at(0) > maxHost || size(values.dims()) != 2 {
		n.failf("depth must be one positive number, and values two")
		return nil
	}
	depth := int(k.at(0))
	axis := n.axis(n.int("axis", -1), labels.rank()+1)
	i := n.plain(labels)
	i = i.Less(i.Const(0)).Select(i.AddScalar(float64(depth)), i)
	if labels.typ.Real() {
		i = truncate(i)
	}
	v := n.plain(values)
	off, on := v.Slice(0, 0, 1).Reshape(), v.Slice(0, 1, 2).Reshape()
	t := i.OneHot(depth).Select(on, off)
	order := natural(labels.rank() + 1)
	copy(order[axis+1:], natural(labels.rank() + 1)[axis:])
	out := make([]int, 0, len(order))
	for a := range labels.rank() + 1 {
		if a != axis {
			out = append(out, a)
		}
	}
	return []value{{typ: values.typ, t: t, order: append(out, axis)}}
}

// argExtreme is the place of the largest or least number along an axis.
func argExtreme(n *call, sign float64) []value {
	v := n.arg(0)
	axis := n.axis(n.int("axis", 0), v.rank())
	if n.failed() {
		return nil
	}
	order := append(slices.DeleteFunc(natural(v.rank()), func(a int) bool { return a == axis }), axis)
	x := n.lay(v, order).Scale(sign)
	places := x.Graph().Count(x.Dim(-1))
	best := x.Equal(x.MaxOverKeep(-1))
	// The first place is the least of those that are best, which is a maximum, too.
	if n.int("select_last_index", 0) != 0 {
		x = best.Select(places, x.Const(-1)).MaxOverKeep(-1)
	} else {
		x = best.Select(places.Neg(), x.Const(-float64(x.Dim(-1)))).MaxOverKeep(-1).Neg()
	}
	out := value{typ: onnxproto.Int64, t: x, order: order}
	if n.int("keepdims", 1) == 0 {
		out = n.without(out, []int{axis})
	}
	return []value{out}
}

// pad puts numbers around a tensor.
func pad(n *call) []value {
	v := n.arg(0)
	pads, _ := n.ints(1, "pads")
	axes := natural(v.rank())
	if n.has(3) {
		axes = n.axes(3, v.rank(), false)
	}
	if len(pads) != 2*len(axes) {
		n.failf("%d pads for %d axes; want two for each", len(pads), len(axes))
		return nil
	}
	mode := n.text("mode", "constant")
	fill := n.float("value", 0)
	if n.has(2) {
		if k := n.known(2, "constant_value"); !n.failed() && k.size() > 0 {
			fill = k.at(0)
		}
	}
	for i, axis := range axes {
		before, after := pads[i], pads[i+len(axes)]
		size := v.dims()[axis]
		if max(before, after) > maxHost {
			n.failf("pads %v are too large", pads)
			return nil
		}
		if before < 0 || after < 0 {
			v = n.span(v, axis, max(0, -before), max(0, size-max(0, -after)), 1)
			before, after = max(0, before), max(0, after)
		}
		if n.failed() || before == 0 && after == 0 {
			continue
		}
		v = n.padAxis(v, axis, before, after, mode, fill)
	}
	return []value{v}
}

func (n *call) padAxis(v value, axis, before, after int, mode string, fill float64) value {
	size := v.dims()[axis]
	if mode == "constant" {
		v = n.dense(v)
		at := v.where(axis)
		if fill == 0 {
			return v.with(v.t.Pad(at, before, after))
		}
		fringe := func(k int) []graph.Tensor {
			if k == 0 {
				return nil
			}
			dims := v.t.Type().Dims()
			dims[at] = k
			return []graph.Tensor{v.t.Const(fill).BroadcastTo(graph.Shape(dims...))}
		}
		parts := slices.Concat(fringe(before), []graph.Tensor{v.t}, fringe(after))
		return v.with(parts[0].Concat(at, parts[1:]...))
	}
	from := func(i int) (int, error) {
		switch mode {
		case "edge":
			return max(0, min(i, size-1)), nil
		case "wrap":
			return ((i % size) + size) % size, nil
		case "reflect":
			if size == 1 {
				return 0, nil
			}
			i = ((i % (2*size - 2)) + 2*size - 2) % (2*size - 2)
			return min(i, 2*size-2-i), nil
		}
		return 0, fmt.Errorf("mode %q; constant, reflect, edge and wrap are known", mode)
	}
	if v.host != nil {
		v = n.dense(v)
	}
	// The fringes are short, so that they are put together of single places.
	fringe := func(first, count int) []graph.Tensor {
		var list []graph.Tensor
		for i := first; i < first+count; i++ {
			p, err := from(i)
			if err != nil {
				n.failf("%w", err)
				return nil
			}
			list = append(list, v.t.Slice(v.where(axis), p, p+1))
		}
		return list
	}
	parts := slices.Concat(fringe(-before, before), []graph.Tensor{v.t}, fringe(size, after))
	if n.failed() {
		return v
	}
	return v.with(parts[0].Concat(v.where(axis), parts[1:]...))
}

// spread is DepthToSpace and SpaceToDepth: channels of a block become its pixels, or
// the reverse.
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
