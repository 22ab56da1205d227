package onnxwrite

import (
	"descent/internal/onnxproto"
)

func (w *writer) slice(p pair) (value, error) {
	if v, ok, err := w.last(p); ok || err != nil {
		return v, err
	}
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	axis := v.orderOr()[a.Axes[0]]
	v.name = w.node("Slice", label(p, "slice"), []string{v.name, w.ints("at", a.From), w.ints("at", a.To), w.ints("axes", axis)})
	v.dims = out
	return v, nil
}

func (w *writer) pad(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	pads := make([]int, 2*len(out))
	axis := v.orderOr()[a.Axes[0]]
	pads[axis], pads[len(out)+axis] = a.From, a.To
	v.name, v.dims = w.node("Pad", label(p, "pad"), []string{v.name, w.ints("pads", pads...)}), out
	return v, nil
}

func (w *writer) concat(p pair) (value, error) {
	in, out, a, err := w.operands(p)
	if err != nil {
		return value{}, err
	}
	var names []string
	for _, v := range in {
		names = append(names, w.float(w.ordered(v, in[0].order)).name)
	}
	v := value{typ: onnxproto.Float32, dims: out, order: in[0].order}
	v.name = w.node("Concat", label(p, "concat"), names, attr{"axis", v.orderOr()[a.Axes[0]]})
	return v, nil
}

func (w *writer) take(p pair) (value, error) {
	v, out, a, err := w.along(p)
	if err != nil {
		return v, err
	}
	v.name = w.node("Gather", label(p, "take"), []string{v.name, w.ints("columns", a.Columns...)}, attr{"axis", v.orderOr()[len(out)-1]})
	v.dims = out
	return v, nil
}

// gather writes a lookup; a row that is not there is zero, unless its number comes from
// outside as a whole one, which is then one of a row.
func (w *writer) gather(p pair) (value, error) {
	in, out, err := w.filled(p)
	if err != nil {
		return value{}, err
	}
	table, index := w.float(in[0]), in[1]
	if index.typ == onnxproto.Int64 {
		return w.apply("Gather", label(p, "gather"), onnxproto.Float32, out, []string{table.name, index.name}), nil
	}
	rows := table.dims[0].n
	inside := w.node("Cast", label(p, "inside"), []string{w.node("And", label(p, "and"), []string{
		w.node("GreaterOrEqual", label(p, "atleast"), []string{index.name, w.number(0).name}),
		w.node("Less", label(p, "below"), []string{index.name, w.number(float32(rows)).name}),
	})}, attr{"to", int(onnxproto.Float32)})
	at := w.node("Clip", label(p, "clip"), []string{index.name, w.number(0).name, w.number(float32(rows - 1)).name})
	at = w.node("Cast", label(p, "index"), []string{at}, attr{"to", int(onnxproto.Int64)})
	row := w.node("Gather", label(p, "gather"), []string{table.name, at})
	inside = w.node("Unsqueeze", label(p, "unsqueeze"), []string{inside, w.ints("axes", len(out)-1)})
	return w.apply("Mul", label(p, "masked"), onnxproto.Float32, out, []string{row, inside}), nil
}
