package images

import (
	"bytes"
	"encoding/binary"
)

// turn is how an image is to be turned after it was decoded, as cameras say it
// by the orientation of the EXIF header: 0 and 1 leave it as it is.
type turn uint8

// swaps reports whether rows become columns.
func (o turn) swaps() bool { return o >= 5 }

// from returns where pixel (y, x) of the turned image stands in an image of
// h × w pixels.
func (o turn) from(y, x, h, w int) (int, int) {
	if o.swaps() {
		y, x = x, y
	}
	switch o {
	case 3, 4, 6, 7:
		y = h - 1 - y
	}
	switch o {
	case 2, 3, 7, 8:
		x = w - 1 - x
	}
	return y, x
}

// turned writes the image from, [h w channels], turned, to to.
func turned[P pixel](o turn, to, from []P, h, w, channels int) {
	toH, toW := h, w
	if o.swaps() {
		toH, toW = w, h
	}
	for y := range toH {
		for x := range toW {
			fy, fx := o.from(y, x, h, w)
			copy(to[(y*toW+x)*channels:(y*toW+x+1)*channels], from[(fy*w+fx)*channels:])
		}
	}
}

// turnOf reads the orientation from the segments that a JPEG file begins with;
// it is 0 where they say nothing that makes sense.
//
// Source: CIPA DC-008, "Exchangeable image file format", sections 4.5 and 4.6.
func turnOf(file []byte) turn {
	for at := 2; at+4 <= len(file) && file[at] == 0xff && file[at+1] != 0xda; {
		end := at + 2 + int(binary.BigEndian.Uint16(file[at+2:]))
		if end < at+4 || end > len(file) {
			return 0
		}
		if exif, ok := bytes.CutPrefix(file[at+4:end], []byte("Exif\x00\x00")); ok && file[at+1] == 0xe1 {
			return turnOfEXIF(exif)
		}
		at = end
	}
	return 0
}

// turnOfEXIF looks for the tag of the orientation in the first directory.
func turnOfEXIF(exif []byte) turn {
	const orientation, entry = 0x0112, 12
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case len(exif) < 8:
		return 0
	case string(exif[:2]) == "II":
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 0
	}
	count := int(order.Uint16(exif[at:]))
	for list := exif[at+2:]; count > 0 && len(list) >= entry; list, count = list[entry:], count-1 {
		if v := order.Uint16(list[8:]); order.Uint16(list) == orientation && v <= 8 {
			return turn(v)
		}
	}
	return 0
}
