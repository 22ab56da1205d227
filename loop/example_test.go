package loop_test

import (
	"fmt"
	"log"

	"descent/engine"
	"descent/graph"
	"descent/loop"
	"descent/nn"
	"descent/optim"
)

// A line through points, by a loss that is written out.
func Example() {
	g := graph.New()
	c := nn.NewContext(g, true)
	x, y := g.Input("x", graph.Shape(4, 1)), g.Input("y", graph.Shape(4, 1))
	mean := c.Call("line", nn.Dense{Units: 1}, x).Sub(y).Square().Mean()

	e := engine.New(0)
	defer e.Close()
	step, err := loop.New(e, c, loop.Config{Seed: 1, Outputs: []graph.Tensor{mean}},
		loop.Part{Loss: mean, Rate: 0.1, Update: optim.Config{Rule: optim.NewMomentum()}})
	if err != nil {
		log.Fatal(err)
	}
	for name, values := range map[string][]float32{"x": {-1, 0, 1, 2}, "y": {-1, 1, 3, 5}} {
		if err := step.Feed(name, values); err != nil {
			log.Fatal(err)
		}
	}
	for step.Updates() < 200 {
		if err := step.Run(); err != nil {
			log.Fatal(err)
		}
	}
	weights := step.Store().Under("line")
	fmt.Printf("y = %.3fx + %.3f, loss %.4f\n", weights.Value("weight")[0], weights.Value("bias")[0], step.Output(0)[0])
	// Output: y = 2.000x + 1.000, loss 0.0000
}
