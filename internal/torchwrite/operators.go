package torchwrite

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/internal/onnxproto"
)

// forms are operators that are one expression of their operands.
var forms = map[string]string{
	"Add": "%s + %s", "Sub": "%s - %s", "Mul": "%s * %s", "Div": "%s / %s", "MatMul": "%s @ %s", "And": "%s & %s",
	"Less": "%s < %s", "LessOrEqual": "%s <= %s", "GreaterOrEqual": "%s >= %s", "Equal": "%s == %s",
	"Neg": "-%s", "Abs": "torch.abs(%s)", "Sign": "torch.sign(%s)", "Exp": "torch.exp(%s)", "Log": "torch.log(%s)",
	"Sqrt": "torch.sqrt(%s)", "Sin": "torch.sin(%s)", "Cos": "torch.cos(%s)", "Tanh": "torch.tanh(%s)",
	"Sigmoid": "torch.sigmoid(%s)", "Erf": "torch.erf(%s)", "Relu": "F.relu(%s)", "Round": "torch.round(%s)", "Floor": "torch.floor(%s)",
	"Max": "torch.maximum(%s, %s)", "Min": "torch.minimum(%s, %s)", "Where": "torch.where(%s, %s, %s)", "Clip": "torch.clamp(%s, %s, %s)",
}

// expr is what stands for a tensor.
func (w *writer) expr(name string) string {
	if e, ok := w.exprs[name]; ok {
		return e
	}
	if t := w.consts[name]; t != nil && t.Type == onnxproto.Float32 && len(t.Raw) == 4 {
		return "torch.tensor(" + number(float64(values(t)[0])) + ")"
	}
	return name
}

