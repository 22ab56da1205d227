package cli

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/files"
	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/settings"
	"descent/internal/shell"
	"descent/internal/suggest"
	"descent/internal/usage"
	"descent/model"
)

func (a *app) predictCommand() *cobra.Command {
	var opt predictOptions
	cmd := &cobra.Command{
		Use:   "predict MODEL DATA",
		Short: "Predict with a trained model",
		Long: `Predict each row of DATA: the class, the targets in their own units, or the labels
whose probability is more than one half, or than the threshold of the model.

MODEL is a model file, or a run folder, which means its best model. DATA holds
raw rows, as in training; it needs no target. It is a CSV file, a file of JSON
objects, a Parquet file, several of them by a pattern in quotes such as 'part-*.csv',
an image, a folder or zip file of images, a folder of IDX files, digits, or - for a
table on the standard input. One prediction is written for each row, in
order, and images with their names.

MODEL may be a network of another program, FILE.onnx. DATA is then images, of which
--mean, --std and --image-size say what the file does not, a CSV file of numbers, a
table with the columns that are its inputs, as descent export writes it, a tensor in a
file .npy or .pb, or a folder with such a file for each input.

Of a forecast DATA is a series, which is continued: one line is written for each step
behind its last row, with its time and intervals for 90 % or what --interval says.`,
		Example: `  descent predict runs/NAME houses-to-sell.csv
  descent predict runs/NAME - --format jsonl --probabilities < flowers.csv
  descent predict runs/NAME sales.csv --interval 0.8
  descent predict mobilenet.onnx photos --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225`,
		Args: positional("MODEL", "DATA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.predict(cmd.Context(), args[0], args[1], opt)
		},
	}
	cmd.Flags().StringVar(&opt.format, "format", "csv", "csv, with a header, or jsonl, an object a line")
	cmd.Flags().BoolVar(&opt.probabilities, "probabilities", false, "add the probability of each class or label")
	registerInterval(cmd, &opt.level, "add between what each target is with that probability, as in 0.9: lower and upper, by how far off the model was on the validation part")
	opt.images.register(cmd)
	opt.onnx.register(cmd)
	cmd.Flags().StringVar(&opt.out, "out", "", "file to write instead of stdout; none that the command reads or a run keeps")
	return cmd
}

type predictOptions struct {
	format        string
	probabilities bool
	images        imageOptions
	onnx          onnxOptions
	level         float64   // of intervals; 0: none
	thresholds    []float64 // of the model; nil: one half
	out           string
}

