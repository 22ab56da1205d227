package onnx

import "fmt"

// sorted returns the nodes that outputs need, each behind those that it reads. known
// are the names that there are without nodes.
func sorted(nodes []Node, outputs []string, known map[string]bool) ([]Node, error) {
	maker := map[string]int{}
	for i := range nodes {
		for _, name := range nodes[i].Outputs {
			if _, twice := maker[name]; name != "" && (twice || known[name]) {
				return nil, fmt.Errorf("%s makes %q, which there is already", &nodes[i], name)
			}
			maker[name] = i
		}
	}
	state := make([]int, len(nodes)) // 1: on the way, 2: done
	var order []Node
	// A stack of its own, since chains are as long as files make them.
	type frame struct {
		node  int
		needs []string
	}
	for _, out := range outputs {
		if known[out] {
			continue
		}
		first, ok := maker[out]
		if !ok {
			return nil, fmt.Errorf("no node makes the output %q", out)
		}
		if state[first] == 2 {
			continue
		}
		stack := []frame{{first, needs(&nodes[first], nil)}}
		state[first] = 1
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if len(top.needs) == 0 {
				state[top.node] = 2
				order = append(order, nodes[top.node])
				stack = stack[:len(stack)-1]
				continue
			}
			name := top.needs[0]
			top.needs = top.needs[1:]
			if known[name] {
				continue
			}
			next, ok := maker[name]
			switch {
			case !ok:
				return nil, fmt.Errorf("%s reads %q, which nothing makes", &nodes[top.node], name)
			case state[next] == 1:
				return nil, fmt.Errorf("the graph has a cycle: %s needs its own result %q", &nodes[next], name)
			case state[next] == 0:
				state[next] = 1
				stack = append(stack, frame{next, needs(&nodes[next], nil)})
			}
		}
	}
	return order, nil
}

// needs are the names that a node reads from outside of itself; within are those that
// its body makes.
func needs(n *Node, within map[string]bool) []string {
	var list []string
	for _, name := range n.Inputs {
		if !within[name] {
			list = append(list, name)
		}
	}
	for _, a := range n.Attributes {
		for _, b := range a.Body {
			inner := map[string]bool{}
			for name := range within {
				inner[name] = true
			}
			for i := range b.Nodes {
				list = append(list, needs(&b.Nodes[i], inner)...)
				for _, name := range b.Nodes[i].Outputs {
					inner[name] = true
				}
			}
			for _, name := range b.Outputs {
				if !inner[name] {
					list = append(list, name)
				}
			}
		}
	}
	return list
}
