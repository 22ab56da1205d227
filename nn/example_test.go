package nn_test

import (
	"fmt"

	"descent/graph"
	"descent/nn"
)

// Residual is a layer of one's own: x plus a block of two dense layers and a
// learned gate.
type Residual struct{ Units int }

func (r Residual) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	width := x.Dim(1)
	h := c.Call("up", nn.Dense{Units: r.Units, Activation: nn.GELU}, x)
	h = c.Call("down", nn.Dense{Units: width}, h)
	gate := c.Param("gate", nn.Constant{Value: 0.1}, width)
	return x.Add(h.Mul(gate))
}

func ExampleLayer() {
	net := nn.Sequential{
		nn.Flatten{},
		Residual{Units: 64},
		nn.Func(func(x graph.Tensor) graph.Tensor { return x.Square() }),
		nn.Dense{Units: 10},
	}
	rows, err := nn.Summary(net, []int{4, 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rows {
		fmt.Println(r.Path, r.Output, r.Params)
	}
	// Output:
	// 0.flatten [32] 0
	// 1.residual [32] 32
	// 1.residual.up [64] 2112
	// 1.residual.down [32] 2080
	// 2.func [32] 0
	// 3.dense [10] 330
}