// number writes a number of Python.
func number(v float64) string {
	if math.IsInf(v, 0) || v != v {
		return fmt.Sprintf("float(%q)", strings.ToLower(strings.TrimPrefix(fmt.Sprint(v), "+")))
	}
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// tuple writes whole numbers as Python does.
func tuple(list []int64) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = strconv.FormatInt(v, 10)
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// node writes a node as a line, or keeps what stands for it where it is a shape.
func (w *writer) node(n *onnxproto.Node) error {
	name := n.Outputs[0]
	if n.Op == "Identity" {
		w.exprs[name] = w.expr(n.Inputs[0])
	}
	if n.Op == "Identity" || w.shape(n) {
		return nil
	}
	e, err := w.expression(n)
	if err != nil {
		return err
	}
	v := fmt.Sprintf("v%d", len(w.lines))
	w.lines, w.exprs[name] = append(w.lines, v+" = "+e), v
	return nil
}

// shape keeps what computes a shape, as a list.
func (w *writer) shape(n *onnxproto.Node) bool {
	part := func(name string) string {
		if s, ok := w.shapes[name]; ok {
			return s
		}
		return "list(" + tuple(w.list(name)) + ")"
	}
	_, of := w.shapes[n.Inputs[0]]
	of = of || slices.ContainsFunc(n.Inputs, func(in string) bool { _, ok := w.shapes[in]; return ok })
	switch {
	case n.Op == "Shape":
		w.shapes[n.Outputs[0]] = fmt.Sprintf("list(%s.shape[%d:%d])", w.expr(n.Inputs[0]), ints(n, "start")[0], ints(n, "end")[0])
	case n.Op == "Mul" && of:
		w.shapes[n.Outputs[0]] = fmt.Sprintf("[rows * %d for rows in %s]", w.list(n.Inputs[1])[0], w.shapes[n.Inputs[0]])
	case n.Op == "Concat" && of:
		var parts []string
		for _, in := range n.Inputs {
			parts = append(parts, part(in))
		}
		w.shapes[n.Outputs[0]] = strings.Join(parts, " + ")
	default:
		return false
	}
	return true
}

// expression returns what computes a node.
func (w *writer) expression(n *onnxproto.Node) (string, error) {
	in := make([]string, len(n.Inputs))
	args := make([]any, len(in))
	for i, name := range n.Inputs {
		in[i] = w.expr(name)
		args[i] = in[i]
	}
	if form, ok := forms[n.Op]; ok {
		return fmt.Sprintf(form, args...), nil
	}
	third := func() string {
		if len(in) > 2 {
			return in[2]
		}
		return "None"
	}
	axis := func() int64 { return ints(n, "axis")[0] }
	switch n.Op {
	case "Cast":
		as := map[int64]string{int64(onnxproto.Float32): "float", int64(onnxproto.Int64): "long", int64(onnxproto.Bool): "bool"}
		to, ok := as[ints(n, "to")[0]]
		if !ok {
			return "", fmt.Errorf("Cast to %v has no form in PyTorch here", onnxproto.DataType(ints(n, "to")[0]))
		}
		return fmt.Sprintf("%s.%s()", in[0], to), nil
	case "Gemm":
		return w.gemm(n, in, third()), nil
	case "Conv", "ConvTranspose":
		return convolution(n, in, third()), nil
	case "MaxPool", "AveragePool":
		return pool(n, in[0]), nil
	case "BatchNormalization":
		return fmt.Sprintf("F.batch_norm(%s, %s, %s, %s, %s, self.training, 0.1, %s)", in[0], in[3], in[4], in[1], in[2], epsilon(n)), nil
	case "LayerNormalization":
		return fmt.Sprintf("F.layer_norm(%s, %s.shape[-1:], %s, %s, %s)", in[0], in[0], in[1], third(), epsilon(n)), nil
	case "Softmax", "LogSoftmax":
		return fmt.Sprintf("F.%s(%s, %d)", map[string]string{"Softmax": "softmax", "LogSoftmax": "log_softmax"}[n.Op], in[0], axis()), nil
	case "ReduceSum":
		return fmt.Sprintf("%s.sum(%s, keepdim=True)", in[0], tuple(w.list(n.Inputs[1]))), nil
	case "ReduceMax":
		return fmt.Sprintf("torch.amax(%s, %s, keepdim=True)", in[0], tuple(ints(n, "axes"))), nil
	case "Transpose":
		return fmt.Sprintf("%s.permute%s", in[0], tuple(ints(n, "perm"))), nil
	case "Unsqueeze":
		return fmt.Sprintf("%s.unsqueeze(%d)", in[0], w.list(n.Inputs[1])[0]), nil
	case "Concat":
		return fmt.Sprintf("torch.cat([%s], %d)", strings.Join(in, ", "), axis()), nil
	case "Slice":
		every := strings.Repeat(":, ", int(w.list(n.Inputs[3])[0]))
		return fmt.Sprintf("%s[%s%d:%d]", in[0], every, w.list(n.Inputs[1])[0], w.list(n.Inputs[2])[0]), nil
	case "Reshape":
		return w.reshape(n, in[0]), nil
	case "Expand":
		to, ok := w.shapes[n.Inputs[1]]
		if !ok {
			to = tuple(w.list(n.Inputs[1]))
		}
		return fmt.Sprintf("%s.expand(torch.broadcast_shapes(%s.shape, tuple(%s)))", in[0], in[0], to), nil
	case "Pad":
		list := w.list(n.Inputs[1])
		var pads []int64
		for i := len(list)/2 - 1; i >= 0; i-- {
			pads = append(pads, list[i], list[len(list)/2+i])
		}
		return fmt.Sprintf("F.pad(%s, %s)", in[0], tuple(pads)), nil
	case "Gather":
		if columns := w.list(n.Inputs[1]); columns != nil {
			return fmt.Sprintf("torch.index_select(%s, %d, torch.tensor(%s, device=%s.device))", in[0], axis(), tuple(columns), in[0]), nil
		}
		return fmt.Sprintf("F.embedding(%s, %s)", in[1], in[0]), nil
	}
	return "", fmt.Errorf("operator %s has no form in PyTorch here", n.Op)
}

func epsilon(n *onnxproto.Node) string {
	return number(float64(attribute(n, "epsilon").Float))
}

func (w *writer) gemm(n *onnxproto.Node, in []string, bias string) string {
	x, y := in[0], in[1]
	if ints(n, "transA") != nil {
		x += ".t()"
	}
	if ints(n, "transB") == nil && !w.turned[n.Inputs[1]] {
		y += ".t()"
	}
	return fmt.Sprintf("F.linear(%s, %s, %s)", x, y, bias)
}

// padded writes padding by a number of the last two axes, in ONNX's order.
func padded(x string, pads []int64, with string) string {
	if !slices.ContainsFunc(pads, func(p int64) bool { return p != 0 }) {
		return x
	}
	return fmt.Sprintf("F.pad(%s, %s%s)", x, tuple([]int64{pads[1], pads[3], pads[0], pads[2]}), with)
}

func convolution(n *onnxproto.Node, in []string, bias string) string {
	pads, strides, dilations, group := ints(n, "pads"), ints(n, "strides"), ints(n, "dilations"), ints(n, "group")[0]
	if n.Op == "Conv" {
		x, padding := in[0], pads[:2]
		if pads[0] != pads[2] || pads[1] != pads[3] {
			x, padding = padded(x, pads, ""), []int64{0, 0}
		}
		return fmt.Sprintf("F.conv2d(%s, %s, %s, %s, %s, %s, %d)", x, in[1], bias, tuple(strides), tuple(padding), tuple(dilations), group)
	}
	more := ints(n, "output_padding")
	y := fmt.Sprintf("F.conv_transpose2d(%s, %s, None, %s, 0, 0, %d, %s)", in[0], in[1], tuple(strides), group, tuple(dilations))
	y = padded(y, []int64{-pads[0], -pads[1], more[0] - pads[2], more[1] - pads[3]}, "")
	if bias == "None" {
		return y
	}
	return fmt.Sprintf("%s + %s[:, None, None]", y, bias)
}

func pool(n *onnxproto.Node, x string) string {
	window, strides, pads := tuple(ints(n, "kernel_shape")), tuple(ints(n, "strides")), ints(n, "pads")
	if n.Op == "MaxPool" {
		return fmt.Sprintf("F.max_pool2d(%s, %s, %s)", padded(x, pads, `, value=float("-inf")`), window, strides)
	}
	mean := func(x string) string {
		return fmt.Sprintf("F.avg_pool2d(%s, %s, %s)", padded(x, pads, ""), window, strides)
	}
	if ints(n, "count_include_pad") != nil || padded(x, pads, "") == x {
		return mean(x)
	}
	return mean(x) + " / " + mean(fmt.Sprintf("torch.ones_like(%s)", x))
}

func (w *writer) reshape(n *onnxproto.Node, x string) string {
	var dims []string
	for i, d := range w.list(n.Inputs[1]) {
		if d == 0 {
			dims = append(dims, fmt.Sprintf("%s.shape[%d]", x, i))
		} else {
			dims = append(dims, strconv.FormatInt(d, 10))
		}
	}
	return fmt.Sprintf("%s.reshape(%s)", x, strings.Join(dims, ", "))
}
