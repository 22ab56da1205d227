package settings

import "descent/onnx"

// backboneOf returns the tensor that the last layer of a network for classes reads: the
// product behind which nothing but softmax, means and shapes comes; "" where the network
// ends without one.
func backboneOf(n onnx.Network) string {
	made := map[string]*onnx.Node{}
	for i := range n.Nodes {
		for _, out := range n.Nodes[i].Outputs {
			made[out] = &n.Nodes[i]
		}
	}
	classes := false
	for at := n.Outputs[0]; ; {
		node := made[at]
		if node == nil || len(node.Inputs) == 0 {
			return ""
		}
		switch node.Op {
		case "Softmax", "LogSoftmax":
			classes = true
		case "Gemm", "MatMul":
			return node.Inputs[0]
		case "Conv":
			if classes {
				return node.Inputs[0]
			}
			return ""
		case "Relu", "GlobalAveragePool", "AveragePool", "ReduceMean", "Flatten", "Reshape", "Squeeze", "Transpose", "Identity", "Dropout", "Add", "Sigmoid":
		default:
			return ""
		}
		at = node.Inputs[0]
		if node.Op == "Add" && made[at] == nil && len(node.Inputs) > 1 {
			at = node.Inputs[1]
		}
	}
}