func (a *app) predict(ctx context.Context, model, path string, opt predictOptions) error {
	if formats := []string{"csv", "jsonl"}; opt.format != "csv" && opt.format != "jsonl" {
		return usage.Mark(fmt.Errorf("--format: %w", suggest.Unknown("format", opt.format, formats)))
	}
	if settings.IsONNX(model) {
		return a.predictONNX(ctx, model, path, opt)
	}
	file, m, _, err := opt.images.load(model)
	if err != nil {
		return err
	}
	spec := m.Spec()
	if spec.Encoder.OfText() {
		return fmt.Errorf("the model goes on with a text: %s", a.call("generate", shell.Path(model)))
	}
	if g := m.Objective()[0]; g.Target != data.Y || g.Task != spec.Task {
		return fmt.Errorf("the model's first goal, %s, is %s of field %q, which has no form here; use the library's Model.Predictions", g.Name, g.Task, g.Target)
	}
	if opt.probabilities && spec.Task == data.Regression {
		return withoutProbabilities(spec)
	}
	opt.thresholds = m.Thresholds()
	if opt.level != 0 {
		if err := spans(m, opt.level); err != nil {
			return err
		}
	}
	if opt.out != "" {
		if err := a.reads(model, file, path).Spare(opt.out); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	source, err := a.rawRows(spec, path, opt.images)
	if err != nil {
		return err
	}
	a.showNotes(source)
	predictions, predicted := writePredictions, human.Plural(source.Len(), "row")
	if spec.Horizon > 0 {
		predictions, predicted = writeForecast, human.Plural(spec.Horizon, "step")
		if err := spans(m, usualLevel); opt.level == 0 && err != nil {
			fmt.Fprintf(a.stderr, "note: without intervals: %s\n", strings.TrimPrefix(err.Error(), "--interval: "))
		}
	}
	write := func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		if err := predictions(ctx, buffered, m, source, opt); err != nil {
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
	fmt.Fprintf(a.stderr, "%s predicted in %s\n", predicted, opt.out)
	model, path = shell.Path(model), shell.Path(path)
	a.next(a.stderr, a.call("eval", model, path), a.call("inspect", model))
	return nil
}

// reads lists what a command reads; - is the standard input.
func (a *app) reads(paths ...string) runs.Inputs {
	in := runs.Reads(paths...)
	if file, ok := a.stdin.(*os.File); ok && slices.Contains(paths, "-") {
		in = in.And("the standard input", file)
	}
	return in
}

// rawRows opens what predict and eval take as data. A model whose samples a
// program made takes rows of numbers.
func (a *app) rawRows(s data.Spec, path string, opt imageOptions) (data.Source, error) {
	switch {
	case s.Encoder == nil && path == "-":
		return data.ReadSamples(a.stdin, "standard input", s)
	case s.Encoder == nil:
		return s.Open(path)
	case path == "-":
		return s.Encoder.EncodeCSV(a.stdin, "standard input")
	}
	return s.Encoder.OpenImages(path, data.ImageConfig{SkipCorrupt: opt.skipCorrupt})
}

// writePredictions writes a line for each row of source.
func writePredictions(ctx context.Context, w io.Writer, m *model.Model, source data.Source, opt predictOptions) error {
	newForm := newCSVForm
	if opt.format == "jsonl" {
		newForm = newJSONForm
	}
	names := data.RowNames(source)
	write, err := newForm(w, m.Spec(), opt, choose(names != nil, "file", ""))
	if err != nil {
		return err
	}
	row := 0
	for values, err := range predictions(ctx, m, source, opt.level) {
		name := ""
		if row < len(names) {
			name = names[row]
		}
		if err == nil {
			err = write(name, values)
		}
		if err != nil {
			return err
		}
		row++
	}
	return nil
}

// predictions yields those of all rows, with the lower and the upper ends of their
// intervals behind their values, if there is a level.
func predictions(ctx context.Context, m *model.Model, source data.Source, level float64) iter.Seq2[[]float64, error] {
	if level == 0 {
		return m.Predictions(ctx, source)
	}
	return func(yield func([]float64, error) bool) {
		for i, err := range m.Intervals(ctx, source, level) {
			if !yield(slices.Concat(i.Values, i.Lower, i.Upper), err) {
				return
			}
		}
	}
}

// form writes the prediction of a row, which may have a name. Behind the values of
// all targets stand the ends of their intervals, if they are asked for.
type form func(name string, values []float64) error

// newCSVForm returns what writes a prediction as CSV, after the header. named is the
// column of the names that rows have, if they have some.
func newCSVForm(w io.Writer, spec data.Spec, opt predictOptions, named string) (form, error) {
	out := csv.NewWriter(w)
	put := func(fields []string) error {
		if len(fields) == 1 && fields[0] == "" { // an empty line, which is no row
			_, err := io.WriteString(w, "\"\"\n")
			return err
		}
		out.Write(fields)
		out.Flush()
		return out.Error()
	}
	names := []string{"prediction"}
	if spec.Task == data.Regression && (len(spec.Targets) > 1 || spec.Horizon > 0) {
		names = spec.Targets
	}
	if opt.probabilities {
		for _, of := range outputNames(spec) {
			names = append(names, "p_"+of)
		}
	}
	if opt.level != 0 {
		names = append(names, ends(spec)...)
	}
	if named != "" {
		names = append([]string{named}, names...)
	}
	if err := put(names); err != nil {
		return nil, err
	}
	return func(name string, values []float64) error {
		var fields []string
		if named != "" {
			fields = append(fields, name)
		}
		switch spec.Task {
		case data.Classification:
			fields = append(fields, spec.Classes[runs.Answer(values, opt.thresholds)])
		case data.MultiLabel:
			fields = append(fields, strings.Join(runs.LabelsOf(spec.Targets, values, opt.thresholds), separator(spec)))
		}
		if spec.Task == data.Regression || opt.probabilities {
			for i, v := range values {
				fields = append(fields, runs.Predicted(spec, i%len(outputNames(spec)), v))
			}
		}
		return put(fields)
	}, nil
}

// ends names the ends of intervals.
func ends(spec data.Spec) (names []string) {
	for _, end := range []string{"lower", "upper"} {
		if len(spec.Targets) == 1 {
			names = append(names, end)
			continue
		}
		for _, target := range spec.Targets {
			names = append(names, end+"_"+target)
		}
	}
	return names
}

// outputNames are the classes, the targets or the labels.
func outputNames(spec data.Spec) []string {
	if spec.Task == data.Classification {
		return spec.Classes
	}
	return spec.Targets
}

// separator stands between the labels of a row: that of the training data, if their
// labels stood in one column.
func separator(spec data.Spec) string {
	if e := spec.Encoder; e != nil && e.LabelColumn != nil {
		return e.LabelColumn.Separator
	}
	return ";"
}

// newJSONForm returns what writes a prediction as an object a line.
func newJSONForm(w io.Writer, spec data.Spec, opt predictOptions, named string) (form, error) {
	return func(name string, values []float64) error {
		var b strings.Builder
		b.WriteByte('{')
		if named != "" {
			b.WriteString(jsonText(named) + ":" + jsonText(name) + ",")
		}
		b.WriteString(`"prediction":`)
		switch {
		case spec.Task == data.Classification:
			b.WriteString(jsonText(spec.Classes[runs.Answer(values, opt.thresholds)]))
		case spec.Task == data.MultiLabel:
			writeTexts(&b, runs.LabelsOf(spec.Targets, values, opt.thresholds))
		default:
			writeTargets(&b, spec, values[:len(spec.Targets)])
		}
		if k := len(spec.Targets); opt.level != 0 {
			b.WriteString(`,"lower":`)
			writeTargets(&b, spec, values[k:2*k])
			b.WriteString(`,"upper":`)
			writeTargets(&b, spec, values[2*k:])
		}
		if opt.probabilities {
			b.WriteString(`,"probabilities":`)
			writeNumbers(&b, spec, outputNames(spec), values)
		}
		b.WriteString("}\n")
		_, err := io.WriteString(w, b.String())
		return err
	}, nil
}

// writeTargets writes one number, or several as an object.
func writeTargets(b *strings.Builder, spec data.Spec, values []float64) {
	if len(values) == 1 {
		b.WriteString(runs.Predicted(spec, 0, values[0]))
		return
	}
	writeNumbers(b, spec, spec.Targets, values)
}

// writeNumbers writes an object whose keys keep their order.
func writeNumbers(b *strings.Builder, spec data.Spec, names []string, values []float64) {
	for i, v := range values {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(jsonText(names[i]) + ":" + runs.Predicted(spec, i, v))
	}
	b.WriteByte('}')
}

// writeTexts writes a list of strings.
func writeTexts(b *strings.Builder, texts []string) {
	b.WriteByte('[')
	for i, text := range texts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(jsonText(text))
	}
	b.WriteByte(']')
}

// jsonText writes a string as JSON, with < and > as they are.
func jsonText(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(s) // a string always has a JSON form
	return strings.TrimSuffix(b.String(), "\n")
}
