package data

import (
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"slices"

	"descent/data/images"
	"descent/data/internal/naming"
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
	if err := r.mustBe(imageKind, pictureKind); err != nil {
		return dst, err
	}
	if names := r.encoder.besides(); len(names) > 0 {
		return dst, fmt.Errorf("data: the model takes the columns %s beside an image; give a row with them and the image as %q", naming.List(names), r.encoder.Image)
	}
	dst, err := r.appendForm(dst, read)
	if err != nil {
		return dst, fmt.Errorf("data: %w", err)
	}
	return dst, nil
}

// appendForm appends an image that is read in the form of the model's.
func (r *RowEncoder) appendForm(dst []float32, read func(images.Form) (*images.Set, error)) ([]float32, error) {
	form, err := (setOptions{encoder: r.encoder}).form()
	if err != nil {
		return dst, err
	}
	set, err := read(*form)
	if err != nil {
		return dst, err
	}
	dst = slices.Grow(dst, r.size)
	if set.Wide != nil {
		return appendPixels(dst, set.Wide, r.encoder), nil
	}
	return appendPixels(dst, set.Pixels, r.encoder), nil
}

// appendPicture appends the image in the cell of a row.
func (r *RowEncoder) appendPicture(dst []float32, cell any) ([]float32, error) {
	switch v := cell.(type) {
	case image.Image:
		return r.appendForm(dst, func(form images.Form) (*images.Set, error) { return images.Of(v, form) })
	case []byte:
		return r.appendForm(dst, func(form images.Form) (*images.Set, error) { return images.Decode(v, form) })
	case string:
		file, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return dst, errors.New("an image in text is the bytes of its file in base64; a path is not followed, as rows may come from strangers")
		}
		return r.appendPicture(dst, file)
	}
	return dst, fmt.Errorf("an image is an image.Image or the bytes of an image file, also in base64, not %T", cell)
}

// appendPixels appends what pixels become.
func appendPixels[P uint8 | uint16](dst []float32, pixels []P, e *Encoder) []float32 {
	for i, p := range pixels {
		mean, std := e.channel(i % e.Shape[2])
		dst = append(dst, float32((float64(p)-mean)/std))
	}
	return dst
}
