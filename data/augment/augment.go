// Package augment varies images, so that a network does not learn them by heart:
// crops, flips, turns, light and colour, and mixtures of two. What is drawn is a
// function of a seed, an epoch and the number of a row, and of nothing else.
package augment

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"descent/internal/suggest"
)

// Config says how training images are varied: drawn anew for each row in each
// epoch, from the seed alone. The zero value changes nothing.
//
// Images are varied after they were standardized, so what comes in from
// outside is 0, the mean pixel. The order is: shift, rotate and scale together
// (bilinear), crop, flips, brightness, contrast, saturation, cutout, and last
// mixup or cutmix. Each draws from a place of its own, so that one more does
// not change the draws of the others.
type Config struct {
	Crop       int     `json:"crop,omitempty" yaml:"crop,omitempty"`             // pixels padded on each side, then cropped at random to the old size
	Flip       bool    `json:"flip,omitempty" yaml:"flip,omitempty"`             // left to right, half of the time
	VFlip      bool    `json:"vflip,omitempty" yaml:"vflip,omitempty"`           // top to bottom, half of the time
	Shift      float64 `json:"shift,omitempty" yaml:"shift,omitempty"`           // up to this part of height and of width, in [0, 1]
	Rotate     float64 `json:"rotate,omitempty" yaml:"rotate,omitempty"`         // up to so many degrees, in [0, 180]
	Scale      float64 `json:"scale,omitempty" yaml:"scale,omitempty"`           // by a factor within 1 ± this, in [0, 1)
	Brightness float64 `json:"brightness,omitempty" yaml:"brightness,omitempty"` // adds up to ± this, in standard deviations
	Contrast   float64 `json:"contrast,omitempty" yaml:"contrast,omitempty"`     // a factor within 1 ± this, about the mean of each channel, in [0, 1]
	Saturation float64 `json:"saturation,omitempty" yaml:"saturation,omitempty"` // a factor within 1 ± this, about the mean of the three channels, in [0, 1]
	Cutout     int     `json:"cutout,omitempty" yaml:"cutout,omitempty"`         // side of a square that is set to 0
	Mixup      float64 `json:"mixup,omitempty" yaml:"mixup,omitempty"`           // α > 0 of the part that another image has
	CutMix     float64 `json:"cutmix,omitempty" yaml:"cutmix,omitempty"`         // α > 0 of the rectangle that another image fills
}

// mostPixels bounds what is padded and cut out; no image has more on a side.
const mostPixels = 1 << 26

// augmentField ties a word of the short form to a field; exactly one pointer
// is set.
type augmentField struct {
	word   string
	on     *bool
	pixels *int
	amount *float64
	most   float64 // of pixels and amounts
	open   bool    // most itself is not allowed
	want   string
}

func (a *Config) fields() []augmentField {
	const pixels = "a number of pixels, at least 0"
	far := math.Inf(1)
	return []augmentField{
		{word: "crop", pixels: &a.Crop, most: mostPixels, want: pixels},
		{word: "flip", on: &a.Flip},
		{word: "vflip", on: &a.VFlip},
		{word: "shift", amount: &a.Shift, most: 1, want: "a part of the size, from 0 to 1"},
		{word: "rotate", amount: &a.Rotate, most: 180, want: "degrees, from 0 to 180"},
		{word: "scale", amount: &a.Scale, most: 1, open: true, want: "a number of at least 0 and below 1"},
		{word: "brightness", amount: &a.Brightness, most: far, open: true, want: "standard deviations, at least 0"},
		{word: "contrast", amount: &a.Contrast, most: 1, want: "a number from 0 to 1"},
		{word: "saturation", amount: &a.Saturation, most: 1, want: "a number from 0 to 1"},
		{word: "cutout", pixels: &a.Cutout, most: mostPixels, want: pixels},
		{word: "mixup", amount: &a.Mixup, most: far, open: true, want: "the parameter of its Beta distribution, above 0, such as 0.2"},
		{word: "cutmix", amount: &a.CutMix, most: far, open: true, want: "the parameter of its Beta distribution, above 0, such as 1"},
	}
}

// Validate reports the first field that is out of its range.
func (a Config) Validate() error {
	for _, f := range a.fields() {
		v, given := f.value()
		if !given {
			continue
		}
		if !(v >= 0 && v <= f.most) || f.open && v == f.most {
			return fmt.Errorf("data: augment: %s is %v; want %s", f.word, v, f.want)
		}
	}
	return nil
}

// value returns the number of a field that is one.
func (f augmentField) value() (v float64, isNumber bool) {
	switch {
	case f.pixels != nil:
		return float64(*f.pixels), true
	case f.amount != nil:
		return *f.amount, true
	}
	return 0, false
}

// Mixes reports whether labels become probabilities; see [Batch].Soft.
func (a Config) Mixes() bool { return a.Mixup > 0 || a.CutMix > 0 }

// String returns the short form that [ParseAugment] reads; "none" for nothing.
func (a Config) String() string {
	var words []string
	for _, f := range a.fields() {
		switch v, isNumber := f.value(); {
		case f.on != nil && *f.on:
			words = append(words, f.word)
		case isNumber && v != 0:
			words = append(words, f.word+":"+strconv.FormatFloat(v, 'g', -1, 64))
		}
	}
	if words == nil {
		return "none"
	}
	return strings.Join(words, ",")
}

// Parse reads the short form of an Augment, such as
// "crop:4,flip,cutout:8,mixup:0.2"; "none" or nothing is the zero value.
func Parse(text string) (Config, error) {
	var a Config
	if text == "" || text == "none" {
		return a, nil
	}
	fields := a.fields()
	seen := make(map[string]bool)
	for _, part := range strings.Split(text, ",") {
		word, value, given := strings.Cut(strings.TrimSpace(part), ":")
		var field *augmentField
		var words []string
		for i := range fields {
			words = append(words, fields[i].word)
			if fields[i].word == word {
				field = &fields[i]
			}
		}
		switch {
		case field == nil:
			return a, fmt.Errorf("data: augment: %w", suggest.Unknown("word", word, words))
		case seen[word]:
			return a, fmt.Errorf("data: augment: %s is given twice in %q", word, text)
		case field.on != nil && given:
			return a, fmt.Errorf("data: augment: %s takes no number, and %q gives one", word, part)
		case field.on == nil && !given:
			return a, fmt.Errorf("data: augment: %s needs a number after a colon: %s", word, field.want)
		}
		seen[word] = true
		if err := field.set(value); err != nil {
			return a, fmt.Errorf("data: augment: %s is %q; want %s", word, value, field.want)
		}
	}
	return a, a.Validate()
}

func (f augmentField) set(value string) (err error) {
	switch {
	case f.on != nil:
		*f.on = true
	case f.pixels != nil:
		*f.pixels, err = strconv.Atoi(value)
	default:
		*f.amount, err = strconv.ParseFloat(value, 64)
	}
	return err
}
