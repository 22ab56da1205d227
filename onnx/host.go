package onnx

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/onnxproto"
)

// array is a tensor whose numbers are known while a network is traced: shapes and
// what is computed from them, and constants. Sizes may be zero.
type array struct {
	typ  onnxproto.DataType
	dims []int
	ints []int64   // of whole numbers and truth values
	real []float64 // of others
	text []string  // of texts
}

// maxHost bounds how many numbers an array has: a few bytes of a file can ask for any
// number.
const maxHost = 1 << 22

func size(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// checkSize returns an error if dims ask for more numbers than an array has.
func checkSize(dims []int) error { return within(dims, maxHost) }

// within returns an error if dims ask for more than so many numbers.
func within(dims []int, most int) error {
	n := 1
	for _, d := range dims {
		if d < 0 {
			return fmt.Errorf("size %d is negative", d)
		}
		if d > 0 && n > most/d {
			return fmt.Errorf("shape %v has more than %d numbers, which is the most that is taken here", dims, most)
		}
		n *= d
	}
	return nil
}

func wholeArray(typ onnxproto.DataType, dims []int, values ...int64) *array {
	return &array{typ: typ, dims: dims, ints: values}
}

func (a *array) size() int { return size(a.dims) }

// at returns element i as a float64.
func (a *array) at(i int) float64 {
	if a.typ.Real() {
		return a.real[i]
	}
	return float64(a.ints[i])
}

// values returns all elements as float64.
func (a *array) values() []float64 {
	list := make([]float64, a.size())
	for i := range list {
		list[i] = a.at(i)
	}
	return list
}

// like returns an array of a's type with room for dims.
func like(typ onnxproto.DataType, dims []int) *array {
	a := &array{typ: typ, dims: slices.Clone(dims)}
	switch {
	case typ == onnxproto.String:
		a.text = make([]string, size(dims))
	case typ.Real():
		a.real = make([]float64, size(dims))
	default:
		a.ints = make([]int64, size(dims))
	}
	return a
}

// pick returns the array of dims whose element at a place along each axis is that of a
// at the number that from returns.
func (a *array) pick(dims []int, from func(at []int) int) *array {
	b := like(a.typ, dims)
	eachPlace(dims, func(i int, at []int) { b.set(i, a, from(at)) })
	return b
}

// set makes element i that of b at a place; they are of one kind.
func (a *array) set(i int, b *array, at int) {
	switch {
	case a.typ == onnxproto.String:
		a.text[i] = b.text[at]
	case a.typ.Real():
		a.real[i] = b.real[at]
	default:
		a.ints[i] = b.ints[at]
	}
}

// eachPlace calls f for each element of dims, with its place along each axis.
func eachPlace(dims []int, f func(i int, at []int)) {
	at := make([]int, len(dims))
	for i := range size(dims) {
		f(i, at)
		for k := len(at) - 1; k >= 0; k-- {
			if at[k]++; at[k] < dims[k] {
				break
			}
			at[k] = 0
		}
	}
}

// reshaped returns a under other dims of the same size.
func (a *array) reshaped(dims []int) *array {
	b := *a
	b.dims = slices.Clone(dims)
	return &b
}

// steps returns how far neighbours along each axis lie apart.
func steps(dims []int) []int {
	s := make([]int, len(dims))
	n := 1
	for i := len(dims) - 1; i >= 0; i-- {
		s[i] = n
		n *= dims[i]
	}
	return s
}

// broadcast returns the shape that all dims have in common.
func broadcast(all ...[]int) ([]int, error) {
	var out []int
	for _, dims := range all {
		for len(out) < len(dims) {
			out = append([]int{1}, out...)
		}
		for i, d := range dims {
			k := len(out) - len(dims) + i
			switch {
			case out[k] == d || d == 1:
			case out[k] == 1:
				out[k] = d
			default:
				return nil, fmt.Errorf("shapes %v do not broadcast", all)
			}
		}
	}
	return out, nil
}

// expand returns a broadcast to dims.
func (a *array) expand(dims []int) *array {
	if slices.Equal(a.dims, dims) {
		return a
	}
	own := steps(a.dims)
	lead := len(dims) - len(a.dims)
	return a.pick(dims, func(at []int) int {
		from := 0
		for k, own := range own {
			if a.dims[k] > 1 {
				from += at[lead+k] * own
			}
		}
		return from
	})
}

// along returns the elements of a at the given places of one axis.
func (a *array) along(axis int, places []int) *array {
	dims := slices.Clone(a.dims)
	dims[axis] = len(places)
	own := steps(a.dims)
	return a.pick(dims, func(at []int) int {
		from := 0
		for k, place := range at {
			if k == axis {
				place = places[place]
			}
			from += place * own[k]
		}
		return from
	})
}

// transposed returns a with axis i being axis order[i] of a.
func (a *array) transposed(order []int) *array {
	dims := make([]int, len(order))
	for i, o := range order {
		dims[i] = a.dims[o]
	}
	own := steps(a.dims)
	return a.pick(dims, func(at []int) int {
		from := 0
		for k, place := range at {
			from += place * own[order[k]]
		}
		return from
	})
}

// concat joins arrays along an axis.
func concat(axis int, list []*array) (*array, error) {
	dims := slices.Clone(list[0].dims)
	dims[axis] = 0
	for _, a := range list {
		if len(a.dims) != len(dims) {
			return nil, fmt.Errorf("shapes %v and %v do not join", list[0].dims, a.dims)
		}
		for i, d := range a.dims {
			if i != axis && d != dims[i] {
				return nil, fmt.Errorf("shapes %v and %v do not join", list[0].dims, a.dims)
			}
		}
		dims[axis] += a.dims[axis]
	}
	if err := checkSize(dims); err != nil {
		return nil, err
	}
	out := like(list[0].typ, dims)
	at := 0
	for _, a := range list {
		run := size(a.dims[axis:])
		width := size(dims[axis:])
		for r := 0; run > 0 && r < a.size()/run; r++ {
			switch {
			case out.typ == onnxproto.String:
				copy(out.text[r*width+at:], a.text[r*run:(r+1)*run])
			case out.typ.Real():
				copy(out.real[r*width+at:], a.real[r*run:(r+1)*run])
			default:
				copy(out.ints[r*width+at:], a.ints[r*run:(r+1)*run])
			}
		}
		at += run
	}
	return out, nil
}

// cast returns a with elements of another type.
func (a *array) cast(to onnxproto.DataType) *array {
	b := like(to, a.dims)
	for i := range a.size() {
		switch {
		case to.Real() && a.typ.Real():
			b.real[i] = round(to, a.real[i])
		case to.Real():
			b.real[i] = round(to, float64(a.ints[i]))
		case to == onnxproto.Bool:
			b.ints[i] = truth(a.at(i) != 0)
		case a.typ.Real():
			b.ints[i] = wrap(to, toInt(a.real[i]))
		default:
			b.ints[i] = wrap(to, a.ints[i])
		}
	}
	return b
}

// wrap returns x modulo 2 to the number of the type's bits, in its range.
func wrap(typ onnxproto.DataType, x int64) int64 {
	switch typ {
	case onnxproto.Int8:
		return int64(int8(x))
	case onnxproto.Int16:
		return int64(int16(x))
	case onnxproto.Int32:
		return int64(int32(x))
	case onnxproto.Uint8:
		return int64(uint8(x))
	case onnxproto.Uint16:
		return int64(uint16(x))
	case onnxproto.Uint32:
		return int64(uint32(x))
	}
	return x
}

// toInt cuts the fraction off, and keeps what is out of range at its end.
func toInt(x float64) int64 {
	switch {
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= math.MinInt64:
		return math.MinInt64
	case x != x:
		return 0
	}
	return int64(x)
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// round returns x as a number of the type.
func round(typ onnxproto.DataType, x float64) float64 {
	switch typ {
	case onnxproto.Float64:
		return x
	case onnxproto.Float16:
		return nearest(x, 11, -24, 65504)
	case onnxproto.BFloat16:
		return nearest(x, 8, -133, 0x1.FEp127)
	}
	return float64(float32(x))
}

// nearest returns the number nearest to x of so many bits that are multiples of 2 to the
// power of least, an even one between two; beyond most it is infinite.
func nearest(x float64, bits, least int, most float64) float64 {
	_, exponent := math.Frexp(x)
	unit := math.Ldexp(1, max(exponent-bits, least))
	y := math.RoundToEven(x/unit) * unit
	if math.Abs(y) > most {
		return math.Copysign(math.Inf(1), x)
	}
	return y
}

// fold reduces a over axes by f, from start.
func (a *array) fold(axes []int, keep bool, f func(sum, x float64) float64, start float64) *array {
	full := slices.Clone(a.dims)
	var dims []int
	for i, d := range a.dims {
		switch {
		case !slices.Contains(axes, i):
			dims = append(dims, d)
		case keep:
			dims = append(dims, 1)
		}
		if slices.Contains(axes, i) {
			full[i] = 1
		}
	}
	own := steps(full)
	sums := make([]float64, size(full))
	for i := range sums {
		sums[i] = start
	}
	eachPlace(a.dims, func(i int, at []int) {
		to := 0
		for k, place := range at {
			if full[k] > 1 {
				to += place * own[k]
			}
		}
		sums[to] = f(sums[to], a.at(i))
	})
	out := like(a.typ, dims)
	for i, s := range sums {
		if out.typ.Real() {
			out.real[i] = round(out.typ, s)
		} else {
			out.ints[i] = toInt(s)
		}
	}
	return out
}
