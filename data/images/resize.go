package images

import "math"

// resizer scales images of one size to another. It keeps its weights and its
// buffer from one image to the next.
//
// Each axis is filtered by a triangle, as wide as two pixels of the coarser
// side: bilinear interpolation to enlarge, and an average weighted by area to
// shrink, so that nothing is skipped. Weights are whole multiples of 2⁻¹⁴, so
// every machine makes the same bytes. Between the axes, values of 8 bits keep 6
// of fraction, those of 16 bits none, so that sums fit into 32 bits.
//
// Equal, to a unit of rounding, to Pillow's Image.resize with BILINEAR.
type resizer struct {
	h, w, toH, toW int
	rows, columns  taps
	middle         []int32
}

// taps are the weights of one axis: pixel i is the sum of weight[i] times the
// pixels from first[i].
type taps struct {
	first  []int
	weight [][]int32
}

const tapBits = 14

func newTaps(from, to int) taps {
	scale := float64(from) / float64(to)
	radius := max(1, scale)
	t := taps{make([]int, to), make([][]int32, to)}
	for i := range to {
		center := float64((float64(i) + 0.5) * scale)
		first := max(0, int(center-radius+0.5))
		last := min(from, int(center+radius+0.5))
		sum, w := 0.0, make([]float64, last-first)
		for j := range w {
			distance := math.Abs(float64(first+j)+0.5-center) / radius
			w[j] = max(0, 1-distance)
			sum += w[j]
		}
		t.first[i], t.weight[i] = first, quantized(w, sum)
	}
	return t
}

// quantized rounds weights so that they add up to 1, by their running sum.
func quantized(w []float64, sum float64) []int32 {
	out := make([]int32, len(w))
	running, given := 0.0, int32(0)
	for j, v := range w {
		running += v
		upTo := int32(math.Round(running / sum * (1 << tapBits)))
		out[j], given = upTo-given, upTo
	}
	return out
}

// resize scales [h w channels] to [toH toW channels].
func resize[P pixel](r *resizer, to, from []P, h, w, toH, toW, channels int) {
	if r.h != h || r.toH != toH || r.rows.first == nil {
		r.h, r.toH, r.rows = h, toH, newTaps(h, toH)
	}
	if r.w != w || r.toW != toW || r.columns.first == nil {
		r.w, r.toW, r.columns = w, toW, newTaps(w, toW)
	}
	if need := h * toW * channels; len(r.middle) < need {
		r.middle = make([]int32, need)
	}
	most := int32(^P(0))
	fraction := 0 // bits of it
	if most == 255 {
		fraction = 6
	}
	for y := range h {
		line := from[y*w*channels : (y+1)*w*channels]
		for x := range toW {
			first := r.columns.first[x]
			for c := range channels {
				sum := int32(1 << (tapBits - fraction - 1))
				for j, weight := range r.columns.weight[x] {
					sum += weight * int32(line[(first+j)*channels+c])
				}
				r.middle[(y*toW+x)*channels+c] = sum >> (tapBits - fraction)
			}
		}
	}
	width := toW * channels
	for y := range toH {
		first := r.rows.first[y]
		for k := range width {
			sum := int32(1 << (tapBits + fraction - 1))
			for j, weight := range r.rows.weight[y] {
				sum += weight * r.middle[(first+j)*width+k]
			}
			to[y*width+k] = P(min(most, sum>>(tapBits+fraction)))
		}
	}
}
