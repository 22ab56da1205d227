package images

import (
	"image"
	"image/color"
)

// pixel is how a value of an image is kept.
type pixel interface{ uint8 | uint16 }

// rasterize writes an image as values of 8 or 16 bits, [height width channels],
// with 1 channel for grey and 3 for red, green and blue, turned as its header
// says. Transparent pixels, and those that a GIF's first frame leaves out, lie
// on white. Of 16 bits, 8 keep the upper ones; 8 bits become 16 times 257.
//
// Colour becomes grey as (19595 R + 38470 G + 7471 B)/65536, the luma of ITU-R
// BT.601.
func rasterize[P pixel](to []P, img image.Image, head imageHead, channels int) {
	if o := head.turn; o > 1 {
		head.turn = 0
		if o.swaps() {
			head.width, head.height = head.height, head.width
		}
		raw := make([]P, head.height*head.width*channels)
		rasterize(raw, img, head, channels)
		turned(o, to, raw, head.height, head.width, channels)
		return
	}
	switch to := any(to).(type) {
	case []uint8:
		narrowRaster(to, img, head, channels)
	case []uint16:
		wideRaster(to, img, head, channels)
	}
}

// narrowRaster is rasterize to 8 bits, of an image that is not to be turned.
func narrowRaster(to []uint8, img image.Image, head imageHead, channels int) {
	b := img.Bounds()
	whole := b == image.Rect(0, 0, head.width, head.height)
	for y := range head.height {
		line := to[y*head.width*channels : (y+1)*head.width*channels]
		if whole && fastLine(line, img, y, channels) {
			continue
		}
		for x := range head.width {
			c := color.NRGBA{255, 255, 255, 255}
			if (image.Point{X: x, Y: y}).In(b) {
				c = onWhite(img.At(x, y))
			}
			putPixel(line[x*channels:(x+1)*channels], c.R, c.G, c.B)
		}
	}
}

// fastLine writes a line of the common kinds of image.
func fastLine(line []byte, img image.Image, y, channels int) bool {
	switch img := img.(type) {
	case *image.YCbCr:
		for x := range img.Rect.Dx() {
			luma, chroma := img.YOffset(x, y), img.COffset(x, y)
			r, g, b := color.YCbCrToRGB(img.Y[luma], img.Cb[chroma], img.Cr[chroma])
			putPixel(line[x*channels:(x+1)*channels], r, g, b)
		}
	case *image.Gray:
		for x := range img.Rect.Dx() {
			p := img.Pix[y*img.Stride+x]
			putPixel(line[x*channels:(x+1)*channels], p, p, p)
		}
	case *image.RGBA: // without transparency, as PNG decodes it
		for x := range img.Rect.Dx() {
			p := img.Pix[y*img.Stride+4*x:]
			if p[3] != 255 {
				return false
			}
			putPixel(line[x*channels:(x+1)*channels], p[0], p[1], p[2])
		}
	default:
		return false
	}
	return true
}

// onWhite lays a colour that may be transparent on white.
func onWhite(c color.Color) color.NRGBA {
	r, g, b, a := c.RGBA() // premultiplied, 16 bits
	white := 0xffff - a
	return color.NRGBA{uint8((r + white) >> 8), uint8((g + white) >> 8), uint8((b + white) >> 8), 255}
}

func putPixel[P pixel](to []P, r, g, b P) {
	if len(to) == 3 {
		to[0], to[1], to[2] = r, g, b
		return
	}
	if r == g && g == b {
		to[0] = r
		return
	}
	to[0] = P((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}
