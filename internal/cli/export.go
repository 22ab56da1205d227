package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"descent/internal/files"
	"descent/internal/gowrite"
	"descent/internal/human"
	"descent/internal/shell"
	"descent/internal/suggest"
	"descent/internal/torchwrite"
	"descent/internal/usage"
	"descent/model"
	"descent/onnx"
)

func (a *app) exportCommand() *cobra.Command {
	var opt exportOptions
	cmd := &cobra.Command{
		Use:   "export MODEL",
		Short: "Write a model for other programs: ONNX, PyTorch, a Go package",
		Long: `Write a model for other programs.

  onnx         a graph of ONNX, opset 17, for any number of rows: with what encodes
               columns and pixels, the network, and what answers, as far as ONNX can
               say it; what it cannot is printed
  safetensors  the weights of the network, named and laid out as PyTorch has them, and a
               Python file beside it, whose load returns a module of PyTorch
  go           a Go package in the folder --out, with the model in it and a Predict that
               takes a struct of the columns, an image or a text
  model        a model file of descent, as it is the format with --weights, which stores
               weights in half (bf16) or a quarter (int8) of the room: rounded, with the
               scores on the test part of the run before and after

MODEL is a model file, or a run folder, which means its best model.`,
		Example: `  descent export runs/NAME --out houses.onnx
  descent export runs/NAME --out houses.safetensors
  descent export runs/NAME --format go --out houses
  descent export runs/NAME --weights bf16 --out small.safetensors`,
		Args: positional("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.export(cmd.Context(), args[0], opt) },
	}
	cmd.Flags().StringVar(&opt.out, "out", "", "file to write, or for go the folder of the package; none that the command reads or a run keeps")
	cmd.Flags().StringVar(&opt.format, "format", "", "onnx, safetensors, go or model (default: what the name of --out ends in)")
	cmd.Flags().StringVar(&opt.weights, "weights", "", "how to store weights: float32, bf16 or int8; of the formats model, the default then, and go")
	return cmd
}

type exportOptions struct{ out, format, weights string }

// exporters write a model for other programs, by the name of the format.
var exporters = map[string]func(a *app, m *model.Model, out string) error{
	"onnx":        (*app).exportONNX,
	"safetensors": (*app).exportTorch,
	"go":          (*app).exportGo,
	"model":       (*app).exportModel,
}

func (a *app) export(ctx context.Context, path string, opt exportOptions) error {
	if opt.out == "" {
		return usage.Errorf("--out says what to write, such as model.onnx")
	}
	format := opt.format
	if format == "" && opt.weights != "" && filepath.Ext(opt.out) != ".onnx" {
		format = "model"
	}
	if format == "" {
		format = strings.TrimPrefix(filepath.Ext(opt.out), ".")
	}
	if format == "" {
		return usage.Errorf("--format says how to write %s, whose name does not end in .onnx or .safetensors", opt.out)
	}
	write, ok := exporters[format]
	if !ok {
		return usage.Mark(fmt.Errorf("--format: %w", suggest.Unknown("format", format, slices.Sorted(maps.Keys(exporters)))))
	}
	storage, err := opt.storage(format)
	if err != nil {
		return err
	}
	file, m, err := loadModel(path)
	if err != nil {
		return err
	}
	outs := []string{opt.out}
	if format == "safetensors" {
		outs = append(outs, torchwrite.ModuleFile(opt.out))
	}
	for _, out := range outs {
		if err := a.reads(path, file).Spare(out); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	if info, err := os.Stat(opt.out); err == nil && info.IsDir() != (format == "go") {
		return usage.Errorf("--out: %s is a %s, and --format %s writes a %s", opt.out, choose(info.IsDir(), "folder", "file"), format, choose(info.IsDir(), "file", "folder"))
	}
	stored := m
	if opt.weights != "" {
		if stored, err = m.Quantize(storage); err != nil {
			return err
		}
	}
	if err := write(a, stored, opt.out); err != nil {
		return err
	}
	if opt.weights != "" {
		if err := a.showRounded(ctx, file, opt.out, m, stored); err != nil {
			return err
		}
	}
	options := imageOptions{tta: "auto"}
	if views, err := options.views(file); err == nil && views != "none" && views != "" {
		fmt.Fprintf(a.stdout, "not exported: the views %s, over which predict and eval take the mean\n", views)
	}
	return nil
}

func (a *app) exportONNX(m *model.Model, out string) error {
	var c onnx.Contents
	err := files.Write(out, func(w io.Writer) (err error) {
		c, err = onnx.Export(w, m)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s  ONNX, opset 17, %s\n", shell.Path(out), human.Plural(c.Nodes, "node"))
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for i, list := range [][]onnx.Port{c.Inputs, c.Outputs} {
		for _, p := range list {
			fmt.Fprintf(w, "%s\t%s\t%s %s\t%s\n", []string{"input", "output"}[i], human.Line(p.Name), p.Type, p.Shape, human.Line(p.Doc))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, o := range c.Outside {
		fmt.Fprintf(a.stdout, "not in the file: %s\n", human.Line(o))
	}
	return nil
}

func (a *app) exportTorch(m *model.Model, out string) error {
	if err := torchwrite.Write(out, m); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	fmt.Fprintf(a.stdout, "%s  weights under PyTorch's names and in its layouts\n%s  a module of PyTorch that loads them\n", shell.Path(out), shell.Path(torchwrite.ModuleFile(out)))
	return nil
}

func (a *app) exportGo(m *model.Model, out string) error {
	if err := gowrite.Write(out, m); err != nil {
		return fmt.Errorf("go: %w", err)
	}
	fmt.Fprintf(a.stdout, "%s  a Go package with the model in it: import it, and call Predict\n", shell.Path(out))
	return nil
}
