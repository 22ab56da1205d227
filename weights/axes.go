package weights

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// axes says in letters how the axes of a tensor become those of another: OI>IO is the
// transpose, OIHW>HWIO that of a kernel. Letters in parentheses are one axis, of which
// all sizes but one are given: O(CHW)>(HWC)O,H=5,W=5. 1 is an axis of that size.
type axes struct {
	from, to [][]rune // letters of each axis; none: 1
	sizes    map[rune]int
}

func parseAxes(text string) (axes, error) {
	pattern, rest, given := strings.Cut(text, ",")
	left, right, ok := strings.Cut(pattern, ">")
	if !ok {
		return axes{}, fmt.Errorf("axes %q; want those of theirs and of ours, as in OI>IO", text)
	}
	a := axes{sizes: map[rune]int{}}
	var err error
	if a.from, err = groups(left); err == nil {
		a.to, err = groups(right)
	}
	if err != nil {
		return a, fmt.Errorf("axes %q: %w", text, err)
	}
	from, to := slices.Sorted(slices.Values(slices.Concat(a.from...))), slices.Sorted(slices.Values(slices.Concat(a.to...)))
	if !slices.Equal(from, to) {
		return a, fmt.Errorf("axes %q: both sides must have the same letters", text)
	}
	for i := range from {
		if i > 0 && from[i] == from[i-1] {
			return a, fmt.Errorf("axes %q: %c is there twice", text, from[i])
		}
	}
	for part := range strings.SplitSeq(rest, ",") {
		if !given {
			break
		}
		letter, size, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || len(letter) != 1 || !slices.Contains(from, rune(letter[0])) {
			return a, fmt.Errorf("axes %q: %q is no size of a letter, as in H=5", text, part)
		}
		a.sizes[rune(letter[0])] = n
	}
	return a, nil
}

// groups reads one side of a pattern.
func groups(text string) ([][]rune, error) {
	var list [][]rune
	open := false
	for _, r := range text {
		switch {
		case r == '(' && !open:
			open = true
			list = append(list, nil)
		case r == ')' && open && len(list[len(list)-1]) > 0:
			open = false
		case r == '1' && !open:
			list = append(list, nil)
		case r >= 'A' && r <= 'Z' && open:
			list[len(list)-1] = append(list[len(list)-1], r)
		case r >= 'A' && r <= 'Z':
			list = append(list, []rune{r})
		default:
			return nil, errors.New("want capital letters, 1 and parentheses")
		}
	}
	if open {
		return nil, errors.New("a parenthesis is not closed")
	}
	return list, nil
}

// apply returns the view of v with its axes as a says, each letter an axis, and the shape
// that these make.
func (a axes) apply(v view) (out view, shape []int, err error) {
	if len(v.shape) != len(a.from) {
		return v, nil, fmt.Errorf("has %d axes and not %d", len(v.shape), len(a.from))
	}
	size, stride := map[rune]int{}, map[rune]int{}
	for i, letters := range a.from {
		rest, open := v.shape[i], rune(0)
		for _, l := range letters {
			n := a.sizes[l]
			if n == 0 && open != 0 {
				return v, nil, fmt.Errorf("needs the size of %c or %c", open, l)
			}
			if n == 0 {
				open = l
				continue
			}
			if rest%n != 0 {
				return v, nil, fmt.Errorf("has %d at axis %d, which is no multiple of %c=%d", v.shape[i], i, l, n)
			}
			size[l] = n
			rest /= n
		}
		if open != 0 {
			size[open] = rest
		} else if rest != 1 {
			return v, nil, fmt.Errorf("has %d at axis %d and not %d", v.shape[i], i, v.shape[i]/rest)
		}
		step := v.strides[i]
		for _, l := range slices.Backward(letters) {
			stride[l] = step
			step *= size[l]
		}
	}
	out = view{offset: v.offset}
	for _, letters := range a.to {
		n := 1
		for _, l := range letters {
			out.shape, out.strides = append(out.shape, size[l]), append(out.strides, stride[l])
			n *= size[l]
		}
		shape = append(shape, n)
	}
	return out, shape, nil
}
