package onnx

import (
	"slices"

	"descent/graph"
	"descent/internal/onnxproto"
)

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
	if index.typ.Real() {
		n.failf("places of %v; want whole numbers", index.typ)
		return nil
	}
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
