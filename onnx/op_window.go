package onnx

import (
	"math"
	"slices"

	"descent/graph"
	"descent/internal/onnxproto"
)

// window is how a kernel moves over the axes behind rows and channels.
type window struct {
	kernel, stride, dilation []int
	pad                      [][2]int
	out                      []int
}

// window reads the attributes that convolutions and poolings share, for a kernel and
// an image of the given sizes.
func (n *call) window(image, kernel []int) window {
	k := len(image)
	w := window{kernel: kernel, stride: slices.Repeat([]int{1}, k), dilation: slices.Repeat([]int{1}, k), pad: make([][2]int, k), out: make([]int, k)}
	read := func(name string, into []int) {
		list, ok := n.ints(-1, name)
		if !ok || len(list) == 0 {
			return
		}
		if len(list) != len(into) {
			n.failf("%s %v for %d axes", name, list, len(into))
			return
		}
		copy(into, list)
	}
	read("strides", w.stride)
	read("dilations", w.dilation)
	pads := make([]int, 2*k)
	read("pads", pads)
	for i := range k {
		w.pad[i] = [2]int{pads[i], pads[i+k]}
		if min(w.stride[i], w.dilation[i], kernel[i]) < 1 || min(pads[i], pads[i+k]) < 0 || max(w.stride[i], w.dilation[i], kernel[i], pads[i], pads[i+k]) > maxHost {
			n.failf("kernel %v, strides %v, dilations %v, pads %v", kernel, w.stride, w.dilation, pads)
			return w
		}
		extent := (kernel[i]-1)*w.dilation[i] + 1
		switch auto := n.text("auto_pad", "NOTSET"); auto {
		case "NOTSET", "":
		case "VALID":
			w.pad[i] = [2]int{}
		case "SAME_UPPER", "SAME_LOWER":
			out := (image[i] + w.stride[i] - 1) / w.stride[i]
			total := max(0, (out-1)*w.stride[i]+extent-image[i])
			w.pad[i] = [2]int{total / 2, total - total/2}
			if auto == "SAME_LOWER" {
				w.pad[i] = [2]int{total - total/2, total / 2}
			}
		default:
			n.failf("auto_pad %q", auto)
		}
		w.out[i] = (image[i]+w.pad[i][0]+w.pad[i][1]-extent)/w.stride[i] + 1
		if image[i]+w.pad[i][0]+w.pad[i][1] < extent {
			n.failf("a kernel over %d is larger than its input of %d", extent, image[i]+w.pad[i][0]+w.pad[i][1])
			return w
		}
	}
	return w
}

// image returns v [n, c, ...] as [n, height, width, c]; one axis is an image of
// height 1.
func (n *call) image(v value) graph.Tensor {
	rank := v.rank()
	if rank != 3 && rank != 4 {
		n.failf("its input has %d axes; images of one or two axes are known", rank)
		return n.c.Graph().Const(0)
	}
	x := n.lay(v, channelsLast(rank))
	if rank == 3 && x.Valid() {
		d := x.Type().Dims()
		x = x.Reshape(d[0], 1, d[1], d[2])
	}
	return x
}

// unimage is the reverse for a result of so many axes.
func unimage(x graph.Tensor, rank int) value {
	if rank == 3 && x.Valid() && x.Type().Rank() == 4 {
		d := x.Type().Dims()
		x = x.Reshape(d[0], d[2], d[3])
	}
	return value{typ: onnxproto.Float32, t: x, order: channelsLast(rank)}
}

// two returns sizes of one axis as those of an image of height 1.
func two(sizes []int) [2]int {
	if len(sizes) == 1 {
		return [2]int{1, sizes[0]}
	}
	return [2]int{sizes[0], sizes[1]}
}

func twoPads(pads [][2]int) [2][2]int {
	if len(pads) == 1 {
		return [2][2]int{{}, pads[0]}
	}
	return [2][2]int{pads[0], pads[1]}
}

// kernelOf returns a kernel [o, c, ...] as [height, width, c, o].
func (n *call) kernelOf(v value) graph.Tensor {
	order := append(natural(v.rank())[2:], 1, 0)
	w := n.lay(v, order)
	if v.rank() == 3 && w.Valid() {
		w = w.Reshape(append([]int{1}, w.Type().Dims()...)...)
	}
	return w
}

