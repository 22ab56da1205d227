package cli

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"descent/data/images"
	"descent/internal/files"
	"descent/internal/human"
	"descent/internal/usage"
	"descent/onnx"
)

// onnxOptions are the flags of predict that are for ONNX files, which do not say how
// pixels become numbers.
type onnxOptions struct {
	size      string
	mean, std string
	bgr       bool
}

func (o *onnxOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.size, "image-size", "", "of an ONNX file whose images have no size: 224, or HEIGHTxWIDTH")
	cmd.Flags().StringVar(&o.mean, "mean", "0", "of an ONNX file: what is subtracted from pixels, one number or one a channel, as in 0.485,0.456,0.406; of pixels from 0 to 1 where no number of it and of --std is above 1, else from 0 to 255")
	cmd.Flags().StringVar(&o.std, "std", "1", "of an ONNX file: what pixels are divided by then, as in 0.229,0.224,0.225")
	cmd.Flags().BoolVar(&o.bgr, "bgr", false, "of an ONNX file: channels are blue, green, red")
}

// onnxRows are rows of the inputs of a network.
type onnxRows struct {
	n      int
	names  []string                                  // of images; nil where they have none
	inputs func(from, to int) map[string]onnx.Tensor // of a range of rows
	whole  bool                                      // tensors, which are taken at once
	notes  []string                                  // on images that were left out or changed
}

// few is how many numbers of a row are written without being asked for.
const few = 16

// maxRow is how many numbers a line has at most.
const maxRow = 1 << 24

// onnxBatch is how many rows of an ONNX file's input are computed at once.
const onnxBatch = 16

func (a *app) predictONNX(ctx context.Context, path, from string, opt predictOptions) error {
	if opt.level != 0 {
		return usage.Errorf("--interval: an ONNX file does not say how far off it is")
	}
	if opt.images.tta != "auto" && opt.images.tta != "none" {
		return usage.Errorf("--tta: of an ONNX file each image is seen once, as it is")
	}
	m, err := onnx.Read(path)
	if err != nil {
		return usage.Mark(err)
	}
	rows, err := a.rowsForONNX(m.Network, from, opt)
	if err != nil {
		return err
	}
	if opt.out != "" {
		if err := a.reads(path, from).Spare(opt.out); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	write := func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		if err := a.writeONNX(ctx, buffered, m, rows, opt); err != nil {
			return err
		}
		return buffered.Flush()
	}
	if opt.out == "" {
		return write(a.data)
	}
	if err := a.work.begin(); err != nil {
		return err
	}
	if err := files.Write(opt.out, write); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "%s predicted in %s\n", human.Plural(rows.n, "row"), opt.out)
	return nil
}

// rowsForONNX opens what predict takes as data for an ONNX file.
func (a *app) rowsForONNX(n onnx.Network, path string, opt predictOptions) (onnxRows, error) {
	ext := strings.ToLower(filepath.Ext(path))
	if ext == ".npy" || ext == ".pb" || ext == ".csv" || path == "-" {
		if err := opt.withoutImages(); err != nil {
			return onnxRows{}, err
		}
	}
	info, err := os.Stat(path)
	if err != nil && path != "-" {
		return onnxRows{}, usage.Mark(err)
	}
	folder := info != nil && info.IsDir()
	if ext == ".npy" || ext == ".pb" {
		if len(n.Inputs) != 1 {
			return onnxRows{}, usage.Errorf("the network has %d inputs: %s; want a folder with a file for each, NAME.npy or NAME.pb", len(n.Inputs), inputNames(n))
		}
		t, err := onnx.ReadTensor(path)
		return wholeRows(map[string]onnx.Tensor{n.Inputs[0].Name: t}), usage.Mark(err)
	}
	if folder {
		if t, found, err := tensorsIn(n, path); found || err != nil {
			if err == nil {
				err = opt.withoutImages()
			}
			return wholeRows(t), usage.Mark(err)
		}
	}
	if len(n.Inputs) != 1 {
		return onnxRows{}, usage.Errorf("the network has %d inputs: %s; want a folder with a file for each, NAME.npy or NAME.pb", len(n.Inputs), inputNames(n))
	}
	in := n.Inputs[0]
	if ext == ".csv" || path == "-" {
		return a.numberRows(in, path)
	}
	rows, err := imageRows(in, path, folder, opt)
	for _, note := range rows.notes {
		fmt.Fprintf(a.stderr, "note: %s\n", note)
	}
	return rows, usage.Mark(err)
}

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

func inputNames(n onnx.Network) string {
	var names []string
	for _, in := range n.Inputs {
		names = append(names, human.Line(in.Name+" "+in.String()))
	}
	return strings.Join(names, ", ")
}

func wholeRows(t map[string]onnx.Tensor) onnxRows {
	return onnxRows{n: 1, whole: true, inputs: func(_, _ int) map[string]onnx.Tensor { return t }}
}

