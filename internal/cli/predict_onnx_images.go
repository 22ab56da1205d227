package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"descent/data/images"
	"descent/internal/usage"
	"descent/onnx"
)

// withoutImages refuses flags that say how images are read.
func (opt predictOptions) withoutImages() error {
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"--mean", opt.onnx.mean != "0"},
		{"--std", opt.onnx.std != "1"},
		{"--bgr", opt.onnx.bgr},
		{"--image-size", opt.onnx.size != ""},
		{"--skip-corrupt", opt.images.skipCorrupt},
	} {
		if flag.given {
			return usage.Errorf("%s: it is for images, and the data are numbers", flag.name)
		}
	}
	return nil
}

// imageRows reads images, in the order of axes that the input has.
func imageRows(in onnx.Input, path string, folder bool, opt predictOptions) (onnxRows, error) {
	o := opt.onnx
	if len(in.Dims) != 4 {
		return onnxRows{}, fmt.Errorf("%s: input %q is %s, which is no image; want rows of numbers, FILE.csv, or a tensor, FILE.npy or FILE.pb", path, in.Name, in)
	}
	h, w, c := in.Dims[2].Size, in.Dims[3].Size, in.Dims[1].Size
	first := in.Image || c == 1 || c == 3 // channels stand before rows
	if last := in.Dims[3].Size; !in.Image && (last == 1 || last == 3) {
		h, w, c, first = in.Dims[1].Size, in.Dims[2].Size, last, false
	}
	if o.size != "" {
		height, width, err := images.ParseSize(o.size)
		if err != nil {
			return onnxRows{}, fmt.Errorf("--image-size: %w", err)
		}
		if h != 0 && h != height || w != 0 && w != width {
			return onnxRows{}, fmt.Errorf("--image-size: %s; input %q is %s", o.size, in.Name, in)
		}
		h, w = height, width
	}
	if c == 0 {
		c = 3
	}
	switch {
	case h == 0 || w == 0:
		return onnxRows{}, fmt.Errorf("input %q is %s: say how large images are by --image-size", in.Name, in)
	case c != 1 && c != 3:
		return onnxRows{}, fmt.Errorf("input %q is %s: images have 1 or 3 channels, not %d", in.Name, in, c)
	}
	if err := (images.Config{Height: h, Width: w}).Validate(); err != nil {
		return onnxRows{}, fmt.Errorf("input %q is %s: %w", in.Name, in, err)
	}
	standard, err := images.ParseStandard(o.mean, o.std)
	if err != nil {
		return onnxRows{}, fmt.Errorf("--mean and --std: %w", err)
	}
	if strings.Contains(in.Elem, "int") { // as descent export writes it, with what becomes of pixels in the graph
		if o.mean != "0" || o.std != "1" {
			return onnxRows{}, fmt.Errorf("--mean and --std: input %q takes pixels as they are, whole numbers from 0 to 255", in.Name)
		}
		standard.Std = [3]float64{1, 1, 1}
	}
	place := images.File
	if folder {
		place = images.Folder
	} else if strings.EqualFold(filepath.Ext(path), ".zip") {
		place = images.Zip
	}
	set, test, err := images.Read(path, place, images.Config{SkipCorrupt: opt.images.skipCorrupt}, &images.Form{Height: h, Width: w, Channels: c, Wide: in.Elem == "uint16"})
	if err != nil {
		return onnxRows{}, err
	}
	if set == nil || len(set.Class) == 0 && test != nil {
		set = test
	}
	each := h * w * c
	rows := onnxRows{n: len(set.Class), names: set.Names, notes: set.Notes}
	rows.inputs = func(from, to int) (map[string]onnx.Tensor, error) {
		x := onnx.Tensor{Type: in.Elem, Dims: []int{to - from, h, w, c}, Values: make([]float64, (to-from)*each)}
		if first {
			x.Dims = []int{to - from, c, h, w}
		}
		put := func(i int, p float64) {
			at, channel := i, i%c
			if o.bgr {
				channel = c - 1 - channel
				at += channel - i%c
			}
			if first {
				row, pixel := at/each, at%each/c
				at = (row*c+channel)*h*w + pixel
			}
			x.Values[at] = (p - standard.Mean[channel]) / standard.Std[channel]
		}
		var list []int
		for row := from; row < to; row++ {
			list = append(list, row)
		}
		err := set.Visit(list, func(i int, pixels []uint8, wide []uint16) {
			for k, p := range pixels {
				put(i*each+k, float64(p))
			}
			for k, p := range wide {
				put(i*each+k, float64(p))
			}
		})
		return map[string]onnx.Tensor{in.Name: x}, err
	}
	return rows, nil
}
