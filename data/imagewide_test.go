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
		if !reflect.DeepEqual(s.(*rawImages).Pixels, want.(*rawImages).Pixels) || s.(*rawImages).Wide != nil || s.(*rawImages).Notes() != nil {
			t.Errorf("%s: %v, %v, notes %q", name, s.(*rawImages).Pixels, s.(*rawImages).Wide, s.(*rawImages).Notes())
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
	if x, _ := readAll(t, s); fmt.Sprint(x, s.(*rawImages).Notes()) != "[500 501 502 503 771 771 771 771] [1 of 2 images have 8 bits, and are scaled to 16 (times 257)]" {
		t.Errorf("%v, %q", x, s.(*rawImages).Notes())
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

// The resizer of 16 bits is that of 8, with values 257 times as large.

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