// tensorsIn reads a tensor for each input from a folder, if there are such files.
func tensorsIn(n onnx.Network, folder string) (map[string]onnx.Tensor, bool, error) {
	list := map[string]onnx.Tensor{}
	var missing []string
	for i, in := range n.Inputs {
		found := false
		for _, name := range []string{in.Name + ".npy", in.Name + ".pb", fmt.Sprintf("input_%d.pb", i)} {
			if !filepath.IsLocal(name) {
				continue
			}
			t, err := onnx.ReadTensor(filepath.Join(folder, name))
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, true, err
			}
			list[in.Name], found = t, true
			break
		}
		if !found {
			missing = append(missing, in.Name)
		}
	}
	if len(list) > 0 && len(missing) > 0 {
		return nil, true, fmt.Errorf("%s has no file for input %s: NAME.npy or NAME.pb", folder, human.Line(strings.Join(missing, ", ")))
	}
	return list, len(list) > 0, nil
}

// rowShape is the shape of one row of an input, all of whose sizes but the first must
// be known.
func rowShape(in onnx.Input) ([]int, error) {
	if !in.Shape || len(in.Dims) < 1 {
		return nil, fmt.Errorf("input %q is %s, of which no row is known; want a tensor, FILE.npy or FILE.pb", in.Name, in)
	}
	var dims []int
	for _, d := range in.Dims[1:] {
		if d.Size == 0 {
			return nil, fmt.Errorf("input %q is %s, of open size; want a tensor, FILE.npy or FILE.pb", in.Name, in)
		}
		dims = append(dims, d.Size)
	}
	return dims, nil
}

// numberRows reads rows of numbers, each of them all numbers of a row of the input. A
// first line without any number is a header.
func (a *app) numberRows(in onnx.Input, path string) (onnxRows, error) {
	dims, err := rowShape(in)
	if err != nil {
		return onnxRows{}, usage.Mark(err)
	}
	width := 1
	for _, d := range dims {
		if d > maxRow/width {
			return onnxRows{}, usage.Errorf("input %q is %s, whose rows are too long for lines; want a tensor, FILE.npy or FILE.pb", in.Name, in)
		}
		width *= d
	}
	from, name := a.stdin, "standard input"
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return onnxRows{}, usage.Mark(err)
		}
		defer f.Close()
		from, name = f, path
	}
	r := csv.NewReader(bufio.NewReader(from))
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	var values []float64
	n := 0
	for first := true; ; first = false {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return onnxRows{}, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		if len(record) != width {
			return onnxRows{}, fmt.Errorf("%s: line %d has %s; input %q, %s, takes %d", name, line, human.Plural(len(record), "field"), in.Name, in, width)
		}
		row := make([]float64, width)
		bad, numbers := -1, 0
		for i, field := range record {
			row[i], err = strconv.ParseFloat(strings.TrimSpace(field), 64)
			switch {
			case err != nil && !errors.Is(err, strconv.ErrRange):
				if bad < 0 {
					bad = i
				}
			case math.IsNaN(row[i]) || math.Abs(row[i]) > math.MaxFloat32:
				return onnxRows{}, fmt.Errorf("%s: line %d: %q is no finite number of float32", name, line, field)
			default:
				numbers++
			}
		}
		switch {
		case bad >= 0 && first && numbers == 0:
			continue
		case bad >= 0:
			return onnxRows{}, fmt.Errorf("%s: line %d: %q is no number", name, line, record[bad])
		}
		values = append(values, row...)
		n++
	}
	if n == 0 {
		return onnxRows{}, fmt.Errorf("%s has no rows of numbers", name)
	}
	return onnxRows{n: n, inputs: func(from, to int) map[string]onnx.Tensor {
		return map[string]onnx.Tensor{in.Name: {Type: in.Elem, Dims: append([]int{to - from}, dims...), Values: values[from*width : to*width]}}
	}}, nil
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
	place := images.File
	if folder {
		place = images.Folder
	} else if strings.EqualFold(filepath.Ext(path), ".zip") {
		place = images.Zip
	}
	set, test, err := images.Read(path, place, images.Config{SkipCorrupt: opt.images.skipCorrupt}, &images.Form{Height: h, Width: w, Channels: c})
	if err != nil {
		return onnxRows{}, err
	}
	if set == nil || len(set.Pixels) == 0 && test != nil {
		set = test
	}
	each := h * w * c
	rows := onnxRows{n: len(set.Pixels) / each, names: set.Names, notes: set.Notes}
	rows.inputs = func(from, to int) map[string]onnx.Tensor {
		x := onnx.Tensor{Type: in.Elem, Dims: []int{to - from, h, w, c}, Values: make([]float64, (to-from)*each)}
		if first {
			x.Dims = []int{to - from, c, h, w}
		}
		for i, p := range set.Pixels[from*each : to*each] {
			at, channel := i, i%c
			if o.bgr {
				channel = c - 1 - channel
				at += channel - i%c
			}
			if first {
				row, pixel := at/each, at%each/c
				at = (row*c+channel)*h*w + pixel
			}
			x.Values[at] = (float64(p) - standard.Mean[channel]) / standard.Std[channel]
		}
		return map[string]onnx.Tensor{in.Name: x}
	}
	return rows, nil
}

