package onnx

import "strings"

// demands reports whether input i of an operator has to be known before data is.
func demands(op string, i int) bool {
	switch op {
	case "Reshape", "Expand", "Tile", "Squeeze", "Unsqueeze", "Split", "Pad", "Slice", "Resize", "Upsample":
		return i > 0
	case "Dropout":
		return i > 0
	case "OneHot":
		return i == 1
	case "ConstantOfShape", "Range", "NonZero", "If":
		return true
	case "Clip", "Pow":
		return i > 0
	}
	return strings.HasPrefix(op, "Reduce") && i > 0
}

// demanded are the values that have to be known before data is.
func (n *Network) demanded() map[string]bool {
	known := map[string]bool{}
	var walk func(nodes []Node)
	walk = func(nodes []Node) {
		for i := len(nodes) - 1; i >= 0; i-- {
			node := &nodes[i]
			op := node.full()
			all := false
			for _, out := range node.Outputs {
				all = all || known[out]
			}
			for at, name := range node.Inputs {
				if demands(op, at) || all && op != "Shape" && op != "Size" {
					known[name] = true
				}
			}
			for _, a := range node.Attributes {
				for _, b := range a.Body {
					walk(b.Nodes)
				}
			}
		}
	}
	walk(n.Nodes)
	return known
}
