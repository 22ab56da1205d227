package onnx

import (
	"descent/internal/onnxproto"
)

// labelEncoder is the operator that puts values in the place of levels.
const labelEncoder = "ai.onnx.ml.LabelEncoder"

// encodeLabels looks each element up in a table, and takes a usual value for those that
// are not there. NaN finds itself.
//
// Source: the standard's operators for machine learning, ai.onnx.ml, LabelEncoder of
// versions 2 and 4 without tables in tensors.
func encodeLabels(n *call) []value {
	x := n.known(0, "levels")
	keys, values := n.listed("keys"), n.listed("values")
	if n.failed() {
		return nil
	}
	switch {
	case keys.typ.Real() != x.typ.Real() || (keys.typ == onnxproto.String) != (x.typ == onnxproto.String):
		n.failf("levels are of %v, and those of the table of %v", x.typ, keys.typ)
		return nil
	case keys.size() != values.size():
		n.failf("%d levels with %d values", keys.size(), values.size())
		return nil
	}
	usual := like(values.typ, []int{1})
	switch {
	case values.typ == onnxproto.String:
		usual.text[0] = n.text("default_string", "_Unused")
	case values.typ.Real():
		usual.real[0] = n.float("default_float", 0)
	default:
		usual.ints[0] = int64(n.int("default_int64", -1))
	}
	at := map[any]int{}
	for i := range keys.size() {
		if _, twice := at[keys.key(i)]; !twice {
			at[keys.key(i)] = i
		}
	}
	out := like(values.typ, x.dims)
	for i := range x.size() {
		if place, ok := at[x.key(i)]; ok {
			out.set(i, values, place)
		} else {
			out.set(i, usual, 0)
		}
	}
	return []value{hosted(out)}
}

// key is element i as it is compared.
func (a *array) key(i int) any {
	switch {
	case a.typ == onnxproto.String:
		return a.text[i]
	case !a.typ.Real():
		return a.ints[i]
	case a.real[i] != a.real[i]:
		return "NaN" // no key beside texts
	}
	return float64(float32(a.real[i])) // as the file has them
}

// listed returns the list in one of the attributes for texts, whole numbers and others.
func (n *call) listed(name string) *array {
	if a, ok := n.attribute(name + "_strings"); ok {
		return &array{typ: onnxproto.String, dims: []int{len(a.Texts)}, text: a.Texts}
	}
	if a, ok := n.attribute(name + "_int64s"); ok {
		return wholeArray(onnxproto.Int64, []int{len(a.Ints)}, a.Ints...)
	}
	if a, ok := n.attribute(name + "_floats"); ok {
		return &array{typ: onnxproto.Float32, dims: []int{len(a.Floats)}, real: floats(a.Floats)}
	}
	n.failf("it has none of %s_strings, %s_int64s and %s_floats", name, name, name)
	return wholeArray(onnxproto.Int64, []int{0})
}
