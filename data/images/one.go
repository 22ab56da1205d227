package images

import (
	"fmt"
	"image"
	"image/color"
)

// Decode reads one image, as files are read for a model that takes it in a form:
// the first of several, turned as its camera says, made grey or coloured, and
// resized. Only the pixels of the set are filled. An error wraps [ErrCorrupt].
func Decode(file []byte, form Form) (*Set, error) {
	img, head, _, err := decodeImage(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return form.set(img, head), nil
}

// Of brings an image to a form, as [Decode] does.
func Of(img image.Image, form Form) (*Set, error) {
	b := img.Bounds()
	head := imageHead{width: b.Dx(), height: b.Dy(), gray: isGray(img.ColorModel()), wide: isWide(img.ColorModel())}
	if b.Empty() || head.width > MaxPixels/head.height {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, head.check(MaxPixels))
	}
	if b.Min != (image.Point{}) {
		img = moved{img, b.Min}
	}
	return form.set(img, head), nil
}

// set makes a set of one image.
func (f Form) set(img image.Image, head imageHead) *Set {
	s := &Set{Shape: []int{f.Height, f.Width, f.Channels}}
	if f.Wide {
		s.Wide = onePixels[uint16](img, head, f)
	} else {
		s.Pixels = onePixels[uint8](img, head, f)
	}
	return s
}

// onePixels returns the pixels of an image in a form.
func onePixels[P pixel](img image.Image, head imageHead, f Form) []P {
	to := make([]P, f.Height*f.Width*f.Channels)
	if head.height == f.Height && head.width == f.Width {
		rasterize(to, img, head, f.Channels)
		return to
	}
	raster := make([]P, head.height*head.width*f.Channels)
	rasterize(raster, img, head, f.Channels)
	resize(new(resizer), to, raster, head.height, head.width, f.Height, f.Width, f.Channels)
	return to
}

// moved is an image whose first pixel is at the origin.
type moved struct {
	image.Image
	from image.Point
}

func (m moved) Bounds() image.Rectangle { return m.Image.Bounds().Sub(m.from) }

func (m moved) At(x, y int) color.Color { return m.Image.At(x+m.from.X, y+m.from.Y) }

func (m moved) RGBA64At(x, y int) color.RGBA64 {
	return color.RGBA64Model.Convert(m.At(x, y)).(color.RGBA64)
}
