package onnx

import (
	"math"
	"slices"
)

// resize gives images another size: along each axis a product with a matrix of
// weights, or places that are taken, where a number comes from one place.
func resize(n *call) []value {
	v := n.arg(0)
	in := v.dims()
	roiAt, scalesAt, sizesAt := 1, 2, 3
	r := resampling{
		mode: n.text("mode", "nearest"), at: n.text("coordinate_transformation_mode", "half_pixel"),
		nearest: n.text("nearest_mode", "round_prefer_floor"), a: n.float("cubic_coeff_a", -0.75),
		exclude: n.int("exclude_outside", 0) != 0, smooth: n.int("antialias", 0) != 0, outside: n.float("extrapolation_value", 0),
	}
	if n.Op == "Upsample" || n.net.Opset < 11 {
		roiAt, scalesAt, sizesAt = -1, 1, -1
		r.at, r.nearest = "asymmetric", "floor"
	}
	axes := n.axes(-1, len(in), true)
	var scales, sizes, roi []float64
	read := func(i int, what string) []float64 {
		if i < 0 || !n.has(i) || size(n.in[i].dims()) == 0 {
			return nil
		}
		return n.known(i, what).values()
	}
	scales, sizes = read(scalesAt, "scales"), read(sizesAt, "sizes")
	if r.at == "tf_crop_and_resize" {
		roi = read(roiAt, "roi")
	}
	if a, ok := n.attribute("scales"); ok && scales == nil {
		scales = floats(a.Floats)
	}
	switch {
	case n.failed():
		return nil
	case scales == nil && sizes == nil:
		n.failf("neither scales nor sizes are given")
	case scales != nil && len(scales) != len(axes) || scales == nil && len(sizes) != len(axes):
		n.failf("%d scales, %d sizes for %d axes", len(scales), len(sizes), len(axes))
	case roi != nil && len(roi) != 2*len(axes):
		n.failf("%d numbers of roi for %d axes", len(roi), len(axes))
	case r.at == "tf_crop_and_resize" && roi == nil:
		n.failf("tf_crop_and_resize without roi")
	case !slices.Contains([]string{"nearest", "linear", "cubic", "bilinear"}, r.mode):
		n.failf("mode %q; nearest, linear and cubic are known", r.mode)
	}
	if n.failed() {
		return nil
	}
	if scales == nil {
		scales = make([]float64, len(axes))
		for i, axis := range axes {
			scales[i] = sizes[i] / float64(in[axis])
		}
		// Sizes may be bounds within which the shape is kept.
		if policy := n.text("keep_aspect_ratio_policy", "stretch"); policy != "stretch" {
			s := slices.Min(scales)
			if policy == "not_smaller" {
				s = slices.Max(scales)
			}
			for i, axis := range axes {
				scales[i], sizes[i] = s, math.Floor(float64(s*float64(in[axis]))+0.5)
			}
		}
	}
	v = n.dense(v)
	for i, axis := range axes {
		r.scale, r.in = scales[i], in[axis]
		r.out = int(math.Floor(float64(in[axis]) * scales[i]))
		if sizes != nil {
			r.out = int(sizes[i])
		}
		if !(scales[i] > 0) || r.out < 1 || r.out > maxHost || r.mode != "nearest" && r.out > maxHost/2/max(1, r.in) {
			n.failf("scale %v of axis %d, which has %d", scales[i], axis, r.in)
			return nil
		}
		if r.roi = [2]float64{0, 1}; roi != nil {
			r.roi = [2]float64{roi[i], roi[i+len(axes)]}
		}
		if r.out == r.in && (scales[i] == 1 || sizes != nil) && roi == nil {
			continue
		}
		if v = n.resample(v, axis, r); n.failed() {
			return nil
		}
	}
	return []value{v}
}

// resampling says how the places of an axis are made of others.
type resampling struct {
	mode, at, nearest string
	a                 float64 // of cubic weights
	exclude, smooth   bool
	outside           float64
	scale             float64
	in, out           int
	roi               [2]float64
}

