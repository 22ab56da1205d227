package bench

import (
	"fmt"
	"slices"

	"descent/engine"
	"descent/graph"
	"descent/internal/measure"
	"descent/loss"
	"descent/nn"
	"descent/optim"
)

// deepNetworks are those whose compiling shows whether its time grows with the
// number of layers, or faster.
func deepNetworks() []network {
	resnet, _ := nn.ResNet(200, classes) // a depth that there is
	return []network{
		{name: "mlp-200", layer: nn.MLP(slices.Repeat([]int{64}, 200), classes, nn.ReLU, 0, nil), input: 64},
		{name: "resnet-200", layer: nn.Sequential{nn.Reshape{Dims: []int{8, 8, 3}}, resnet}, input: 192},
	}
}

// compileRows measures how long it takes until a training step can run: from
// layers to a program that is bound to memory.
func (b *bench) compileRows() (all []workload) {
	for _, n := range append(networks(), deepNetworks()...) {
		if n.name != "wide" { // the graph of mlp
			name := fmt.Sprintf("compile/%s/%d", n.name, compileSamples)
			all = append(all, workload{name, func() error { return b.compileRow(name, n) }})
		}
	}
	return all
}

func (b *bench) compileRow(name string, n network) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	plan, err := n.plan(compileSamples)
	if err != nil {
		return err
	}
	e, store := engine.New(1), engine.NewStore(plan.Variables()...)
	var program *engine.Program
	d := measure.Median(b.Each, func() {
		if plan, err = n.plan(compileSamples); err == nil {
			program, err = plan.Bind(e, store)
		}
	})
	if err != nil {
		return err
	}
	b.emit(Row{
		Group: b.group, Work: name, Workers: 1,
		Ms: 1e3 * d.Seconds(), Instructions: len(program.Instructions()),
	})
	return nil
}

// compileSamples is how many samples the steps that are compiled are for; it
// does not matter to their time.
const compileSamples = 32

// plan compiles the step that package train makes: the loss, the norm of its
// gradient, and the update by Adam.
func (n network) plan(rows int) (*engine.Plan, error) {
	g := graph.New()
	c := nn.NewContext(g, true)
	out := n.layer.Forward(c, g.Input("x", graph.Shape(rows, n.input)))
	cost := loss.CrossEntropy{}.PerSample(out, g.Input("y", graph.Indices(rows))).Mean()
	var values []graph.Tensor
	var params []*optim.Param
	for _, p := range c.Params() {
		if p.Role != nn.Buffer {
			values = append(values, p.Tensor)
			params = append(params, &optim.Param{Name: p.Name, Value: p.Tensor, Decays: p.Role.Decays()})
		}
	}
	for i, d := range graph.Gradient(cost, values...) {
		params[i].Grad = d
	}
	adam, err := optim.ByName("adam")
	if err != nil {
		return nil, err
	}
	step, err := optim.Trace(g, optim.Config{Rule: adam}, params)
	if err != nil {
		return nil, err
	}
	updates := step.Updates
	for _, b := range c.Updates() {
		updates = append(updates, graph.Update{Variable: b.Buffer, Value: b.Value})
	}
	return engine.CompileStages(g, [][]graph.Tensor{{cost}, {step.NormSquared}, {}}, updates...)
}
