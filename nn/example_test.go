package nn_test

import (
	"fmt"

	"descent/graph"
	"descent/nn"
	"descent/nn/initial"
)

// Residual is a layer of one's own: x plus a block of two dense layers and a
// learned gate.
type Residual struct{ Units int }

func (r Residual) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	width := x.Dim(1)
	h := c.Call("up", nn.Dense{Units: r.Units, Activation: nn.GELU}, x)
	h = c.Call("down", nn.Dense{Units: width}, h)
	gate := c.Param("gate", initial.Constant{Value: 0.1}, width)
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

// Any graph of layers is a Go function: this one reads an image at two scales
// and joins what it sees.
type twoScales struct{ Classes int }

func (t twoScales) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	conv := nn.Conv2D{Filters: 8, Kernel: nn.Square(3), Padding: nn.Same, Activation: nn.ReLU}
	near := c.Call("near", conv, x)
	far := c.Call("far", conv, c.Call("shrink", nn.AvgPool{Window: nn.Square(4)}, x))
	near = c.Call("near_mean", nn.GlobalAvgPool{}, near)
	far = c.Call("far_mean", nn.GlobalAvgPool{}, far)
	return c.Call("out", nn.Dense{Units: t.Classes}, near.Concat(-1, far))
}

func ExampleLayer_graph() {
	rows, err := nn.Summary(twoScales{Classes: 10}, []int{32, 32, 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rows {
		fmt.Println(r.Path, r.Output, r.Params, r.MultiplyAdds)
	}
	// Output:
	//  [10] 0 0
	// near [32 32 8] 224 221184
	// shrink [8 8 3] 0 0
	// far [8 8 8] 224 13824
	// near_mean [8] 0 0
	// far_mean [8] 0 0
	// out [10] 170 160
}

// A block of a residual network whose paths are written as values.
func ExampleResidual() {
	block := nn.Residual{
		Layers: nn.Sequential{
			nn.Conv2D{Filters: 32, Kernel: nn.Square(3), Stride: nn.Square(2), Padding: nn.Same, NoBias: true},
			nn.BatchNorm{}, nn.ReLU,
			nn.Conv2D{Filters: 32, Kernel: nn.Square(3), Padding: nn.Same, NoBias: true},
			nn.BatchNorm{},
		},
		Shortcut:   nn.Conv2D{Filters: 32, Kernel: nn.Square(1), Stride: nn.Square(2)},
		Activation: nn.ReLU,
	}
	rows, err := nn.Summary(block, []int{8, 8, 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rows[0].Kind, rows[0].Output)
	// Output: residual [4 4 32]
}

// Gate is a layer that a model file holds by name.
type Gate struct{ Init initial.Initializer }

func (g Gate) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	init := g.Init
	if init == nil {
		init = initial.Ones{}
	}
	return x.Mul(c.Param("gate", init, x.Dim(-1)))
}

func ExampleRegister() {
	nn.Register(Gate{})
	text, err := nn.Marshal(nn.Sequential{Gate{}, nn.Dense{Units: 3}, Gate{Init: initial.Constant{Value: 0.1}}})
	fmt.Println(string(text), err)
	net, err := nn.Unmarshal(text)
	fmt.Printf("%+v %v\n", net, err)
	// Output:
	// {"type":"sequential","layers":[{"type":"gate"},{"type":"dense","units":3},{"type":"gate","init":"constant:0.1"}]} <nil>
	// [{Init:<nil>} {Units:3 Activation:linear Init:<nil> NoBias:false L1:0 L2:0 Scaling:standard} {Init:constant:0.1}] <nil>
}
