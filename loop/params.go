package loop

import (
	"descent/graph"
	"descent/nn"
	"descent/optim"
)

// Params returns parameters as rules see them, with their gradients, for
// [optim.Trace]. all are those of the network, which say what its hidden layers
// are: neither the first matrix nor the last.
func Params(all, trained []nn.Param, gradients []graph.Tensor) []*optim.Param {
	first, last := Ends(all)
	list := make([]*optim.Param, len(trained))
	for i, p := range trained {
		list[i] = &optim.Param{
			Name: p.Name, Value: p.Tensor, Grad: gradients[i], Decays: p.Role.Decays(),
			Hidden: matrix(p) && p.Role == nn.Weight && p.Name != first && p.Name != last,
		}
	}
	return list
}

// Ends returns the names of the first weight matrix of a network and of the
// last, in the order of declaration.
func Ends(params []nn.Param) (first, last string) {
	for _, p := range params {
		if matrix(p) && first == "" {
			first = p.Name
		}
		if matrix(p) {
			last = p.Name
		}
	}
	return first, last
}

// matrix reports whether a parameter is a matrix, a kernel or a table.
func matrix(p nn.Param) bool { return p.Role.Decays() && p.Tensor.Type().Rank() > 1 }
