package onnx

import (
	"io"

	"descent/internal/onnxwrite"
	"descent/model"
)

// Contents says what a file that [Export] wrote takes and gives.
type Contents = onnxwrite.Contents

// Port is an input or an output of a file.
type Port = onnxwrite.Port

// Export writes a model as an ONNX file of opset 17, for any number of rows at once. The
// graph is that of the network in inference, with all that stands between raw columns or
// pixels and its samples, and between its outputs and answers, as far as ONNX has a form
// for it; what has none is listed in [Contents].
//
//	of a table       an input [batch, 1] for each column: numbers and dates float64, levels text
//	of images        image [batch, height, width, channels], uint8 or uint16; in a table
//	                 under the name of the column
//	of a text        tokens [batch, context], int64
//	of a series      window [batch, steps, columns], float64, and known ahead
//	other            the fields of samples, float32 or int64
//
//	classes          probabilities [batch, classes], float32, and class [batch], text
//	labels           probabilities [batch, labels], and labels, bool
//	numbers          prediction [batch, targets], float64, in their own units
//	tokens           logits [batch, context, tokens]
//	several goals    a result for each, by its name
//
// Weights are initializers under the names that the model has for them; kernels of
// convolutions and gates of recurrences, each of which is one node, are turned as ONNX has
// them. Metadata say what columns, classes and targets there are.
//
// An error says which layer has no form in ONNX, such as one of random numbers. Nothing
// is written then.
func Export(w io.Writer, m *model.Model) (Contents, error) { return onnxwrite.Write(w, m) }
