// Package onnxproto is the file format of ONNX: its messages as plain structs, read
// by [Parse] and written by [Marshal]. What the messages mean is package onnx's.
//
// A field's number in the format stands in its tag; codec.go reads and writes
// fields by it. Fields that nobody here needs are skipped.
//
// Source: onnx.proto of the ONNX standard, IR version 10.
package onnxproto

// Model is a file.
type Model struct {
	IRVersion       int64    `onnx:"1"`
	Opsets          []*Opset `onnx:"8"`
	ProducerName    string   `onnx:"2"`
	ProducerVersion string   `onnx:"3"`
	Domain          string   `onnx:"4"`
	ModelVersion    int64    `onnx:"5"`
	Doc             string   `onnx:"6"`
	Graph           *Graph   `onnx:"7"`
	Metadata        []*Entry `onnx:"14"`
}

// Opset says by which version of a domain's operators the file is to be understood.
type Opset struct {
	Domain  string `onnx:"1"` // "" is the standard's own
	Version int64  `onnx:"2"`
}

// Entry is a key with a value: of metadata, or of where external data lies.
type Entry struct {
	Key   string `onnx:"1"`
	Value string `onnx:"2"`
}

// Graph is nodes in an order in which each comes after those that it reads.
type Graph struct {
	Nodes        []*Node         `onnx:"1"`
	Name         string          `onnx:"2"`
	Initializers []*Tensor       `onnx:"5"`
	Doc          string          `onnx:"10"`
	Inputs       []*ValueInfo    `onnx:"11"`
	Outputs      []*ValueInfo    `onnx:"12"`
	Values       []*ValueInfo    `onnx:"13"`
	Sparse       []*SparseTensor `onnx:"15"`
}

// SparseTensor is a tensor of which only numbers other than zero are held.
type SparseTensor struct {
	Values  *Tensor `onnx:"1"`
	Indices *Tensor `onnx:"2"`
	Dims    []int64 `onnx:"3"`
}

// Node is one operator, applied to values by their names.
type Node struct {
	Inputs     []string     `onnx:"1"` // "" is one that is left out
	Outputs    []string     `onnx:"2"`
	Name       string       `onnx:"3"`
	Op         string       `onnx:"4"`
	Attributes []*Attribute `onnx:"5"`
	Doc        string       `onnx:"6"`
	Domain     string       `onnx:"7"`
}

// AttributeType says which field of an [Attribute] holds its value.
type AttributeType int32

// The kinds of attributes that are read.
const (
	AttrFloat   AttributeType = 1
	AttrInt     AttributeType = 2
	AttrString  AttributeType = 3
	AttrTensor  AttributeType = 4
	AttrGraph   AttributeType = 5
	AttrFloats  AttributeType = 6
	AttrInts    AttributeType = 7
	AttrStrings AttributeType = 8
)

// Attribute is a choice that is part of an operator.
type Attribute struct {
	Name    string        `onnx:"1"`
	Float   float32       `onnx:"2"`
	Int     int64         `onnx:"3"`
	String  []byte        `onnx:"4"`
	Tensor  *Tensor       `onnx:"5"`
	Graph   *Graph        `onnx:"6"`
	Floats  []float32     `onnx:"7"`
	Ints    []int64       `onnx:"8"`
	Strings [][]byte      `onnx:"9"`
	Ref     string        `onnx:"21"`
	Type    AttributeType `onnx:"20"`
}

// ValueInfo is the type of a value.
type ValueInfo struct {
	Name string `onnx:"1"`
	Type *Type  `onnx:"2"`
	Doc  string `onnx:"3"`
}

// Type is that of a tensor, or of something that is none.
type Type struct {
	Tensor   *TensorType `onnx:"1"`
	Sequence *Other      `onnx:"4"`
	Map      *Other      `onnx:"5"`
	Optional *Other      `onnx:"9"`
}

// Other is a type of which no more is kept than that it is there.
type Other struct{}

// TensorType is the element type and the shape of a tensor. A nil shape is one
// that is not known.
type TensorType struct {
	Elem  DataType `onnx:"1"`
	Shape *Shape   `onnx:"2"`
}

// Shape lists the sizes of a tensor.
type Shape struct {
	Dims []*Dim `onnx:"1"`
}

// Dim is a size: a number, a name that stands for one, or neither.
type Dim struct {
	Value *int64 `onnx:"1"`
	Param string `onnx:"2"`
}

// Fixed returns the size n.
func Fixed(n int64) *Dim { return &Dim{Value: &n} }