// resample resizes one axis.
func (n *call) resample(v value, axis int, r resampling) value {
	beyond := make([]bool, r.out)
	places := make([]int, r.out)
	var matrix []float64 // of the other modes
	if r.mode != "nearest" {
		matrix = make([]float64, r.in*r.out)
	}
	any := false
	for i := range r.out {
		x := r.place(i)
		if math.IsNaN(x) {
			n.failf("coordinate_transformation_mode %q is not known", r.at)
			return v
		}
		if r.at == "tf_crop_and_resize" && (x < 0 || x > float64(r.in-1)) {
			beyond[i], any = true, true
		}
		if r.mode == "nearest" {
			places[i] = r.near(x)
			continue
		}
		for place, weight := range r.weights(x) {
			matrix[place*r.out+i] += weight
		}
	}
	order := append(slices.DeleteFunc(slices.Clone(v.order), func(a int) bool { return a == axis }), axis)
	if r.mode == "nearest" {
		v = n.nearestPlaces(v, axis, places)
	} else {
		m := n.c.Graph().Vector(matrix).Reshape(r.in, r.out)
		v = value{typ: v.typ, t: n.lay(v, order).MatMul(m), order: order}
		if rank := v.t.Type().Rank(); rank == 1 {
			n.failf("%w", errRank)
		}
	}
	if any {
		mask := make([]float64, r.out)
		for i, b := range beyond {
			mask[i] = float64(truth(b))
		}
		t := n.lay(v, order)
		v = value{typ: v.typ, t: n.c.Graph().Vector(mask).Select(t.Const(r.outside), t), order: order}
	}
	return v
}

// nearestPlaces takes places; each of them the same number of times is a repetition,
// which moves nothing between axes.
func (n *call) nearestPlaces(v value, axis int, places []int) value {
	size := v.dims()[axis]
	times := len(places) / size
	for i, p := range places {
		if times < 1 || p != i/times || len(places)%size != 0 {
			return n.places(v, axis, places)
		}
	}
	at := v.where(axis)
	dims := v.t.Type().Dims()
	parts := slices.Insert(slices.Clone(dims), at+1, 1)
	repeated := slices.Clone(parts)
	repeated[at+1] = times
	dims[at] *= times
	if len(parts) > 6 {
		return n.places(v, axis, places)
	}
	return v.with(v.t.Reshape(parts...).BroadcastTo(shapeOfInts(repeated)).Reshape(dims...))
}

// place is where the result's place i lies in the operand.
func (r resampling) place(i int) float64 {
	x, out, in := float64(i), float64(r.out), float64(r.in)
	switch r.at {
	case "half_pixel":
		return (x+0.5)/r.scale - 0.5
	case "half_pixel_symmetric":
		whole := r.scale * in
		return float64(in/2*(1-out/whole)) + (x+0.5)/r.scale - 0.5
	case "pytorch_half_pixel":
		if out == 1 {
			return 0
		}
		return (x+0.5)/r.scale - 0.5
	case "align_corners":
		if out == 1 {
			return 0
		}
		return x * (in - 1) / (out - 1)
	case "asymmetric":
		return x / r.scale
	case "tf_half_pixel_for_nn":
		return (x + 0.5) / r.scale
	case "tf_crop_and_resize":
		if out == 1 {
			return 0.5 * (r.roi[0] + r.roi[1]) * (in - 1)
		}
		return float64(r.roi[0]*(in-1)) + x*(r.roi[1]-r.roi[0])*(in-1)/(out-1)
	}
	return math.NaN()
}

func (r resampling) near(x float64) int {
	var p float64
	switch r.nearest {
	case "floor":
		p = math.Floor(x)
	case "ceil":
		p = math.Ceil(x)
	case "round_prefer_ceil":
		p = math.Floor(x + 0.5)
	default:
		p = math.Ceil(x - 0.5)
	}
	return max(0, min(int(p), r.in-1))
}

// weights are those of the places around x. Smoothing stretches them where there are
// fewer results than places.
func (r resampling) weights(x float64) map[int]float64 {
	stretch := 1.0
	if r.smooth && r.scale < 1 {
		stretch = r.scale
	}
	radius := 1.0
	if r.mode == "cubic" {
		radius = 2
	}
	list := map[int]float64{}
	sum := 0.0
	first, last := int(math.Ceil(x-radius/stretch)), int(math.Floor(x+radius/stretch))
	for p := first; p <= last; p++ {
		w := r.kernel((x - float64(p)) * stretch)
		if r.exclude && (p < 0 || p >= r.in) {
			continue
		}
		list[max(0, min(p, r.in-1))] += w
		sum += w
	}
	for p := range list {
		list[p] /= sum
	}
	return list
}

// kernel is the weight of a place that is d away: linear, or the cubic of Keys.
func (r resampling) kernel(d float64) float64 {
	d = math.Abs(d)
	if r.mode != "cubic" {
		return max(0, 1-d)
	}
	switch {
	case d <= 1:
		return float64(float64(float64((r.a+2)*d)*d)*d) - float64(float64((r.a+3)*d)*d) + 1
	case d < 2:
		return float64(float64(float64(r.a*d)*d)*d) - float64(float64(5*r.a*d)*d) + float64(8*r.a*d) - float64(4*r.a)
	}
	return 0
}
