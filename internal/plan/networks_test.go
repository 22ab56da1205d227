package plan_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/plan"
	"descent/loss"
	"descent/nn"
	"descent/optim"
)

// step compiles a training step of a network: the loss, the norm of the
// gradient and the update by a rule, in three stages, or else in one.
func step(t *testing.T, net nn.Layer, rule optim.Rule, apart bool, dims ...int) *plan.Plan {
	t.Helper()
	g := graph.New()
	c := nn.NewContext(g, true)
	out := net.Forward(c, g.Input("x", graph.Shape(dims...)))
	cost := loss.CrossEntropy{}.PerSample(out, g.Input("y", graph.Indices(dims[0]))).Mean()
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
	o, err := optim.Trace(g, optim.Config{Rule: rule, Clip: optim.Clip{Norm: 1}}, params)
	if err != nil {
		t.Fatal(err)
	}
	updates := o.Updates
	for _, b := range c.Updates() {
		updates = append(updates, graph.Update{Variable: b.Buffer, Value: b.Value})
	}
	stages := [][]graph.Tensor{{cost}, {o.NormSquared}, {}}
	if !apart {
		stages = [][]graph.Tensor{{cost, o.NormSquared}}
	}
	p, err := plan.Compile(g, stages, updates)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestNetworks compares the plans of whole networks with those on record, one
// line each: the instructions, waves and float32 of working memory, and a hash
// of the listing and of all buffers. A change that is to make plans no
// different, such as a faster way to find them, leaves every line alone; after
// another, go test ./internal/plan -update writes them anew.
func TestNetworks(t *testing.T) {
	const file = "testdata/networks.txt"
	resnet, err := nn.ResNet(20, 10)
	if err != nil {
		t.Fatal(err)
	}
	deep := slices.Repeat([]int{24}, 30)
	var got strings.Builder
	for _, n := range []struct {
		name string
		net  nn.Layer
		dims []int
	}{
		{"mlp", nn.MLP([]int{48, 32}, 10, nn.ReLU, 0.2, nil), []int{32, 64}},
		{"deep", nn.MLP(deep, 10, nn.Tanh, 0, nil), []int{16, 20}},
		{"lenet", nn.LeNet(10), []int{8, 28, 28}},
		{"cnn", nn.CNN(16, 10), []int{8, 16, 16, 3}},
		{"resnet", resnet, []int{4, 8, 8, 3}},
	} {
		for _, name := range []string{"sgd", "adam", "lamb", "shampoo"} {
			for _, apart := range []bool{true, false} {
				rule, err := optim.ByName(name)
				if err != nil {
					t.Fatal(err)
				}
				if name == "shampoo" && n.name != "mlp" {
					continue // it takes its time
				}
				p := step(t, n.net, rule, apart, n.dims...)
				text := p.String() + fmt.Sprint(p.Waves, p.Stages, p.Outputs)
				for i := range p.Buffers {
					b := &p.Buffers[i]
					first, last := b.Life()
					text += fmt.Sprintln(b.Place, b.Key, b.Offset, b.Size, first, last)
				}
				fmt.Fprintf(&got, "%s/%s/%d %d %d %d %x\n", n.name, name, len(p.Stages), len(p.Instrs), len(p.Waves), p.Arena, sha256.Sum256([]byte(text)))
			}
		}
	}
	if *plan.Update {
		if err := os.WriteFile(file, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	record, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(record), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("the plan is now\n%s, which is not on record", line)
		}
	}
	if n := strings.Count(got.String(), "\n"); n != len(want)-1 {
		t.Errorf("%d plans, %d are on record", n, len(want)-1)
	}
}
