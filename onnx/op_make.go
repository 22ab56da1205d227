package onnx

import (
	"math"
	"slices"

	"descent/graph"
	"descent/internal/onnxproto"
)

// constantOfShape is a number everywhere.
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
			a.real[i] = round(from.typ, from.real[0]+float64(float64(i)*step.real[0]))
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
	eachPlace(a.dims, func(i int, at []int) {
		if a.at(i) != 0 {
			found = append(found, slices.Clone(at))
		}
	})
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
	if v.dims()[axis] == 0 {
		n.failf("axis %d of %v has no elements", axis, v.dims())
		return nil
	}
	if v.host != nil {
		return []value{hosted(v.host.best(axis, sign, n.int("select_last_index", 0) != 0, n.int("keepdims", 1) != 0))}
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

// best is argExtreme of known numbers.
func (a *array) best(axis int, sign float64, last, keep bool) *array {
	run, wide := size(a.dims[axis+1:]), a.dims[axis]
	dims := slices.Clone(a.dims)
	if dims[axis] = 1; !keep {
		dims = slices.Delete(dims, axis, axis+1)
	}
	out := like(onnxproto.Int64, dims)
	for i := range out.ints {
		from, place := i/run*run*wide+i%run, 0
		for k := 1; k < wide; k++ {
			if x, y := sign*a.at(from+k*run), sign*a.at(from+place*run); x > y || last && x == y {
				place = k
			}
		}
		out.ints[i] = int64(place)
	}
	return out
}
