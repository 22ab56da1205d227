package augment

import "descent/internal/rng"

// Varier varies the images of one set. It holds no state but its scratch,
// which one goroutine uses at a time.
type Varier struct {
	Config
	h, w, c int // of an image
	warps   bool
	Own     rng.Key // draws of a row
	Partner rng.Key // draws of the row that is mixed into it
	mix     rng.Key // draws of the mixture
	rows    int     // of the set, which partners come from
	Size    int
}

// New varies the images of a set of so many rows as a says, in an epoch.
func New(a Config, height, width, channels, rows int, seed uint64, epoch int) *Varier {
	key := func(name string) rng.Key {
		return rng.Key{Seed: seed, Stream: rng.Stream(name), Draw: uint32(epoch)}
	}
	return &Varier{
		Config: a, h: height, w: width, c: channels, Size: height * width * channels,
		warps: a.Shift > 0 || a.Rotate > 0 || a.Scale > 0,
		Own:   key("augment"), Partner: key("augment/partner"), mix: key("augment/mix"),
		rows: rows,
	}
}

// The draws of a row, by what they are for.
const (
	drawCropY = iota
	drawCropX
	drawFlip
	drawVFlip
	drawShiftY
	drawShiftX
	drawRotate
	drawScale
	drawBrightness
	drawContrast
	drawSaturation
	drawCutY
	drawCutX
	drawsPerRow = 16
)

// drawn is the part of a stream that belongs to one row.
type drawn struct {
	key  rng.Key
	base int
}

// uniform returns a draw on (0, 1).
func (d drawn) uniform(i int) float64 { return d.key.Float64(d.base + i) }

// within returns a draw on (-most, most).
func (d drawn) within(i int, most float64) float64 { return float64((2*d.uniform(i) - 1) * most) }

// below returns a whole number in [0, n).
func (d drawn) below(i, n int) int { return min(int(d.uniform(i)*float64(n)), n-1) }

// Vary writes the image from, varied as row is, to to; the two may not overlap.
func (a *Varier) Vary(to, from []float32, key rng.Key, row int) {
	d := drawn{key, row * drawsPerRow}
	a.place(to, from, d)
	if a.Brightness > 0 || a.Contrast > 0 {
		a.light(to, d)
	}
	if a.Saturation > 0 {
		saturate(to, float32(1+d.within(drawSaturation, a.Saturation)))
	}
	if a.Cutout > 0 {
		y, x := d.below(drawCutY, a.h)-a.Cutout/2, d.below(drawCutX, a.w)-a.Cutout/2
		a.rectangle(y, y+a.Cutout, x, x+a.Cutout, func(start, end int) { clear(to[start:end]) })
	}
}

// rectangle visits the rows of values in a rectangle, clipped to the image.
func (a *Varier) rectangle(top, bottom, left, right int, visit func(start, end int)) {
	top, bottom = max(0, top), min(a.h, bottom)
	left, right = max(0, left), min(a.w, right)
	for y := top; y < bottom && left < right; y++ {
		visit((y*a.w+left)*a.c, (y*a.w+right)*a.c)
	}
}

// place writes the image warped, cropped and flipped:
//
//	to(y, x) = warped(y' + dy, x' + dx), 0 outside
//
// where y' and x' count from the other side if flipped, and dy, dx in
// [-Crop, Crop] say where in the padded image the crop lies.
func (a *Varier) place(to, from []float32, d drawn) {
	dy, dx := 0, 0
	if a.Crop > 0 {
		dy, dx = d.below(drawCropY, 2*a.Crop+1)-a.Crop, d.below(drawCropX, 2*a.Crop+1)-a.Crop
	}
	flip := a.Flip && d.uniform(drawFlip) < 0.5
	vflip := a.VFlip && d.uniform(drawVFlip) < 0.5
	var w warp
	if a.warps {
		w = a.newWarp(d)
	}
	width := a.w * a.c
	for y := range a.h {
		line := to[y*width : (y+1)*width]
		sy := y + dy
		if vflip {
			sy = a.h - 1 - y + dy
		}
		switch {
		case sy < 0 || sy >= a.h:
			clear(line)
		case a.warps:
			a.warpLine(line, from, &w, sy, dx, flip)
		case flip:
			a.flipLine(line, from[sy*width:(sy+1)*width], dx)
		default:
			cropLine(line, from[sy*width:(sy+1)*width], dx*a.c)
		}
	}
}

// cropLine sets line[i] = from[i+shift], 0 outside.
func cropLine(line, from []float32, shift int) {
	n := len(line)
	switch {
	case shift >= n || -shift >= n:
		clear(line)
	case shift >= 0:
		clear(line[copy(line, from[shift:]):])
	default:
		clear(line[:-shift])
		copy(line[-shift:], from)
	}
}

// flipLine sets pixel x of line to pixel w-1-x+dx of from, 0 outside.
func (a *Varier) flipLine(line, from []float32, dx int) {
	for x := range a.w {
		sx := a.w - 1 - x + dx
		pixel := line[x*a.c : (x+1)*a.c]
		if sx < 0 || sx >= a.w {
			clear(pixel)
			continue
		}
		copy(pixel, from[sx*a.c:(sx+1)*a.c])
	}
}

// light changes brightness and contrast: with β added to all values and m the
// mean of a channel after that, x = m + γ(x - m).
func (a *Varier) light(x []float32, d drawn) {
	beta := float32(d.within(drawBrightness, a.Brightness))
	gamma := float32(1 + d.within(drawContrast, a.Contrast))
	if a.c == 3 {
		light3(x, beta, gamma)
		return
	}
	for c := range a.c {
		sum := 0.0
		for i := c; i < len(x); i += a.c {
			x[i] += beta
			sum += float64(x[i])
		}
		m := float32(sum / float64(a.h*a.w))
		for i := c; i < len(x); i += a.c {
			x[i] = m + float32(gamma*(x[i]-m))
		}
	}
}

// light3 is light for three channels, whose sums do not wait for each other.
func light3(x []float32, beta, gamma float32) {
	var red, green, blue float64
	for at := x; len(at) >= 3; at = at[3:] {
		at[0], at[1], at[2] = at[0]+beta, at[1]+beta, at[2]+beta
		red, green, blue = red+float64(at[0]), green+float64(at[1]), blue+float64(at[2])
	}
	n := float64(len(x) / 3)
	r, g, b := float32(red/n), float32(green/n), float32(blue/n)
	for at := x; len(at) >= 3; at = at[3:] {
		at[0] = r + float32(gamma*(at[0]-r))
		at[1] = g + float32(gamma*(at[1]-g))
		at[2] = b + float32(gamma*(at[2]-b))
	}
}

// saturate sets each of a pixel's three values to m + σ(x - m), where m is
// their mean.
func saturate(x []float32, sigma float32) {
	for ; len(x) >= 3; x = x[3:] {
		m := float32((x[0] + x[1] + x[2]) * (1.0 / 3))
		x[0] = m + float32(sigma*(x[0]-m))
		x[1] = m + float32(sigma*(x[1]-m))
		x[2] = m + float32(sigma*(x[2]-m))
	}
}
