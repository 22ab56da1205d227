// A test of a layer of one's own: its values and derivatives on numbers, against
// plain Go, in float64, as the engine computes them in float32, and against
// finite differences.
package main

import (
	"fmt"
	"log"
	"math"

	"descent/engine"
	"descent/graph"
	"descent/nn"
	"descent/nn/initial"
)

// Gated multiplies one linear map of x by the sigmoid of another:
//
//	y = (xW) ⊙ σ(xV + b)    x [n, in] → y [n, Units]
type Gated struct{ Units int }

// Forward implements nn.Layer.
func (l Gated) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	w := c.Param("weight", initial.XavierUniform{}, x.Dim(-1), l.Units)
	v := c.Param("gate", initial.XavierUniform{}, x.Dim(-1), l.Units)
	b := c.Bias("bias", l.Units)
	return x.MatMul(w).Mul(x.MatMul(v).Add(b).Sigmoid())
}

func main() {
	// Two rows of two numbers through one unit, each leaf with its values.
	g := graph.New()
	c := nn.NewContext(g, true)
	x := g.Input("x", graph.Shape(2, 2))
	y := c.Call("gated", Gated{Units: 1}, x)
	env := engine.Env{Values: map[string][]float64{
		"x":            {1, 2, -0.5, 0.25},
		"gated.weight": {0.5, -1},
		"gated.gate":   {2, -0.75},
		"gated.bias":   {0.125},
	}}
	xs := []graph.Tensor{x}
	for _, p := range c.Params() {
		xs = append(xs, p.Tensor)
	}

	// The forward pass, beside the same by hand.
	double, err := engine.Eval64(env, y)
	check(err)
	single, err := engine.Eval(env, y)
	check(err)
	for row := range 2 {
		a, b := env.Values["x"][2*row], env.Values["x"][2*row+1]
		hand := (0.5*a - b) / (1 + math.Exp(-(2*a - 0.75*b + 0.125)))
		fmt.Printf("row %d: %.4f by hand, %.4f in float64, %.4f in float32\n", row, hand, double[0][row], single[0][row])
	}

	// The gradient of a loss, as numbers.
	loss := y.Square().Sum()
	for i, dx := range graph.Gradient(loss, xs...) {
		values, err := engine.Eval(env, dx)
		check(err)
		fmt.Printf("by %v: %.3f\n", xs[i].Op().Name(), values[0])
	}

	// All of it against finite differences: the test to write for every layer.
	check(engine.CheckGradient(env, y, xs...))
	fmt.Println("the gradient is that of finite differences")

	// A derivative that is wrong on purpose: StopGradient hides one way to x.
	wrong := x.Square().Mul(x.StopGradient())
	fmt.Println(engine.CheckGradient(env, wrong))

	// So is every other layer tested, with the weights that it starts with.
	for _, layer := range []nn.Layer{nn.Dense{Units: 3, Activation: nn.GELU}, nn.LayerNorm{}, Gated{Units: 3}} {
		check(test(layer, 4, 5))
		fmt.Printf("%T is right\n", layer)
	}
}

// test checks a layer on rows of some width.
func test(layer nn.Layer, rows, width int) error {
	g := graph.New()
	c := nn.NewContext(g, true)
	x := g.Input("x", graph.Shape(rows, width))
	y := c.Call("layer", layer, x)
	values, err := nn.FirstValues(c.Params(), 1)
	if err != nil {
		return err
	}
	for i := range rows * width {
		values["x"] = append(values["x"], math.Sin(float64(i)))
	}
	return engine.CheckGradient(engine.Env{Values: values}, y)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
