package data

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// widePNG is a grey image of 16 bits, 2 pixels high.
func widePNG(t *testing.T, values ...uint16) []byte {
	t.Helper()
	img := image.NewGray16(image.Rect(0, 0, len(values)/2, 2))
	for i, v := range values {
		img.SetGray16(i%(len(values)/2), i/(len(values)/2), color.Gray16{Y: v})
	}
	return encodePNG(t, img)
}

func wideSet(t *testing.T) string {
	return tree(t, map[string][]byte{"a/1.png": widePNG(t, 500, 501, 502, 503), "b/1.png": widePNG(t, 520, 521, 522, 65535)})
}

func TestImagesOf16BitsKeepThem(t *testing.T) {
	s, err := Open(wideSet(t), CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	x, y := readAll(t, s)
	if fmt.Sprint(x, y) != "[500 501 502 503 520 521 522 65535] [0 1]" {
		t.Errorf("raw: %v, %v", x, y)
	}
	e, err := s.(Fitter).Fit([]int{0})
	if err != nil || e.Bits != 16 || e.Mean != 501.5 || math.Abs(e.Std-math.Sqrt(1.25)) > 1e-15 {
		t.Fatalf("%+v, %v", e, err)
	}
	encoded, err := s.(Fitter).Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	x, _ = readAll(t, encoded)
	for i, p := range []float64{500, 501, 502, 503, 520, 521, 522, 65535} {
		if want := float32((p - e.Mean) / e.Std); x[i] != want {
			t.Errorf("value %d: %v, want %v", i, x[i], want)
		}
	}
	if got := e.DecodePixels(x[:4]); !slices.Equal(got, []byte{0, 85, 170, 255}) {
		t.Errorf("as a picture: %v", got)
	}
	text, err := json.Marshal(e)
	if err != nil || !strings.Contains(string(text), `"bits":16`) || !strings.Contains(e.String(), "16 bits") {
		t.Errorf("%s, %v", text, err)
	}
	bad := *e
	if bad.Bits = 12; bad.Validate() == nil {
		t.Error("12 bits are taken")
	}
}

// Files that were merely written with 16 bits are as before.
func TestImagesThatNeed8BitsHave8(t *testing.T) {
	narrow := tree(t, map[string][]byte{"a/1.png": grayPNG(t, 2, 2, 10), "b/1.png": grayPNG(t, 2, 2, 30)})
	want, err := Open(narrow, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]map[string][]byte{
		"repeated": {"a/1.png": widePNG(t, 0x0a0a, 0x0a0a, 0x0a0a, 0x0a0a), "b/1.png": widePNG(t, 0x1e1e, 0x1e1e, 0x1e1e, 0x1e1e)},
		"shifted":  {"a/1.png": widePNG(t, 0x0a00, 0x0a00, 0x0a00, 0x0a00), "b/1.png": grayPNG(t, 2, 2, 30)},
	} {
		s, err := Open(tree(t, files), CSVConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s.(*images).pixels, want.(*images).pixels) || s.(*images).wide != nil || s.(*images).Notes() != nil {
			t.Errorf("%s: %v, %v, notes %q", name, s.(*images).pixels, s.(*images).wide, s.(*images).Notes())
		}
		e, err := s.(Fitter).Fit([]int{0, 1})
		if err != nil || e.Bits != 0 {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
		if text, _ := json.Marshal(e); strings.Contains(string(text), "bits") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestSetsOf8And16Bits(t *testing.T) {
	mixed := tree(t, map[string][]byte{"a/1.png": widePNG(t, 500, 501, 502, 503), "b/1.png": grayPNG(t, 2, 2, 3)})
	s, err := Open(mixed, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if x, _ := readAll(t, s); fmt.Sprint(x, s.(*images).Notes()) != "[500 501 502 503 771 771 771 771] [1 of 2 images have 8 bits, and are scaled to 16 (times 257)]" {
		t.Errorf("%v, %q", x, s.(*images).Notes())
	}
	// A model reads images of other bits as if they had its own.
	narrow := tree(t, map[string][]byte{"a/1.png": grayPNG(t, 2, 2, 1), "b/1.png": grayPNG(t, 2, 2, 3)})
	wide := tree(t, map[string][]byte{"a/1.png": widePNG(t, 256, 301, 302, 303), "b/1.png": widePNG(t, 800, 801, 802, 803)})
	for _, test := range []struct{ train, other, note string }{
		{wide, narrow, "2 of 2 images have 8 bits, and are scaled to 16 (times 257)"},
		{narrow, wide, "2 of 2 images have 16 bits, of which the upper 8 are used, as those of training have 8"},
	} {
		s, err := Open(test.train, CSVConfig{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.(Fitter).Fit([]int{0, 1})
		if err != nil {
			t.Fatal(err)
		}
		other, err := e.Open(test.other)
		if err != nil {
			t.Fatal(err)
		}
		if notes := other.(*encodedImages).Notes(); len(notes) != 1 || notes[0] != test.note {
			t.Errorf("notes %q, want %q", notes, test.note)
		}
		raw, err := Open(test.other, CSVConfig{})
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := raw.(Fitter).Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := readAll(t, other)
		want, _ := readAll(t, encoded)
		first := float32((257 - e.Mean) / e.Std)
		if !e.wide() {
			first = float32((1 - e.Mean) / e.Std)
		}
		if !slices.Equal(got, want) || got[0] != first {
			t.Errorf("opened for the model %v, encoded %v, first %v", got, want, first)
		}
	}
}

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

// The resizer of 16 bits is that of 8, with values 257 times as large.
func TestWideResize(t *testing.T) {
	const h, w = 7, 11
	narrow, wide := make([]uint8, h*w), make([]uint16, h*w)
	for i := range narrow {
		narrow[i] = uint8(i * 37)
		wide[i] = widen * uint16(narrow[i])
	}
	for _, to := range [][2]int{{3, 5}, {20, 4}, {7, 11}, {9, 30}} {
		a, b := make([]uint8, to[0]*to[1]), make([]uint16, to[0]*to[1])
		resize(new(resizer), a, narrow, h, w, to[0], to[1], 1)
		resize(new(resizer), b, wide, h, w, to[0], to[1], 1)
		for i := range a {
			if far := math.Abs(float64(b[i])/widen - float64(a[i])); far > 0.52 {
				t.Fatalf("to %v: value %d is %v and %v", to, i, a[i], b[i])
			}
		}
	}
	white, got := slices.Repeat([]uint16{65535}, h*w), make([]uint16, 3*29)
	if resize(new(resizer), got, white, h, w, 3, 29, 1); slices.Min(got) != 65535 {
		t.Errorf("white becomes %v", got)
	}
}

// A narrow spread far from zero keeps its digits.
func TestSpreadOfWideIsExact(t *testing.T) {
	count := make([]uint64, 1<<16)
	count[65534], count[65535] = 1<<33, 1<<33
	if mean, std, constant := spreadOfWide(count); mean != 65534.5 || std != 0.5 || constant {
		t.Errorf("%v, %v, %v", mean, std, constant)
	}
	count[65534] = 0
	if mean, std, constant := spreadOfWide(count); mean != 65535 || std != 0 || !constant {
		t.Errorf("%v, %v, %v", mean, std, constant)
	}
}
