package cli

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"descent/internal/human"
	"descent/internal/settings"
	"descent/internal/shell"
	"descent/internal/suggest"
	"descent/internal/usage"
	"descent/onnx"
)

func (a *app) onnxCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "onnx",
		Short: "Run tests in the form of the ONNX standard",
		Long: `Work with files of the ONNX format. Networks in such files are shown by inspect and
predicted with by predict.`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return nil
			case settings.IsONNX(args[0]):
				return fmt.Errorf("onnx takes the subcommand test, and %s is a file: inspect and predict take it", args[0])
			}
			return suggest.Unknown("subcommand", args[0], []string{"test"})
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "test FOLDER...",
		Short: "Compare a network with the outputs that another program made of it",
		Long: `Run tests in the form of the ONNX standard: each FOLDER holds model.onnx and folders
test_data_set_0, ... with input_0.pb, ... and output_0.pb, ... in the order of the
model's. Each output is printed with how far off it is, which may be 1e-5 and 1e-4 of
the largest number. The exit code is 0 if all hold.`,
		Example: `  descent onnx test node/test_relu`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("test takes one FOLDER or more; given were none")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.testONNX(args) },
	})
	return cmd
}

func (a *app) testONNX(folders []string) error {
	failed := 0
	for _, folder := range folders {
		checks, err := onnx.CheckFolder(folder)
		if err != nil {
			failed++
			fmt.Fprintf(a.stdout, "FAIL %s\n     %s\n", folder, strings.ReplaceAll(err.Error(), "\n", "\n     "))
			continue
		}
		good := true
		for _, c := range checks {
			good = good && c.Holds()
		}
		if !good {
			failed++
		}
		fmt.Fprintf(a.stdout, "%s %s\n", choose(good, "ok  ", "FAIL"), folder)
		for _, c := range checks {
			what := fmt.Sprintf("off by %.2g, at most %.2g", c.Off, c.Bound)
			switch {
			case math.IsNaN(c.Off):
				what = fmt.Sprintf("shape %v instead of %v", c.Got.Dims, c.Want.Dims)
			case c.Want.Texts != nil:
				what = choose(c.Holds(), "the same texts", "other texts")
			}
			fmt.Fprintf(a.stdout, "     %s %s: %s\n", c.Set, human.Line(c.Output), what)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, human.Plural(len(folders), "test"))
	}
	return nil
}

// onnxInspection is what inspect --json prints of an ONNX file.
type onnxInspection struct {
	Model      string            `json:"model"`
	Producer   string            `json:"producer,omitempty"`
	Opset      int               `json:"opset"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Inputs     []onnxValue       `json:"inputs"`
	Outputs    []string          `json:"outputs"`
	Texts      []string          `json:"texts,omitempty"`
	Before     int               `json:"nodes_before,omitempty"` // the network, and behind it
	Behind     int               `json:"nodes_behind,omitempty"`
	Nodes      []onnxNode        `json:"nodes"`
	Parameters int               `json:"parameters"`
	Buffers    int               `json:"buffers,omitempty"`
	Products   int               `json:"multiply_adds,omitempty"`
}

type onnxValue struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Shape []any  `json:"shape"` // numbers, and names of open sizes
}

type onnxNode struct {
	Op         string `json:"op"`
	Tensor     string `json:"tensor"` // its first result
	Shape      []int  `json:"shape,omitempty"`
	Parameters int    `json:"parameters,omitempty"`
	Products   int    `json:"multiply_adds,omitempty"`
}

func (a *app) inspectONNX(path string) (onnxInspection, *onnx.Model, error) {
	m, err := onnx.Read(path)
	if err != nil {
		return onnxInspection{}, nil, usage.Mark(err)
	}
	n := m.Network
	i := onnxInspection{Model: path, Producer: m.Producer, Opset: n.Opset, Metadata: m.Metadata, Outputs: m.Outputs, Texts: m.Texts}
	before, behind := m.Around()
	i.Before, i.Behind = len(before), len(behind)
	for _, in := range m.Inputs {
		v := onnxValue{Name: in.Name, Type: in.Elem, Shape: []any{}}
		for _, d := range in.Dims {
			if d.Size > 0 {
				v.Shape = append(v.Shape, d.Size)
			} else {
				v.Shape = append(v.Shape, d.Name)
			}
		}
		i.Inputs = append(i.Inputs, v)
	}
	for _, w := range n.Weights {
		if w.Trained() {
			i.Parameters += w.Size()
		} else {
			i.Buffers += w.Size()
		}
	}
	for _, row := range m.Rows() {
		i.Nodes = append(i.Nodes, onnxNode{row.Op, row.Tensor, row.Shape, row.Params, row.MultiplyAdds})
		i.Products += row.MultiplyAdds
	}
	return i, m, nil
}

func (a *app) printONNX(i onnxInspection, m *onnx.Model) error {
	out := a.stdout
	fmt.Fprintf(out, "%s\n  ONNX, opset %d", i.Model, i.Opset)
	if i.Producer != "" {
		fmt.Fprintf(out, ", written by %s", human.Line(i.Producer))
	}
	fmt.Fprintln(out)
	for _, in := range m.Inputs {
		fmt.Fprintf(out, "  input  %s\n", human.Line(in.Name+" "+in.String()))
	}
	for _, name := range i.Texts {
		fmt.Fprintf(out, "  output %s is text, and left out\n", human.Line(name))
	}
	for _, name := range i.Outputs {
		fmt.Fprintf(out, "  output %s\n", human.Line(name))
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "tensor\toperator\tshape\tparameters\tmultiply-adds\n")
	for _, n := range i.Nodes {
		shape := "?"
		if n.Shape != nil {
			shape = human.Shape(n.Shape)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", human.Line(n.Tensor), human.Line(n.Op), shape, human.Thousands(float64(n.Parameters)), human.Thousands(float64(n.Products)))
	}
	fmt.Fprintf(w, "total\t\t\t%s\t%s\n", human.Thousands(float64(i.Parameters)), human.Thousands(float64(i.Products)))
	if err := w.Flush(); err != nil {
		return err
	}
	if i.Before+i.Behind > 0 {
		fmt.Fprintf(out, "\nbefore the network %s, behind it %d: computed in float64 and with texts\n", human.Plural(i.Before, "operator"), i.Behind)
	}
	if i.Buffers > 0 {
		fmt.Fprintf(out, "\nand %s that training measures and prediction uses, such as running means\n", human.Plural(i.Buffers, "value"))
	}
	fmt.Fprintln(out)
	a.next(out, a.call("predict", shell.Path(i.Model), "DATA"))
	return nil
}
