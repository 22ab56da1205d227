package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

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
	names  []string                                           // of images; nil where they have none
	inputs func(from, to int) (map[string]onnx.Tensor, error) // of a range of rows
	whole  bool                                               // tensors, which are taken at once
	batch  int                                                // how many are computed at once
	notes  []string                                           // on what was left out, changed or not known
}

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
	if len(m.Inputs) == 0 {
		return usage.Errorf("%s: the network has no inputs, and makes the same of any data", path)
	}
	rows, err := a.rowsForONNX(m, from, opt)
	if err != nil {
		return err
	}
	by := saidBy(m)
	if err := by.takes(opt); err != nil && !rows.whole {
		return err
	}
	if opt.out != "" {
		if err := a.reads(path, from).Spare(opt.out); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	for _, note := range rows.notes {
		fmt.Fprintf(a.stderr, "note: %s\n", note)
	}
	write := func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		if err := a.writeONNX(ctx, buffered, m, rows, by, opt); err != nil {
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
func (a *app) rowsForONNX(m *onnx.Model, path string, opt predictOptions) (onnxRows, error) {
	ext := strings.ToLower(filepath.Ext(path))
	if ext == ".npy" || ext == ".pb" || ext == ".csv" || path == "-" {
		if err := opt.withoutImages(); err != nil {
			return onnxRows{}, err
		}
	}
	info, err := os.Stat(path)
	folder := err == nil && info.IsDir()
	several := usage.Errorf("the network has %d inputs: %s; want a folder with a file for each, NAME.npy or NAME.pb", len(m.Inputs), inputNames(m))
	if ext == ".npy" || ext == ".pb" {
		if len(m.Inputs) != 1 {
			return onnxRows{}, several
		}
		t, err := onnx.ReadTensor(path)
		return wholeRows(map[string]onnx.Tensor{m.Inputs[0].Name: t}), usage.Mark(err)
	}
	if folder {
		if t, found, err := tensorsIn(m, path); found || err != nil {
			if err == nil {
				err = opt.withoutImages()
			}
			return wholeRows(t), usage.Mark(err)
		}
	}
	columns, why := columnsOf(m)
	if why == nil {
		if err := opt.withoutImages(); err != nil {
			return onnxRows{}, err
		}
		return a.tableRows(m, columns, path)
	}
	switch {
	case err != nil && path != "-":
		return onnxRows{}, usage.Mark(err)
	case len(m.Inputs) != 1:
		return onnxRows{}, usage.Errorf("%w; %w", several, why)
	case ext == ".csv" || path == "-":
		return a.numberRows(m.Inputs[0], path)
	}
	rows, err := imageRows(m.Inputs[0], path, folder, opt)
	return rows, usage.Mark(err)
}

func inputNames(n *onnx.Model) string {
	var names []string
	for _, in := range n.Inputs {
		names = append(names, human.Line(in.Name+" "+in.String()))
	}
	return strings.Join(names, ", ")
}

// writeONNX writes a line for each row: the numbers of all outputs or, where they are
// many, the place of the largest of the first output and what it is.
func (a *app) writeONNX(ctx context.Context, w io.Writer, m *onnx.Model, rows onnxRows, by *said, opt predictOptions) error {
	batch := max(rows.batch, onnxBatch)
	if d := m.Inputs[0].Dims; len(d) > 0 && d[0].Size > 0 {
		batch = d[0].Size // what the file was made for
	}
	programs := map[int]*onnx.Program{}
	var write onnxForm
	for from := 0; from < rows.n; from += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+batch, rows.n)
		inputs, err := rows.inputs(from, to)
		if err != nil {
			return err
		}
		program, ok := programs[to-from]
		if !ok {
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
			if d := outputs[m.Outputs[0]].Dims; len(d) > 0 {
				count = d[0]
			}
		}
		if write == nil {
			if write, err = a.onnxForm(w, m, rows, by, outputs, count, opt); err != nil {
				return err
			}
		}
		for i := range count {
			name := ""
			if rows.names != nil {
				name = rows.names[from+i]
			}
			if err := write(name, i, count, outputs); err != nil {
				return err
			}
		}
	}
	return nil
}

// onnxForm writes row i of so many of the outputs, which may have a name.
type onnxForm func(name string, i, rows int, outputs map[string]onnx.Tensor) error

// onnxForm returns what writes rows: as the model's own predictions, if the file says what
// those are and takes rows as the model does, or else all outputs as they are.
func (a *app) onnxForm(w io.Writer, m *onnx.Model, rows onnxRows, by *said, outputs map[string]onnx.Tensor, count int, opt predictOptions) (onnxForm, error) {
	if by != nil && !rows.whole {
		if write, err := by.writer(w, outputs, count, rows.names != nil, opt); write != nil || err != nil {
			return write, err
		}
	}
	out, err := newONNXWriter(w, m.Outputs, outputs, count, rows.names != nil, by, opt)
	if err != nil {
		return nil, err
	}
	if out.short {
		fmt.Fprintf(a.stderr, "note: of %d numbers a row the largest of %s is written, with its place from 0; --probabilities writes all\n", out.width, human.Line(out.first))
	}
	if len(m.Texts) > 0 {
		fmt.Fprintf(a.stderr, "note: output %s is text that operators make which are not read here, and left out\n", human.Line(strings.Join(m.Texts, ", ")))
	}
	return out.row, nil
}
