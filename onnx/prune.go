package onnx

import (
	"fmt"

	"descent/internal/suggest"
)

// Prune returns the network up to a tensor, which becomes its only output: without
// its head, as a backbone for another task. Nodes, weights and inputs that it does not
// need are left out.
func (n Network) Prune(tensor string) (Network, error) {
	known := map[string]bool{"": true}
	for _, in := range n.Inputs {
		known[in.Name] = true
	}
	for _, w := range n.Weights {
		known[w.Name] = true
	}
	for _, k := range n.Constants {
		known[k.Name] = true
	}
	var names []string
	found := false
	for i := range n.Nodes {
		for _, out := range n.Nodes[i].Outputs {
			names = append(names, out)
			found = found || out == tensor
		}
	}
	if !found || tensor == "" {
		return Network{}, fmt.Errorf("onnx: %w", suggest.Unknown("tensor", tensor, names))
	}
	nodes, err := sorted(n.Nodes, []string{tensor}, known)
	if err != nil {
		return Network{}, fmt.Errorf("onnx: %w", err)
	}
	read := map[string]bool{}
	for i := range nodes {
		for _, name := range needs(&nodes[i], nil) {
			read[name] = true
		}
	}
	out := n
	out.Nodes, out.Outputs = nodes, []string{tensor}
	out.Inputs, out.Weights, out.Constants = nil, nil, nil
	for _, in := range n.Inputs {
		if read[in.Name] {
			out.Inputs = append(out.Inputs, in)
		}
	}
	for _, w := range n.Weights {
		if read[w.Name] {
			out.Weights = append(out.Weights, w)
		}
	}
	for _, k := range n.Constants {
		if read[k.Name] {
			out.Constants = append(out.Constants, k)
		}
	}
	if len(out.Inputs) == 0 {
		return Network{}, fmt.Errorf("onnx: tensor %q does not depend on an input", tensor)
	}
	return out, nil
}

// Prune is that of the network, with the numbers of the weights that are left.
func (m *Model) Prune(tensor string) (*Model, error) {
	n, err := m.Network.Prune(tensor)
	if err != nil {
		return nil, err
	}
	out := *m
	out.Network, out.Values = n, map[string][]float32{}
	out.Outputs, out.Texts, out.after = n.Outputs, nil, around{}
	if len(m.before.nodes) == 0 {
		out.Inputs = n.Inputs
	}
	for _, w := range n.Weights {
		out.Values[w.Name] = m.Values[w.Name]
	}
	return &out, nil
}
