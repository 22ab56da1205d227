package images

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"descent/internal/suggest"
)

// The modes of images.
const (
	Gray  = "gray"
	Color = "color"
)

// Config says how image files become samples of one shape. The zero
// value takes the most common size of the files and their mode, which must be
// one.
type Config struct {
	Height, Width int    // to resize all images to; 0: the size that most of them have
	Mode          string // "gray" or "color", to convert to; "": that of the files, which must agree
	SkipCorrupt   bool   // leave out files that cannot be read, with a note that counts them
	Standard      Standard
	Workers       int // that decode; 0: one a processor. It does not change the result.
}

// Standard is how pixels become numbers: (p - Mean)/Std, by channel, of pixels from 0 to
// 255; grey images have the first. A network that was trained elsewhere takes what it was
// trained with. The zero value is the mean and deviation of the training images.
type Standard struct{ Mean, Std [3]float64 }

// ImageNet is the standard of most networks that were trained on ImageNet by PyTorch.
var ImageNet = Standard{
	Mean: [3]float64{255 * 0.485, 255 * 0.456, 255 * 0.406},
	Std:  [3]float64{255 * 0.229, 255 * 0.224, 255 * 0.225},
}

// ParseStandard reads a mean and a standard deviation, each one number, or one for each of
// three channels, as in 0.485,0.456,0.406. They are of pixels from 0 to 1 where none is
// above 1, else from 0 to 255.
func ParseStandard(mean, std string) (s Standard, err error) {
	if s.Mean, err = channels("mean", mean); err != nil {
		return s, err
	}
	if s.Std, err = channels("std", std); err != nil {
		return s, err
	}
	if slices.Max(append(s.Mean[:], s.Std[:]...)) <= 1 {
		for c := range s.Mean {
			s.Mean[c], s.Std[c] = 255*s.Mean[c], 255*s.Std[c]
		}
	}
	return s, s.validate()
}

func channels(what, text string) (list [3]float64, err error) {
	parts := strings.Split(text, ",")
	if len(parts) != 1 && len(parts) != 3 {
		return list, fmt.Errorf("%s is %s; want one number, or three, as in 0.485,0.456,0.406", what, text)
	}
	for c := range list {
		part := strings.TrimSpace(parts[min(c, len(parts)-1)])
		if list[c], err = strconv.ParseFloat(part, 64); err != nil || list[c]-list[c] != 0 {
			return list, fmt.Errorf("%s is %s; want finite numbers, not %q", what, text, part)
		}
	}
	return list, nil
}

func (s Standard) validate() error {
	if s == (Standard{}) {
		return nil
	}
	for c, std := range s.Std {
		if mean := s.Mean[c]; !(std > 0) || std-std != 0 || mean-mean != 0 {
			return fmt.Errorf("data: pixels of channel %d with mean %v and standard deviation %v; want numbers, the second above 0", c, mean, std)
		}
	}
	return nil
}

// Validate reports what is wrong with a configuration.
func (cfg Config) Validate() error {
	switch {
	case (cfg.Height == 0) != (cfg.Width == 0) || cfg.Height < 0 || cfg.Width < 0:
		return fmt.Errorf("data: image size %d×%d; want two positive numbers, or none for the most common size", cfg.Height, cfg.Width)
	case cfg.Height > MaxPixels || cfg.Width > MaxPixels || cfg.Height*cfg.Width > MaxPixels:
		return fmt.Errorf("data: image size %d×%d; at most %d pixels are made", cfg.Height, cfg.Width, MaxPixels)
	case cfg.Mode != "" && cfg.Mode != Gray && cfg.Mode != Color:
		return fmt.Errorf("data: image mode: %w", suggest.Unknown("mode", cfg.Mode, []string{Gray, Color}))
	case cfg.Workers < 0:
		return fmt.Errorf("data: %d workers to decode images; want at least 1, or 0 for one a processor", cfg.Workers)
	}
	return cfg.Standard.validate()
}

func (cfg Config) workers() int {
	if cfg.Workers > 0 {
		return cfg.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// ParseSize reads "32", or "48x64" for a height of 48 and a width of 64.
func ParseSize(text string) (height, width int, err error) {
	first, second, both := strings.Cut(strings.ToLower(text), "x")
	if !both {
		second = first
	}
	height, err1 := strconv.Atoi(first)
	width, err2 := strconv.Atoi(second)
	if err1 != nil || err2 != nil || height <= 0 || width <= 0 {
		return 0, 0, fmt.Errorf("data: image size %q; want a number of pixels, such as 32, or HEIGHTxWIDTH, such as 48x64", text)
	}
	return height, width, Config{Height: height, Width: width}.Validate()
}
