package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/data"
	"descent/internal/canonical"
)

// Views says which views of an image a model predicts from, for test-time
// augmentation: its prediction is the mean over all of them. The zero value is
// the image alone.
type Views struct {
	Flip  bool // also left to right
	Shift int  // pixels; also moved so far up and down, left and right and both, with 0 coming in: nine places
}

// view is one of them: pixel (y, x) is that of the image at (y + dy, x + dx), 0
// outside, where x counts from the other side if flipped.
type view struct {
	dy, dx int
	flip   bool
}

// list returns all views, the image itself first.
func (v Views) list() []view {
	offsets := []int{0}
	if v.Shift > 0 {
		offsets = []int{0, -v.Shift, v.Shift}
	}
	var all []view
	for _, flip := range []bool{false, true} {
		for _, dy := range offsets {
			for _, dx := range offsets {
				if !flip || v.Flip {
					all = append(all, view{dy, dx, flip})
				}
			}
		}
	}
	return all
}

// Fits returns an error if samples of the given shape have no such views: if
// they are no images, or a shift leaves nothing of them.
func (v Views) Fits(input []int) error {
	switch {
	case v == Views{}:
		return nil
	case v.Shift < 0:
		return fmt.Errorf("model: views shifted by %d pixels; want 0 or more", v.Shift)
	case len(input) != 3:
		return fmt.Errorf("model: samples of shape %v have no views; only images [height width channels] do", input)
	case v.Shift >= input[0] || v.Shift >= input[1]:
		return fmt.Errorf("model: views shifted by %d pixels show nothing of images of %v", v.Shift, input)
	}
	return nil
}

// String returns the short form that [ParseViews] reads; "none" for the image
// alone.
func (v Views) String() string {
	var words []string
	if v.Flip {
		words = append(words, "flip")
	}
	if v.Shift != 0 {
		words = append(words, "shift:"+strconv.Itoa(v.Shift))
	}
	if words == nil {
		return "none"
	}
	return strings.Join(words, ",")
}

// ParseViews reads the short form of Views, such as "flip,shift:1"; "none" or
// nothing is the zero value.
func ParseViews(text string) (Views, error) {
	var v Views
	if text == "" || text == "none" {
		return v, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		word, value, given := strings.Cut(strings.TrimSpace(part), ":")
		pixels, err := strconv.Atoi(value)
		switch {
		case word == "flip" && !given && !v.Flip:
			v.Flip = true
		case word == "shift" && err == nil && pixels > 0 && v.Shift == 0:
			v.Shift = pixels
		default:
			return Views{}, fmt.Errorf("model: views %q: %q is none; want flip, shift and a number of pixels, or both, such as flip,shift:1", text, part)
		}
	}
	return v, nil
}

// Views returns the model, with the same weights, as one whose predictions are
// means over views of each image: class by class of the probabilities, or
// target by target. A [Report]'s Loss is the mean of the views' losses; its Plain
// for classes is that of the mean probabilities.
//
// Each view costs a forward pass. Files of the model do not keep it.
func (m *Model) Views(v Views) (*Model, error) {
	if err := v.Fits(m.net.Spec.Input); err != nil {
		return nil, err
	}
	c := m.clone()
	c.views = v
	return c, nil
}

// write writes a view of the images in x, each [h, w, c], to to.
func (v view) write(to, x []float32, h, w, c int) {
	for row := 0; row*w*c < len(x); row++ { // of all images, h of each
		line := to[row*w*c : (row+1)*w*c]
		if y := row%h + v.dy; y < 0 || y >= h {
			clear(line)
			continue
		}
		from := x[(row+v.dy)*w*c : (row+v.dy+1)*w*c]
		for at := range w {
			pixel, sx := line[at*c:(at+1)*c], at+v.dx
			if v.flip {
				sx = w - 1 - sx
			}
			if sx < 0 || sx >= w {
				clear(pixel)
				continue
			}
			copy(pixel, from[sx*c:])
		}
	}
}

// runViews is run for the mean over the predictor's views.
func (p *predictor) runViews(rows int, b *data.Batch, losses bool) (*predicted, error) {
	in, x := p.net.Spec.Input, b.X
	if len(p.seen) < len(x) {
		p.seen = make([]float32, len(x))
	}
	sums := make([][]float64, len(p.net.Objective))
	var lossSums []float64
	var plain [][]float32 // of each view
	for _, v := range p.views {
		seen := *b
		seen.X = p.seen[:len(x)]
		v.write(seen.X, x, in[0], in[1], in[2])
		one, err := p.runOnce(rows, &seen, losses)
		if err != nil {
			return nil, err
		}
		for i, values := range one.values {
			sums[i] = addTo(sums[i], values)
		}
		lossSums = addTo(lossSums, one.losses)
		plain = append(plain, slices.Clone(one.plain))
	}
	out := &predicted{losses: meanOf(lossSums, len(p.views))}
	for _, s := range sums {
		out.values = append(out.values, meanOf(s, len(p.views)))
	}
	out.plain = out.losses
	if p.net.Objective.Probable() {
		out.plain = logLosses(plain)
	}
	return out, nil
}

// logLosses returns -log of the mean probability of the true class of each
// row, from -log of that which each view gives it.
func logLosses(views [][]float32) []float32 {
	out := make([]float32, len(views[0]))
	for row := range out {
		least := math.Inf(1)
		for _, v := range views {
			least = min(least, float64(v[row]))
		}
		sum := 0.0
		for _, v := range views {
			sum += canonical.Exp2((least - float64(v[row])) * math.Log2E)
		}
		out[row] = float32(least - canonical.Log(sum/float64(len(views))))
	}
	return out
}

// addTo adds x to sums, which starts as nil.
func addTo(sums []float64, x []float32) []float64 {
	if sums == nil {
		sums = make([]float64, len(x))
	}
	for i, v := range x {
		sums[i] += float64(v)
	}
	return sums
}

func meanOf(sums []float64, n int) []float32 {
	out := make([]float32, len(sums))
	for i, s := range sums {
		out[i] = float32(s / float64(n))
	}
	return out
}
