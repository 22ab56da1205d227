package images

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"strings"

	"descent/data/internal/input"
)

// Bounds on what one image may make a reader do.
const (
	maxImageFile  = 1 << 28 // bytes of a file
	MaxPixels     = 1 << 26 // of an image
	maxPixelRatio = 1 << 13 // pixels a byte of a file: deflate's greatest ratio, of pixels of one bit
)

// imageFile is a file that may hold an image.
type imageFile struct {
	name string // path below what was opened, with slashes
	full string // path for messages
	size int64  // bytes, at most
	open func() (io.ReadCloser, error)

	claimed bool // size is what a zip file says, which may be a lie
}

// imageHead is what the header of an image says.
type imageHead struct {
	width, height int // after turning
	gray          bool
	wide          bool // 16 bits a channel
	turn          turn
}

// IsName tells image files by their ending, those of formats that cannot
// be read among them, so that none is passed over in silence.
func IsName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".jpe", ".gif", ".jfif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif":
		return true
	}
	return false
}

var (
	errNoImage   = errors.New("the file is no PNG, JPEG or GIF image")
	errEmptyFile = errors.New("the file is empty")
)

// codec returns the decoders of a file that begins as given.
func codec(begin []byte) (head func(io.Reader) (image.Config, error), decode func(io.Reader) (image.Image, error), err error) {
	switch {
	case bytes.HasPrefix(begin, []byte("\x89PNG\r\n\x1a\n")):
		return png.DecodeConfig, png.Decode, nil
	case bytes.HasPrefix(begin, []byte{0xff, 0xd8}):
		return jpeg.DecodeConfig, jpeg.Decode, nil
	case bytes.HasPrefix(begin, []byte("GIF8")):
		return gif.DecodeConfig, gif.Decode, nil
	case len(begin) == 0:
		return nil, nil, errEmptyFile
	}
	if format := input.Format(begin); format != "" {
		return nil, nil, fmt.Errorf("%w, but %s", errNoImage, format)
	}
	return nil, nil, errNoImage
}

// readHead reads the header of an image of at most size bytes, and refuses
// one that promises more than these can hold.
func readHead(r io.Reader, size int64) (imageHead, error) {
	begin, err := readBeginning(r)
	if err != nil {
		return imageHead{}, err
	}
	head, _, err := codec(begin)
	if err != nil {
		return imageHead{}, err
	}
	var seen bytes.Buffer
	r = io.MultiReader(bytes.NewReader(begin), r)
	if begin[0] == 0xff { // a JPEG file, with what a camera says of it
		r = io.TeeReader(r, &seen)
	}
	c, err := head(r)
	if err != nil {
		return imageHead{}, err
	}
	h := imageHead{width: c.Width, height: c.Height, gray: isGray(c.ColorModel), wide: isWide(c.ColorModel), turn: turnOf(seen.Bytes())}
	if h.turn.swaps() {
		h.width, h.height = h.height, h.width
	}
	return h, h.check(size)
}

// check refuses sizes that a file of size bytes cannot hold.
func (h imageHead) check(size int64) error {
	pixels := int64(h.width) * int64(h.height)
	switch {
	case h.width <= 0 || h.height <= 0:
		return fmt.Errorf("the header says %d×%d pixels", h.height, h.width)
	case h.width > MaxPixels || h.height > MaxPixels || pixels > MaxPixels:
		return fmt.Errorf("the header says %d×%d pixels; at most %d are read", h.height, h.width, MaxPixels)
	case pixels > size*maxPixelRatio:
		return fmt.Errorf("the header says %d×%d pixels, which a file of %d bytes cannot hold", h.height, h.width, size)
	}
	return nil
}

// isGray reports whether a colour model has grey shades only.
func isGray(m color.Model) bool {
	switch m := m.(type) {
	case color.Palette:
		for _, c := range m {
			if r, g, b, _ := c.RGBA(); r != g || g != b {
				return false
			}
		}
		return len(m) > 0
	}
	return m == color.GrayModel || m == color.Gray16Model
}

// load reads a whole image through buffer, the first one of a file of several.
func (f imageFile) load(buffer *bytes.Buffer) (img image.Image, head imageHead, several bool, err error) {
	if err := f.read(buffer); err != nil {
		return nil, imageHead{}, false, err
	}
	return decodeImage(buffer.Bytes())
}

// read fills buffer with the file.
func (f imageFile) read(buffer *bytes.Buffer) error {
	r, err := f.open()
	if err != nil {
		return err
	}
	defer r.Close()
	buffer.Reset()
	limit := min(f.size, maxImageFile)
	n, err := buffer.ReadFrom(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return err
	case n > limit:
		return fmt.Errorf("the file holds more than %d bytes", limit)
	}
	return nil
}

// decodeImage decodes an image that is whole in memory, and reports whether the
// file has more of them: an animation.
func decodeImage(file []byte) (img image.Image, head imageHead, several bool, err error) {
	head, err = readHead(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, head, false, err
	}
	_, decode, err := codec(file)
	if err != nil {
		return nil, head, false, err
	}
	r := bytes.NewReader(file)
	img, err = decode(r)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = fmt.Errorf("the image is truncated: %w", err)
	}
	rest := file[len(file)-r.Len():] // after the first of a GIF's
	several = file[0] == 'G' && (bytes.HasPrefix(rest, []byte{0x2c}) || bytes.HasPrefix(rest, []byte{0x21, 0xf9}))
	return img, head, several, err
}

// head reads the header of the file; where its size is only claimed, by way of
// the whole file, so that no header can promise more than is there.
func (f imageFile) head(buffer *bytes.Buffer) (imageHead, error) {
	if f.claimed {
		if err := f.read(buffer); err != nil {
			return imageHead{}, err
		}
		return readHead(bytes.NewReader(buffer.Bytes()), int64(buffer.Len()))
	}
	r, err := f.open()
	if err != nil {
		return imageHead{}, err
	}
	defer r.Close()
	return readHead(r, f.size)
}

// IsImage reports whether a file that begins as given is an image that is read.
func IsImage(begin []byte) bool {
	_, _, err := codec(begin)
	return err == nil
}
