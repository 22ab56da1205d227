// Two networks against each other, in a loop of one's own: a generator makes
// images of noise, a critic tells them from digits, and each has its own loss and
// its own rule. The run is stopped, saved and resumed, to the bit.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/loop"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/objective"
	"descent/optim"
	"descent/schedule"
)

const (
	rows   = 64 // of a batch
	noise  = 16 // numbers that an image is made of
	pixels = 64 // of an image
	half   = 20 // updates
)

var (
	generator = nn.Sequential{nn.Dense{Units: 64, Activation: nn.ReLU}, nn.Dense{Units: pixels, Activation: nn.Sigmoid}}
	critic    = nn.Sequential{nn.Dense{Units: 64, Activation: nn.LeakyReLU}, nn.Dropout{Rate: 0.2}, nn.Dense{Units: 1}}
)

// newStep compiles one update of both networks.
func newStep(e *engine.Engine) (*loop.Step, error) {
	g := graph.New()
	c := nn.NewContext(g, true)
	digits := g.Input("digits", graph.Shape(rows, pixels))
	made := c.Call("generator", generator, c.Uniform(rows, noise).Affine(2, -1)) // drawn anew in each update

	// The critic sees both at once, and is to say 1 of digits and 0 of what is made.
	z := c.Call("critic", critic, digits.Concat(0, made))
	onDigits, onMade := z.Slice(0, 0, rows), z.Slice(0, rows, 2*rows)
	told := verdict(onDigits, 1).Add(verdict(onMade, 0))
	fooled := verdict(onMade, 1)

	return loop.New(e, c, loop.Config{Seed: 1, Outputs: []graph.Tensor{told, fooled}},
		loop.Part{Of: "critic", Loss: told, Rate: 2e-3, Update: optim.Config{Rule: optim.NewAdamW(), Clip: optim.ClipNorm(1)}},
		loop.Part{Of: "generator", Loss: fooled, Rate: 5e-3, Update: optim.Config{Rule: optim.NewAdam()}, Schedule: schedule.Cosine{Steps: 2 * half, Floor: 0.1}},
	)
}

// verdict is the mean cross-entropy of logits where the truth is the same for all.
func verdict(z graph.Tensor, truth float64) graph.Tensor {
	return loss.BinaryCrossEntropy{}.PerSample(z, z.Const(truth).BroadcastTo(z.Type())).Mean()
}

// train makes updates until so many are done. Which digits an update sees is a
// function of its number, so that nothing but the step is to be saved.
func train(step *loop.Step, updates int) error {
	source := data.Digits()
	x := make([]float32, rows*pixels)
	if err := step.Feed("digits", x); err != nil {
		return err
	}
	perEpoch := source.Len() / rows
	for step.Updates() < updates {
		epoch, batch := step.Updates()/perEpoch, step.Updates()%perEpoch
		order := data.Order(source.Len(), 1, epoch)
		if err := source.Read(order[batch*rows:(batch+1)*rows], x, nil); err != nil {
			return err
		}
		for i := range x {
			x[i] /= 16
		}
		if err := step.Run(); err != nil {
			return err
		}
		if step.Updates()%10 == 0 {
			fmt.Printf("update %d: critic %.4f, generator %.4f\n", step.Updates(), step.Output(0)[0], step.Output(1)[0])
		}
	}
	return nil
}

func main() {
	dir, err := os.MkdirTemp("", "outside")
	check(err)
	defer os.RemoveAll(dir)
	e := engine.New(0)
	defer e.Close()

	whole, err := newStep(e)
	check(err)
	check(train(whole, 2*half))

	// The same in two halves, the second as a new process would begin it.
	first, err := newStep(e)
	check(err)
	check(train(first, half))
	path := filepath.Join(dir, "gan.safetensors")
	check(first.Save(path, map[string]string{"why": "a pause"}))

	second, err := newStep(e)
	check(err)
	meta, err := second.Load(path)
	check(err)
	fmt.Printf("resumed at update %d after %s\n", second.Updates(), meta["why"])
	check(train(second, 2*half))
	fmt.Println("the same bits:", second.Store().SHA256() == whole.Store().SHA256())

	// The generator alone is a model: from noise to an image.
	spec := data.Spec{
		Name: "noise", Input: []int{noise},
		More: []data.Field{{Name: "image", Role: data.TargetRole, Shape: []int{8, 8}}},
	}
	goal := objective.Goal{Task: data.Regression, Target: "image"}
	m, err := model.New(generator, spec, objective.Objective{goal}, whole.Evaluated().Under("generator"))
	check(err)
	path = filepath.Join(dir, "generator.safetensors")
	check(m.Save(path))
	m, err = model.Load(path)
	check(err)
	image, err := m.Predict(make([]float32, noise))
	check(err)
	fmt.Println("an image of", len(image), "pixels by", m.Parameters(), "parameters")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
