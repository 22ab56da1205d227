package images

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"testing"
)

func TestWideColour(t *testing.T) {
	img := image.NewNRGBA64(image.Rect(0, 0, 2, 1))
	img.SetNRGBA64(0, 0, color.NRGBA64{1001, 2002, 3003, 65535})
	img.SetNRGBA64(1, 0, color.NRGBA64{0, 0, 65535, 0}) // nothing of it is seen
	file := encodePNG(t, img)
	got, head, _, err := decodeImage(file)
	if err != nil || !head.wide || head.gray || !needsWide(got) {
		t.Fatalf("%+v, %v", head, err)
	}
	raster := make([]uint16, 6)
	if rasterize(raster, got, head, 3); !slices.Equal(raster, []uint16{1001, 2002, 3003, 65535, 65535, 65535}) {
		t.Errorf("colour %v", raster)
	}
	gray := make([]uint16, 2)
	if rasterize(gray, got, head, 1); !slices.Equal(gray, []uint16{(19595*1001 + 38470*2002 + 7471*3003 + 1<<15) >> 16, 65535}) {
		t.Errorf("grey %v", gray)
	}
	head.turn, head.width, head.height = 6, 1, 2
	if rasterize(gray, got, head, 1); gray[1] != 65535 {
		t.Errorf("turned %v", gray)
	}
}

func TestWideResize(t *testing.T) {
	const h, w = 7, 11
	narrow, wide := make([]uint8, h*w), make([]uint16, h*w)
	for i := range narrow {
		narrow[i] = uint8(i * 37)
		wide[i] = Widen * uint16(narrow[i])
	}
	for _, to := range [][2]int{{3, 5}, {20, 4}, {7, 11}, {9, 30}} {
		a, b := make([]uint8, to[0]*to[1]), make([]uint16, to[0]*to[1])
		resize(new(resizer), a, narrow, h, w, to[0], to[1], 1)
		resize(new(resizer), b, wide, h, w, to[0], to[1], 1)
		for i := range a {
			if far := math.Abs(float64(b[i])/Widen - float64(a[i])); far > 0.52 {
				t.Fatalf("to %v: value %d is %v and %v", to, i, a[i], b[i])
			}
		}
	}
	white, got := slices.Repeat([]uint16{65535}, h*w), make([]uint16, 3*29)
	if resize(new(resizer), got, white, h, w, 3, 29, 1); slices.Min(got) != 65535 {
		t.Errorf("white becomes %v", got)
	}
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tree writes files, with slashes in their names, into a folder.
