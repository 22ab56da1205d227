// Package onnx reads networks of the ONNX format.
//
//	m, err := onnx.Read("squeezenet.onnx")
//	fmt.Println(m.Inputs, m.Outputs)
//	outputs, err := m.Run(map[string]onnx.Tensor{"data": image})
//
// A file becomes a [Network], which is an [nn.Layer] like any other: its weights are
// parameters under the names of the file's initializers, so that it is trained,
// frozen by pattern, saved in a model file and pruned to a backbone. Shapes are
// computed while it is traced, on the host and in int64, for each size of a batch.
//
// ONNX has the channels of images before their rows, this project behind them. A
// value carries the order of its axes, so that a network for images is computed as
// one of this project would be, and nothing is moved until an operator needs another
// order. As a layer, a Network takes and returns images [n, height, width, channels];
// [Model.Run] takes and returns what the file says.
//
// All numbers are computed in float32; weights of other types are widened or rounded.
package onnx

import (
	"descent/internal/onnxproto"
	"descent/nn"
)

func init() { nn.RegisterName("onnx", Network{}) }

// Opsets that are read: [MinOpset, MaxOpset].
const (
	MinOpset = 7
	MaxOpset = 21
)

// Network is what an ONNX file computes. It holds sizes and choices, never weights.
type Network struct {
	Inputs    []Input    // the first is what Forward is applied to, others are fields by their names
	Outputs   []string   // the first is what Forward returns, others are heads by their names
	Opset     int        // by which operators are understood
	Nodes     []Node     // in an order in which each comes after those that it reads
	Weights   []Weight   // what is trained
	Constants []Constant // what is not: shapes, axes, numbers of formulas
	KeepStats bool       // batch normalizations keep their mean and variance in training, and do not follow the batch
}

// Input is a tensor that a network reads.
type Input struct {
	Name  string
	Elem  string // type of elements, as in "float32"
	Dims  []Dim
	Image bool // it is convolved: Forward takes [n, height, width, channels] for the file's [n, channels, height, width]
	Shape bool // Dims are known
}

// Dim is a size of a tensor: a number, or one that is open and may have a name.
type Dim struct {
	Size int // 0: open
	Name string
}

// Node is an operator applied to values by their names.
type Node struct {
	Op         string // as in "Conv"
	Domain     string // "" is the standard's
	Name       string
	Inputs     []string // "" is one that is left out
	Outputs    []string
	Attributes []Attribute
}

// Attribute is a choice of an operator.
type Attribute struct {
	Name   string
	Int    int64
	Float  Number
	Text   string
	Ints   []int64
	Floats []Number
	Texts  []string
	Tensor []Constant // one, if the attribute is a tensor
	Body   []Body     // one, if the attribute is a graph
}

// Body is a branch of an If. Its weights and constants are those of the network.
type Body struct {
	Nodes   []Node
	Outputs []string
}

// Weight is a tensor that is trained, or that a batch normalization follows.
type Weight struct {
	Name  string
	Dims  []int  // as the file has it
	Order []int  // of its axes in memory, if that is another: axis i is the file's axis Order[i]
	Role  string // what it is: "weight", "bias", "norm" or "table", which are trained; "mean", "variance" or "buffer", which are not
}

// Constant is a tensor that stays as it is.
type Constant struct {
	Name   string
	Elem   string // type of elements
	Dims   []int
	Ints   []int64  // of whole numbers and truth values
	Floats []Number // of others
}

// dataType is the type of that name.
func dataType(name string) onnxproto.DataType {
	for d := onnxproto.Float32; d <= onnxproto.BFloat16; d++ {
		if d.String() == name {
			return d
		}
	}
	return 0
}