// convolve is Conv.
func convolve(n *call) []value {
	v, k := n.arg(0), n.arg(1)
	if v.rank() != k.rank() || v.rank() < 3 || v.rank() > 5 {
		n.failf("an input of %d axes and a kernel of %d; one, two or three axes behind rows and channels are known", v.rank(), k.rank())
		return nil
	}
	if sides, given := n.ints(-1, "kernel_shape"); given && !slices.Equal(sides, k.dims()[2:]) {
		n.failf("kernel_shape is %v, and the kernel's %v", sides, k.dims()[2:])
	}
	if groups := n.int("group", 1); groups < 1 {
		n.failf("%d groups; want at least 1", groups)
	}
	w := n.window(v.dims()[2:], k.dims()[2:])
	if n.failed() {
		return nil
	}
	var y value
	if v.rank() == 5 {
		y = n.volume(v, k, w)
	} else {
		t := n.image(v).Conv2D(n.kernelOf(k), graph.Conv{Stride: two(w.stride), Dilation: two(w.dilation), Pad: twoPads(w.pad), Groups: n.int("group", 1)})
		y = unimage(t, v.rank())
	}
	if n.has(2) {
		y = y.with(y.t.Add(n.plain(n.in[2])))
	}
	return []value{y}
}

// volume convolves over depth, too: the sum of convolutions of images, one for each
// place of the kernel along the depth.
func (n *call) volume(v, k value, w window) value {
	order := []int{0, 2, 3, 4, 1}
	x := n.lay(v, order).Pad(1, w.pad[0][0], w.pad[0][1])
	kernel := n.lay(k, []int{2, 3, 4, 1, 0})
	d := x.Type().Dims()
	var sum graph.Tensor
	for z := range w.kernel[0] {
		first := z * w.dilation[0]
		part := n.span(value{typ: v.typ, t: x, order: natural(5)}, 1, first, first+(w.out[0]-1)*w.stride[0]+1, w.stride[0]).t
		image := part.Reshape(d[0]*w.out[0], d[2], d[3], d[4])
		y := image.Conv2D(kernel.Slice(0, z, z+1).Reshape(kernel.Type().Dims()[1:]...), graph.Conv{Stride: two(w.stride[1:]), Dilation: two(w.dilation[1:]), Pad: twoPads(w.pad[1:]), Groups: n.int("group", 1)})
		if z == 0 {
			sum = y
		} else {
			sum = sum.Add(y)
		}
	}
	return value{typ: v.typ, t: sum.Reshape(d[0], w.out[0], w.out[1], w.out[2], -1), order: order}
}

// convTranspose is ConvTranspose, whose kernel is [c, out/group, ...].
func convTranspose(n *call) []value {
	v, k := n.arg(0), n.arg(1)
	rank := v.rank()
	if rank != k.rank() || rank != 3 && rank != 4 {
		n.failf("an input of %d axes and a kernel of %d; one or two axes behind rows and channels are known", rank, k.rank())
		return nil
	}
	image, kernel := v.dims()[2:], k.dims()[2:]
	axes := len(image)
	get := func(name string, or int) []int {
		list, ok := n.ints(-1, name)
		if !ok || len(list) == 0 {
			return slices.Repeat([]int{or}, axes)
		}
		if len(list)%axes != 0 {
			n.failf("%s %v for %d axes", name, list, axes)
			return slices.Repeat([]int{or}, 2*axes)
		}
		return list
	}
	stride, dilation, more := get("strides", 1), get("dilations", 1), get("output_padding", 0)
	pads := get("pads", 0)
	if len(pads) == axes {
		pads = append(pads, pads...)
	}
	shape, given := n.ints(-1, "output_shape")
	auto := n.text("auto_pad", "NOTSET")
	if given && len(shape) == axes+2 {
		shape = shape[2:]
	}
	if n.failed() || given && len(shape) != axes {
		n.failf("output_shape %v for %d axes", shape, axes)
		return nil
	}
	// The whole result without padding is cut, or filled with zeros, to size.
	x := n.image(v)
	w := n.kernelOf(k)
	cfg := graph.Conv{Stride: two(stride), Dilation: two(dilation), Groups: n.int("group", 1)}
	cut, size := make([]int, axes), make([]int, axes)
	for i := range axes {
		full := stride[i]*(image[i]-1) + dilation[i]*(kernel[i]-1) + 1
		switch {
		case given || auto == "SAME_UPPER" || auto == "SAME_LOWER":
			if size[i] = image[i] * stride[i]; given {
				size[i] = shape[i]
			}
			total := max(0, full+more[i]-size[i])
			if cut[i] = total - total/2; auto == "SAME_UPPER" {
				cut[i] = total / 2
			}
		case auto == "VALID":
			size[i] = full + more[i]
		default:
			cut[i], size[i] = pads[i], full+more[i]-pads[i]-pads[i+axes]
		}
		if size[i] < 1 || size[i] > maxHost || cut[i] < 0 {
			n.failf("a result of %v", size)
			return nil
		}
		at, behind := 2-axes+i, full-cut[i]-size[i]
		cfg.Pad[at] = [2]int{cut[i], max(0, behind)}
	}
	sizes := two(size)
	y := x.ConvTranspose2D(w, cfg, [2]int{})
	for i := range 2 {
		if t := y.Type(); t.Rank() == 4 && t.Dim(1+i) < sizes[i] {
			y = y.Pad(1+i, 0, sizes[i]-t.Dim(1+i))
		}
	}
	out := unimage(y, rank)
	if n.has(2) {
		out = out.with(out.t.Add(n.plain(n.in[2])))
	}
	return []value{out}
}

