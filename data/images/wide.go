package images

import (
	"image"
	"image/color"
)

// isWide reports whether a colour model has 16 bits a channel.
func isWide(m color.Model) bool {
	return m == color.Gray16Model || m == color.RGBA64Model || m == color.NRGBA64Model
}

// needsWide reports whether an image has values that 8 bits cannot keep. Those
// of an image that was merely written with 16 bits repeat its 8 or add zeros.
func needsWide(img image.Image) bool {
	var pix []uint8 // high bytes before low ones
	switch img := img.(type) {
	case *image.Gray16:
		pix = img.Pix
	case *image.RGBA64:
		pix = img.Pix
	case *image.NRGBA64:
		pix = img.Pix
	}
	for ; len(pix) >= 2; pix = pix[2:] {
		if high, low := pix[0], pix[1]; low != 0 && low != high {
			return true
		}
	}
	return false
}

// Widen is the number of 16 bits that one of 8 stands for: 255 becomes 65535.
const Widen = 257

// wideRaster is rasterize to 16 bits, of an image that is not to be turned.
func wideRaster(to []uint16, img image.Image, head imageHead, channels int) {
	wide, ok := img.(image.RGBA64Image)
	if !ok || !isWide(img.ColorModel()) || img.Bounds() != image.Rect(0, 0, head.width, head.height) {
		narrow := make([]uint8, head.height*head.width*channels)
		narrowRaster(narrow, img, head, channels)
		for i, p := range narrow {
			to[i] = Widen * uint16(p)
		}
		return
	}
	for y := range head.height {
		for x := range head.width {
			c := wide.RGBA64At(x, y) // premultiplied
			white := 0xffff - c.A
			at := (y*head.width + x) * channels
			putPixel(to[at:at+channels], c.R+white, c.G+white, c.B+white)
		}
	}
}
