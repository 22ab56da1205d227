package weights

import (
	"fmt"
	"strconv"
	"strings"
)

// view is where the elements of an array are.
type view struct {
	shape, strides []int
	offset         int
}

// whole is the view of a row-major array.
func whole(shape []int) view {
	v := view{shape: shape, strides: make([]int, len(shape))}
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		v.strides[i] = step
		step *= shape[i]
	}
	return v
}

func (v view) size() int {
	n := 1
	for _, d := range v.shape {
		n *= d
	}
	return n
}

// places yields where each element is, row-major.
func (v view) places(yield func(int) bool) {
	if v.size() == 0 {
		return
	}
	index, at := make([]int, len(v.shape)), v.offset
	for {
		if !yield(at) {
			return
		}
		axis := len(v.shape) - 1
		for ; axis >= 0; axis-- {
			index[axis]++
			at += v.strides[axis]
			if index[axis] < v.shape[axis] {
				break
			}
			at -= index[axis] * v.strides[axis]
			index[axis] = 0
		}
		if axis < 0 {
			return
		}
	}
}

// part returns the elements that a piece such as [0:64,:] or [1] or [:,::-1] has, in
// the manner of NumPy: from:to, :, one index, which takes the axis away, and ::-1, which
// turns it round.
func (v view) part(piece string) (view, error) {
	if piece == "" {
		return v, nil
	}
	inner, ok := strings.CutPrefix(piece, "[")
	inner, end := strings.CutSuffix(inner, "]")
	ranges := strings.Split(inner, ",")
	if !ok || !end || len(ranges) > len(v.shape) {
		return v, fmt.Errorf("the piece %s does not fit %v; want such as [0:64,:]", piece, v.shape)
	}
	out := view{offset: v.offset}
	for i, size := range v.shape {
		text := ":"
		if i < len(ranges) {
			text = ranges[i]
		}
		from, to, ranged := strings.Cut(text, ":")
		stride := v.strides[i]
		switch {
		case text == "::-1":
			out.offset += max(size-1, 0) * stride
			out.shape, out.strides = append(out.shape, size), append(out.strides, -stride)
			continue
		case !ranged:
			to = from
		case to == "":
			to = strconv.Itoa(size)
		}
		if ranged && from == "" {
			from = "0"
		}
		a, err := strconv.Atoi(from)
		b, wrong := strconv.Atoi(to)
		if !ranged {
			b++
		}
		if err != nil || wrong != nil || a < 0 || b > size || a >= b {
			return v, fmt.Errorf("the piece %s does not fit %v", piece, v.shape)
		}
		out.offset += a * stride
		if ranged {
			out.shape, out.strides = append(out.shape, b-a), append(out.strides, stride)
		}
	}
	return out, nil
}
