package onnx

import (
	"fmt"
	"slices"

	"descent/graph"
)

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
		if v = n.padAxis(v, axis, before, after, mode, fill); n.failed() {
			return nil
		}
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
	if size == 0 || before+after > 1<<16 {
		n.failf("%d and %d places around %d, by mode %q", before, after, size, mode)
		return v
	}
	places := make([]int, before+size+after)
	for i := range places {
		p, err := from(i - before)
		if err != nil {
			n.failf("%w", err)
			return v
		}
		places[i] = p
	}
	if v.host != nil || before+after > 16 {
		return n.places(v, axis, places)
	}
	// Short fringes are put together of single places, so that no axis moves.
	var parts []graph.Tensor
	for i, p := range places {
		if i < before || i > before+size-1 {
			parts = append(parts, v.t.Slice(v.where(axis), p, p+1))
		} else if i == before {
			parts = append(parts, v.t)
		}
	}
	return v.with(parts[0].Concat(v.where(axis), parts[1:]...))
}