// pool is MaxPool or AveragePool.
func pool(n *call, largest bool) []value {
	v := n.arg(0)
	kernel, _ := n.ints(-1, "kernel_shape")
	if v.rank() < 3 || v.rank() > 5 || len(kernel) != v.rank()-2 {
		n.failf("a window %v over %d axes", kernel, v.rank())
		return nil
	}
	w := n.window(v.dims()[2:], kernel)
	if n.failed() {
		return nil
	}
	counted := !largest && n.int("count_include_pad", 0) != 0
	extra := make([]int, len(kernel)) // behind, for results whose window is cut off
	for i := range kernel {
		if n.int("ceil_mode", 0) == 0 || n.text("auto_pad", "NOTSET") != "NOTSET" {
			continue
		}
		extent := (kernel[i]-1)*w.dilation[i] + 1
		total := v.dims()[2+i] + w.pad[i][0] + w.pad[i][1]
		if rest := (total - extent) % w.stride[i]; rest > 0 && w.out[i]*w.stride[i] < v.dims()[2+i]+w.pad[i][0] {
			w.out[i]++
			extra[i] = w.stride[i] - rest
		}
	}
	plain := v.rank() < 5 && !slices.ContainsFunc(w.dilation, func(d int) bool { return d != 1 })
	for i, p := range w.pad {
		plain = plain && max(p[0], p[1]+extra[i]) < kernel[i]
	}
	if !plain || counted && slices.ContainsFunc(extra, func(e int) bool { return e > 0 }) {
		return []value{n.taps(v, w, largest, counted)}
	}
	p := graph.Pool{Window: two(kernel), Stride: two(w.stride), CountPadding: counted}
	pad := slices.Clone(w.pad)
	for i := range pad {
		pad[i][1] += extra[i]
	}
	p.Pad = twoPads(pad)
	x := n.image(v)
	if largest {
		return []value{unimage(x.MaxPool2D(p), v.rank())}
	}
	return []value{unimage(x.AvgPool2D(p), v.rank())}
}

// maxTaps bounds windows that are pooled place by place.
const maxTaps = 1 << 10

// taps pools by its definition, any number of axes and with gaps: over the places of
// the window, of what each sees of the whole image.
func (n *call) taps(v value, w window, largest, counted bool) value {
	order := channelsLast(v.rank())
	t := n.lay(v, order)
	fill := 0.0
	if largest {
		fill = math.Inf(-1)
	}
	ones := n.c.Graph().Const(1).BroadcastTo(t.Type())
	for i, p := range w.pad {
		need := (w.out[i]-1)*w.stride[i] + (w.kernel[i]-1)*w.dilation[i] + 1
		behind := max(0, need-t.Dim(1+i)-p[0])
		one := 0.0
		if counted {
			one = 1
		}
		pad := value{typ: v.typ, t: t, order: natural(v.rank())}
		t = n.padAxis(pad, 1+i, p[0], behind, "constant", fill).t
		within := n.padAxis(value{typ: v.typ, t: ones, order: natural(v.rank())}, 1+i, p[0], min(behind, p[1]), "constant", one)
		ones = n.padAxis(within, 1+i, 0, max(0, behind-p[1]), "constant", 0).t
	}
	var sum, count graph.Tensor
	if size(w.kernel) > maxTaps {
		n.failf("a window %v of more than %d places, with gaps or cut off", w.kernel, maxTaps)
		return v
	}
	eachPlace(w.kernel, func(tap int, at []int) {
		see := func(t graph.Tensor) graph.Tensor {
			x := value{typ: v.typ, t: t, order: natural(v.rank())}
			for i := range at {
				first := at[i] * w.dilation[i]
				x = n.span(x, 1+i, first, first+(w.out[i]-1)*w.stride[i]+1, w.stride[i])
			}
			return n.plain(x)
		}
		x := see(t)
		switch {
		case tap == 0:
			sum = x
		case largest:
			sum = sum.Max(x)
		default:
			sum = sum.Add(x)
		}
		if !largest {
			if one := see(ones); tap == 0 {
				count = one
			} else {
				count = count.Add(one)
			}
		}
	})
	if !largest {
		sum = sum.Div(count)
	}
	return value{typ: v.typ, t: sum, order: order}
}

// global pools over all axes behind rows and channels, which stay with size 1.
func global(n *call, f func(x graph.Tensor, axes ...int) graph.Tensor) []value {
	v := n.dense(n.arg(0))
	var axes []int
	for i, axis := range v.order {
		if axis > 1 {
			axes = append(axes, i)
		}
	}
	if len(axes) == 0 {
		return []value{v}
	}
	return []value{v.with(f(v.t, axes...))}
}
