package images

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/goldentest"
)

// imageReference is what testdata/images.py writes.
type imageReference struct {
	Files map[string]struct {
		Gray   bool
		Shape  [2]int
		Pixels []int
	}
	Resize []struct {
		From, To    [2]int
		Image, Want []int
	}
}

func readImageReference(t *testing.T) imageReference {
	t.Helper()
	return goldentest.Load[imageReference](t, "images.json")
}

// farthest returns the greatest difference of two images.
func farthest(got []byte, want []int) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	most := 0.0
	for i := range got {
		most = max(most, math.Abs(float64(got[i])-float64(want[i])))
	}
	return most
}

func TestImagesAreReadAsPillowDoes(t *testing.T) {
	for name, want := range readImageReference(t).Files {
		file, err := os.ReadFile("testdata/images/" + name)
		if err != nil {
			t.Fatal(err)
		}
		img, head, _, err := decodeImage(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if head.height != want.Shape[0] || head.width != want.Shape[1] || head.gray != want.Gray {
			t.Errorf("%s: %+v, want %v, gray %v", name, head, want.Shape, want.Gray)
		}
		channels := 3
		if want.Gray {
			channels = 1
		}
		got := make([]byte, head.height*head.width*channels)
		rasterize(got, img, head, channels)
		tolerance := 0.0
		switch {
		case strings.HasSuffix(name, ".jpg"):
			tolerance = 3 // two inverse transforms; measured 2
		case name == "alpha.png":
			tolerance = 1 // rounding of the blend
		}
		if far := farthest(got, want.Pixels); far > tolerance {
			t.Errorf("%s: pixels differ by %v", name, far)
		}
	}
}

func TestResizeIsPillowsBilinear(t *testing.T) {
	var r resizer
	for _, test := range readImageReference(t).Resize {
		from := make([]byte, len(test.Image))
		for i, v := range test.Image {
			from[i] = byte(v)
		}
		got := make([]byte, len(test.Want))
		resize(&r, got, from, test.From[0], test.From[1], test.To[0], test.To[1], 3)
		tolerance := 1.0 // Pillow rounds between its passes too
		if test.From == test.To {
			tolerance = 0
		}
		if far := farthest(got, test.Want); far > tolerance {
			t.Errorf("%v to %v: pixels differ by %v", test.From, test.To, far)
		}
	}
	white := bytes.Repeat([]byte{255}, 7*11)
	got := make([]byte, 3*29)
	resize(&r, got, white, 7, 11, 3, 29, 1)
	if !bytes.Equal(got, bytes.Repeat([]byte{255}, len(got))) {
		t.Errorf("white becomes %v", got)
	}
}

func TestGrayIsLuma(t *testing.T) {
	var got [1]byte
	for _, test := range []struct{ r, g, b, want byte }{{255, 255, 255, 255}, {255, 0, 0, 76}, {0, 255, 0, 150}, {0, 0, 255, 29}, {9, 9, 9, 9}} {
		if putPixel(got[:], test.r, test.g, test.b); got[0] != test.want {
			t.Errorf("%v: %d", test, got[0])
		}
	}
}

// pngHead is a PNG file that ends after a header of the given size.
func pngHead(width, height uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = binary.BigEndian.AppendUint32(chunk, height)
	chunk = append(chunk, 8, 0, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(chunk))
}

func TestImageHeadersThatLie(t *testing.T) {
	for _, test := range []struct {
		file []byte
		want string
	}{
		{pngHead(1<<15, 1<<15), "at most 67108864 are read"},
		{pngHead(1<<30, 1<<30), "overflow"},
		{pngHead(4096, 4096), "which a file of 33 bytes cannot hold"},
		{pngHead(0, 4), "non-positive"},
		{pngHead(4, 4), "truncated"},
		{[]byte("BM12345678"), "no PNG, JPEG or GIF"},
		{nil, "the file is empty"},
	} {
		if _, _, _, err := decodeImage(test.file); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.20q: %v, want %q", test.file, err, test.want)
		}
	}
}

func FuzzImage(f *testing.F) {
	names, err := filepath.Glob("testdata/images/*")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Add(pngHead(1<<15, 1<<15))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<12 {
			return
		}
		img, head, _, err := decodeImage(file)
		if err != nil {
			return
		}
		if n := head.width * head.height; n <= 0 || n > len(file)*maxPixelRatio {
			t.Fatalf("%+v from %d bytes", head, len(file))
		}
		if head.width*head.height > 1<<20 {
			return
		}
		for _, channels := range []int{1, 3} {
			pixels, small := make([]byte, head.width*head.height*channels), make([]byte, 15*channels)
			rasterize(pixels, img, head, channels)
			resize(new(resizer), small, pixels, head.height, head.width, 3, 5, channels)
			wide, smallWide := make([]uint16, len(pixels)), make([]uint16, len(small))
			rasterize(wide, img, head, channels)
			resize(new(resizer), smallWide, wide, head.height, head.width, 3, 5, channels)
		}
	})
}
