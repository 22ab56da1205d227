package settings

import (
	"testing"

	"descent/onnx"
)

// TestBackboneOf: what the last layer of a network reads, "" where there is none or a node
// lacks operands.
func TestBackboneOf(t *testing.T) {
	node := func(op, out string, in ...string) onnx.Node {
		return onnx.Node{Op: op, Inputs: in, Outputs: []string{out}}
	}
	for name, row := range map[string]struct {
		nodes []onnx.Node
		want  string
	}{
		"product":              {[]onnx.Node{node("Gemm", "s", "f", "w"), node("Softmax", "y", "s")}, "f"},
		"sum behind a product": {[]onnx.Node{node("MatMul", "s", "f", "w"), node("Add", "y", "b", "s")}, "f"},
		"convolution":          {[]onnx.Node{node("Conv", "c", "f", "w"), node("GlobalAveragePool", "s", "c"), node("LogSoftmax", "y", "s")}, "f"},
		"no scores":            {[]onnx.Node{node("Conv", "y", "f", "w")}, ""},
		"another operator":     {[]onnx.Node{node("Gemm", "s", "f", "w"), node("TopK", "y", "s")}, ""},
		"no nodes":             {nil, ""},
		"no operands":          {[]onnx.Node{node("Relu", "y")}, ""},
		"a product of nothing": {[]onnx.Node{node("Gemm", "y")}, ""},
		"a sum of one":         {[]onnx.Node{node("Add", "y", "b")}, ""},
	} {
		if got := backboneOf(onnx.Network{Nodes: row.nodes, Outputs: []string{"y"}}); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}