// writeONNX writes a line for each row: the numbers of all outputs or, where they are
// many, the place of the largest of the first output and what it is.
func (a *app) writeONNX(ctx context.Context, w io.Writer, m *onnx.Model, rows onnxRows, opt predictOptions) error {
	n := m.Network
	batch := onnxBatch
	if len(n.Inputs[0].Dims) > 0 && n.Inputs[0].Dims[0].Size > 0 {
		batch = n.Inputs[0].Dims[0].Size // what the file was made for
	}
	programs := map[int]*onnx.Program{}
	var out *onnxWriter
	for from := 0; from < rows.n; from += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+batch, rows.n)
		inputs := rows.inputs(from, to)
		program, ok := programs[to-from]
		if !ok {
			var err error
			if program, err = m.Compile(inputs); err != nil {
				return err
			}
			defer program.Close()
			programs[to-from] = program
		}
		outputs, err := program.Run(inputs)
		if err != nil {
			return err
		}
		count := to - from
		if rows.whole {
			count = 1
			if d := outputs[n.Outputs[0]].Dims; len(d) > 0 {
				count = d[0]
			}
		}
		if out == nil {
			if out, err = newONNXWriter(w, n.Outputs, outputs, count, rows.names != nil, opt); err != nil {
				return err
			}
			if out.short {
				fmt.Fprintf(a.stderr, "note: of %d numbers a row the largest of %s is written, with its place from 0; --probabilities writes all\n", out.width, human.Line(n.Outputs[0]))
			}
		}
		for i := range count {
			name := ""
			if rows.names != nil {
				name = rows.names[from+i]
			}
			if err := out.row(name, i, count, outputs); err != nil {
				return err
			}
		}
	}
	return nil
}

// onnxWriter writes what a network makes of each row.
type onnxWriter struct {
	w       io.Writer
	csv     *csv.Writer // nil: an object a line
	outputs []string
	named   bool
	short   bool
	width   int
}

// newONNXWriter writes the header, if there is one.
func newONNXWriter(w io.Writer, names []string, first map[string]onnx.Tensor, rows int, named bool, opt predictOptions) (*onnxWriter, error) {
	out := &onnxWriter{w: w, outputs: names, named: named}
	var header []string
	if named {
		header = append(header, "file")
	}
	start := len(header)
	for _, name := range names {
		t := first[name]
		if rows == 0 || len(t.Values)%rows != 0 || len(t.Dims) > 0 && t.Dims[0] != rows {
			return nil, fmt.Errorf("output %q has shape %v, which is not a row for each of %d; use the library's onnx.Model.Run", name, t.Dims, rows)
		}
		each := len(t.Values) / rows
		out.width += each
		for i := range each {
			if each == 1 {
				header = append(header, name)
			} else {
				header = append(header, fmt.Sprintf("%s_%d", name, i))
			}
		}
	}
	if out.short = out.width > few && !opt.probabilities; out.short {
		header = append(header[:start], "largest", "value")
	}
	if opt.format == "jsonl" {
		return out, nil
	}
	out.csv = csv.NewWriter(w)
	out.csv.Write(header)
	out.csv.Flush()
	return out, out.csv.Error()
}

// row writes row i of so many.
func (o *onnxWriter) row(name string, i, rows int, outputs map[string]onnx.Tensor) error {
	part := func(t onnx.Tensor) []float64 {
		each := len(t.Values) / rows
		return t.Values[i*each : (i+1)*each]
	}
	largest := func(values []float64) int {
		best := 0
		for k, v := range values {
			if v > values[best] {
				best = k
			}
		}
		return best
	}
	text := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 32) }
	var fields []string
	if o.csv == nil {
		object := map[string]any{}
		if o.named {
			object["file"] = name
		}
		if first := part(outputs[o.outputs[0]]); o.short && len(first) > 0 {
			k := largest(first)
			object["largest"], object["value"] = k, json.RawMessage(jsonNumber(first[k]))
		} else {
			values := map[string][]json.RawMessage{}
			for _, output := range o.outputs {
				values[output] = []json.RawMessage{}
				for _, v := range part(outputs[output]) {
					values[output] = append(values[output], json.RawMessage(jsonNumber(v)))
				}
			}
			object["outputs"] = values
		}
		line, err := json.Marshal(object)
		if err == nil {
			_, err = o.w.Write(append(line, '\n'))
		}
		return err
	}
	if o.named {
		fields = append(fields, name)
	}
	if first := part(outputs[o.outputs[0]]); o.short && len(first) > 0 {
		k := largest(first)
		fields = append(fields, strconv.Itoa(k), text(first[k]))
	} else {
		for _, output := range o.outputs {
			for _, v := range part(outputs[output]) {
				fields = append(fields, text(v))
			}
		}
	}
	o.csv.Write(fields)
	o.csv.Flush()
	return o.csv.Error()
}

// jsonNumber is a number as JSON, null if it is not finite.
func jsonNumber(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "null"
	}
	return strconv.FormatFloat(v, 'g', -1, 32)
}
