package network

import (
	"errors"
	"fmt"

	"descent/graph"
	"descent/nn"
)

// Continued is a traced forward pass that goes on with one sequence of tokens; see
// [nn.Continuation].
type Continued struct {
	Graph  *graph.Graph
	Scores graph.Tensor // of what comes next, at each position, [tokens, vocabulary]
	*nn.Continuation
}

// Continue traces the reading of tokens: the first ones of a sequence, or the one
// token at the position that [nn.Position] says.
func (n Network) Continue(tokens int, first bool) (Continued, error) {
	if len(n.Spec.Input) != 1 || len(Inputs(n.Spec)) > 0 {
		return Continued{}, fmt.Errorf("the network reads samples of shape %v; what is gone on with are tokens alone, [context]", n.Spec.Input)
	}
	g := n.graph()
	c := nn.NewContext(g, false)
	y, state := c.Continue(n.Layer, g.Input("x", graph.Shape(1, tokens)), n.Spec.Input[0], first)
	if g.Err() != nil {
		return Continued{}, g.Err()
	}
	t := y.Type()
	if t.Rank() != 3 || t.Dim(1) != tokens {
		return Continued{}, fmt.Errorf("the network makes %v of %d tokens; want scores at each of them, [1, %d, vocabulary]", t, tokens, tokens)
	}
	if len(state.States) == 0 {
		return Continued{}, errors.New("no layer of the network looks at what came before")
	}
	return Continued{g, y.Reshape(tokens, t.Dim(2)), state}, g.Err()
}
