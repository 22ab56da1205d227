package augment

import (
	"strings"
	"testing"
)

func TestParseAugment(t *testing.T) {
	for text, want := range map[string]Config{
		"": {}, "none": {},
		"crop:4,flip,cutout:8,mixup:0.2": {Crop: 4, Flip: true, Cutout: 8, Mixup: 0.2},
		"cutmix:1, vflip":                {CutMix: 1, VFlip: true},
		everything.String():              everything,
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if again, err := Parse(got.String()); err != nil || again != want {
			t.Errorf("%q: written as %q, read as %+v, %v", text, got, again, err)
		}
	}
	for text, want := range map[string]string{
		"crp:4": `did you mean "crop"?`, "crop": "crop needs a number", "flip:1": "flip takes no number",
		"crop:x": `crop is "x"; want a number of pixels`, "crop:-1": "crop is -1", "shift:2": "from 0 to 1",
		"scale:1": "below 1", "mixup:-1": "Beta", "mixup:Inf": "Beta", "rotate:NaN": "degrees", "flip,flip": "given twice", "crop:1e3": "want a number of pixels",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

var everything = Config{
	Crop: 2, Flip: true, VFlip: true, Shift: 0.1, Rotate: 20, Scale: 0.2,
	Brightness: 0.3, Contrast: 0.4, Saturation: 0.5, Cutout: 3, Mixup: 0.4, CutMix: 1,
}

// rowsOf collects the varied rows of an epoch by their numbers.
