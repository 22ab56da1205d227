package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"descent/internal/human"
	"descent/internal/runs"
	"descent/internal/safetensors"
	"descent/internal/settings"
	"descent/internal/shell"
	"descent/model"
	"descent/tabular"
)

func (a *app) inspectCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect MODEL",
		Short: "Show the layers, shapes and preprocessing of a model",
		Long: `Show what a model is: its layers with shapes, parameters and the multiply-adds
that a row takes, how raw rows become samples, its loss, and what wrote its file.

MODEL is a model file, a run folder, which means its best model, or a network of
another program in the ONNX format, FILE.onnx, whose operators are listed.`,
		Example: `  descent inspect runs/NAME
  descent inspect squeezenet.onnx`,
		Args: positional("MODEL"),
		RunE: func(_ *cobra.Command, args []string) error { return a.inspect(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout instead of text")
	return cmd
}

// inspection is what inspect --json prints.
type inspection struct {
	Model      string    `json:"model"`
	Version    string    `json:"version"`
	Format     int       `json:"format"`
	Task       string    `json:"task"`
	Input      []int     `json:"input"`
	Classes    []string  `json:"classes,omitempty"`
	Targets    []string  `json:"targets,omitempty"`
	Loss       string    `json:"loss"`                  // of the first goal
	Thresholds []float64 `json:"thresholds,omitempty"`  // of the second of two classes, or of each label; none: one half
	Storage    string    `json:"storage,omitempty"`     // of weights of fewer bits than 32
	Heat       float64   `json:"temperature,omitempty"` // by which outputs are divided; none: they are as they were trained
	Goals      []goal    `json:"goals,omitempty"`
	Layers     []layer   `json:"layers"`
	Parameters int       `json:"parameters"`
	Buffers    int       `json:"buffers,omitempty"` // values that training measures, such as running means
	Products   int       `json:"multiply_adds"`     // for one row
	SHA256     string    `json:"weights_sha256"`
}

// goal is one of several that a model was trained for, or one of another field
// than the target.
type goal struct {
	Name   string  `json:"name"`
	Task   string  `json:"task"`
	Target string  `json:"target"`
	Loss   string  `json:"loss"`
	Weight float64 `json:"weight"`
}

type layer struct {
	Path       string `json:"path"`
	Kind       string `json:"kind"`
	Output     []int  `json:"output"`
	Parameters int    `json:"parameters"`
	Products   int    `json:"multiply_adds"`
}

func (a *app) inspect(path string, asJSON bool) error {
	if settings.IsONNX(path) {
		i, m, err := a.inspectONNX(path)
		switch {
		case err != nil:
			return err
		case asJSON:
			return runs.WriteJSON(a.data, i)
		}
		return a.printONNX(i, m)
	}
	file, m, err := loadModel(path)
	if err != nil {
		return err
	}
	spec := m.Spec()
	rows, err := m.Layers()
	if err != nil {
		return err
	}
	i := inspection{
		Model: file, Task: taskName(spec), Input: spec.Input, Classes: spec.Classes, Targets: spec.Targets,
		Loss: m.Objective()[0].Loss.Name(), Parameters: m.Parameters(), Buffers: -m.Parameters(), SHA256: m.SHA256(),
	}
	i.Thresholds = m.Thresholds()
	if s := m.Storage(); s != model.Float32 {
		i.Storage = s.String()
	}
	if t := m.Temperature(); t != 1 {
		i.Heat = t
	}
	if o := m.Objective(); !o.Usual(spec) && !spec.Encoder.OfText() {
		for _, g := range o {
			i.Goals = append(i.Goals, goal{g.Name, g.Task.String(), g.Target, g.Loss.Name(), g.Weight})
		}
	}
	for _, values := range m.Weights() {
		i.Buffers += len(values)
	}
	for _, row := range rows {
		i.Layers = append(i.Layers, layer{row.Path, row.Kind, row.Output, row.Params, row.MultiplyAdds})
		i.Products += row.MultiplyAdds
	}
	if err := i.origin(file); err != nil {
		return err
	}
	if asJSON {
		return runs.WriteJSON(a.data, i)
	}
	return a.printInspection(path, i, m)
}

// origin reads what wrote the file.
func (i *inspection) origin(file string) error {
	f, err := safetensors.ReadFile(file)
	if err != nil {
		return err
	}
	var meta struct {
		Format  int    `json:"format"`
		Version string `json:"version"`
	}
	if err := json.Unmarshal([]byte(f.Meta["descent"]), &meta); err != nil {
		return fmt.Errorf("%s: metadata: %w", file, err)
	}
	i.Format, i.Version = meta.Format, meta.Version
	return nil
}

func (a *app) printInspection(path string, i inspection, m *model.Model) error {
	out := a.stdout
	stored := ""
	if i.Storage != "" {
		stored = ", stored as " + i.Storage
	}
	fmt.Fprintf(out, "%s\n  written by descent %s, format %d\n  weights %s%s\n\n", i.Model, i.Version, i.Format, i.SHA256, stored)
	if err := printLayers(out, i); err != nil {
		return err
	}
	if words := tabular.Words(m.Spec(), m.Network()); len(words) > 0 {
		fmt.Fprintf(out, "\nencodings\n%s", human.Indent(human.Escape(strings.Join(words, "\n")), "  "))
	}
	if e := m.Spec().Encoder; e != nil {
		fmt.Fprintf(out, "\ndata\n%s", human.Indent(e.String(), "  "))
	}
	fmt.Fprintln(out)
	if len(i.Goals) == 0 {
		what := ""
		if m.Spec().Encoder.OfText() {
			what = ", of which token follows each"
		}
		fmt.Fprintf(out, "loss %s%s\n", i.Loss, what)
	}
	if i.Heat != 0 {
		fmt.Fprintf(out, "calibrated by a temperature of %s\n", human.Float(i.Heat))
	}
	for k, t := range m.Thresholds() {
		fmt.Fprintf(out, "answers %s above a probability of %s\n", human.Line(decidedNames(m.Spec())[k]), human.Float(t))
	}
	if r := m.Residuals(); r != nil {
		fmt.Fprintf(out, "intervals by how far off it was on %s\n", human.Plural(r.Rows, "row"))
	}
	for _, g := range i.Goals {
		fmt.Fprintf(out, "goal %s\n", human.Line(fmt.Sprintf("%s: %s of %s, loss %s, weight %s", g.Name, g.Task, g.Target, g.Loss, human.Float(g.Weight))))
	}
	fmt.Fprintln(out)
	path = shell.Path(path)
	use := a.call("predict", path, "DATA")
	if m.Spec().Encoder.OfText() {
		use = a.call("generate", path)
	}
	a.next(out, use, a.call("eval", path, "DATA"))
	return nil
}

func printLayers(out io.Writer, i inspection) error {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "layer\toutput\tparameters\tmultiply-adds\t\n")
	fmt.Fprintf(w, "input\t%s\t\t\t\n", human.Shape(i.Input))
	for _, l := range i.Layers {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", human.Line(l.Path), human.Shape(l.Output), human.Thousands(float64(l.Parameters)), human.Thousands(float64(l.Products)))
	}
	fmt.Fprintf(w, "total\t\t%s\t%s\t\n", human.Thousands(float64(i.Parameters)), human.Thousands(float64(i.Products)))
	if err := w.Flush(); err != nil || i.Buffers == 0 {
		return err
	}
	_, err := fmt.Fprintf(out, "\nand %s that training measures and prediction uses, such as running means\n", human.Plural(i.Buffers, "value"))
	return err
}
