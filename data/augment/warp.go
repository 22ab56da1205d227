package augment

import (
	"math"

	"descent/internal/canonical"
)

// warp maps a pixel of the warped image to a point of the image:
//
//	p = R⁻¹(p' - centre - shift)/scale + centre
type warp struct{ yy, yx, y0, xy, xx, x0 float64 }

func (a *Varier) newWarp(d drawn) warp {
	shiftY := float64(d.within(drawShiftY, a.Shift) * float64(a.h))
	shiftX := float64(d.within(drawShiftX, a.Shift) * float64(a.w))
	sin, cos := canonical.Sincos(d.within(drawRotate, a.Rotate) * (math.Pi / 180)) // to the left if positive
	scale := 1 + d.within(drawScale, a.Scale)
	sin, cos = sin/scale, cos/scale
	centreY, centreX := float64(float64(a.h-1)/2), float64(float64(a.w-1)/2)
	y, x := centreY+shiftY, centreX+shiftX
	return warp{
		yy: cos, yx: sin, y0: centreY - float64(cos*y) - float64(sin*x),
		xx: cos, xy: -sin, x0: centreX - float64(cos*x) + float64(sin*y),
	}
}

// warpLine writes line sy of the warped image, cropped and flipped.
func (a *Varier) warpLine(line, from []float32, w *warp, sy, dx int, flip bool) {
	y0, x0 := float64(w.yy*float64(sy))+w.y0, float64(w.xy*float64(sy))+w.x0
	bottom, right := float64(a.h), float64(a.w)
	for x := range a.w {
		sx := x + dx
		if flip {
			sx = a.w - 1 - x + dx
		}
		pixel := line[x*a.c : (x+1)*a.c]
		py, px := y0+float64(w.yx*float64(sx)), x0+float64(w.xx*float64(sx))
		if sx < 0 || sx >= a.w || !(py > -1 && py < bottom && px > -1 && px < right) {
			clear(pixel)
			continue
		}
		fy, fx := int(py+1)-1, int(px+1)-1 // the floors
		wy, wx := float32(py-float64(fy)), float32(px-float64(fx))
		if fy >= 0 && fy+1 < a.h && fx >= 0 && fx+1 < a.w {
			i := (fy*a.w + fx) * a.c
			a.inside(pixel, from[i:i+2*a.c], from[i+a.w*a.c:i+a.w*a.c+2*a.c], wy, wx)
		} else {
			a.atEdge(pixel, from, fy, fx, wy, wx)
		}
	}
}

// inside interpolates between two pixels above and two below.
func (a *Varier) inside(pixel, top, bottom []float32, wy, wx float32) {
	if a.c == 3 {
		pixel, top, bottom = pixel[:3], top[:6], bottom[:6]
		pixel[0] = between(top[0], top[3], bottom[0], bottom[3], wy, wx)
		pixel[1] = between(top[1], top[4], bottom[1], bottom[4], wy, wx)
		pixel[2] = between(top[2], top[5], bottom[2], bottom[5], wy, wx)
		return
	}
	for c := range pixel {
		pixel[c] = between(top[c], top[c+a.c], bottom[c], bottom[c+a.c], wy, wx)
	}
}

// atEdge interpolates where pixels outside the image, which are 0, take part.
func (a *Varier) atEdge(pixel, from []float32, y, x int, wy, wx float32) {
	at := func(y, x, c int) float32 {
		if y < 0 || y >= a.h || x < 0 || x >= a.w {
			return 0
		}
		return from[(y*a.w+x)*a.c+c]
	}
	for c := range pixel {
		pixel[c] = between(at(y, x, c), at(y, x+1, c), at(y+1, x, c), at(y+1, x+1, c), wy, wx)
	}
}

// between interpolates in both directions.
func between(topLeft, topRight, bottomLeft, bottomRight, wy, wx float32) float32 {
	top := topLeft + float32(wx*(topRight-topLeft))
	bottom := bottomLeft + float32(wx*(bottomRight-bottomLeft))
	return top + float32(wy*(bottom-top))
}
