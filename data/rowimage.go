package data

import (
	"fmt"
	"image"
	"slices"

	"descent/data/images"
)

// AppendImage appends the sample of an image to dst: made grey or coloured as the
// model's, resized, and standardized. An image whose methods panic, such as a nil
// pointer, is an error.
func (r *RowEncoder) AppendImage(dst []float32, img image.Image) ([]float32, error) {
	return r.appendImage(dst, func(form images.Form) (set *images.Set, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("an image that is %T panicked: %v", img, p)
			}
		}()
		return images.Of(img, form)
	})
}

// AppendImageBytes appends the sample of an image in the bytes of a PNG, JPEG or GIF
// file to dst, turned as its camera says. One that cannot be read is an
// [ErrCorruptImage].
func (r *RowEncoder) AppendImageBytes(dst []float32, file []byte) ([]float32, error) {
	return r.appendImage(dst, func(form images.Form) (*images.Set, error) { return images.Decode(file, form) })
}

func (r *RowEncoder) appendImage(dst []float32, read func(images.Form) (*images.Set, error)) ([]float32, error) {
	if err := r.mustBe(imageKind); err != nil {
		return dst, err
	}
	form, err := (setOptions{encoder: r.encoder}).form()
	if err != nil {
		return dst, err
	}
	set, err := read(*form)
	if err != nil {
		return dst, fmt.Errorf("data: %w", err)
	}
	dst = slices.Grow(dst, r.size)
	if set.Wide != nil {
		return appendPixels(dst, set.Wide, r.encoder), nil
	}
	return appendPixels(dst, set.Pixels, r.encoder), nil
}

// appendPixels appends what pixels become.
func appendPixels[P uint8 | uint16](dst []float32, pixels []P, e *Encoder) []float32 {
	for i, p := range pixels {
		mean, std := e.channel(i % e.Shape[2])
		dst = append(dst, float32((float64(p)-mean)/std))
	}
	return dst
}
