package descent_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// outsideProgram trains, saves, loads and predicts, as a program in another
// repository does.
const outsideProgram = `package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"descent"
	"descent/data"
	"descent/nn"
	"descent/train"
)

func main() {
	dir, err := os.MkdirTemp("", "outside")
	check(err)
	defer os.RemoveAll(dir)

	// The exclusive or, as often as it takes.
	corners := [][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
	var x [][]float32
	var labels []int
	for i := range 400 {
		x, labels = append(x, corners[i%4]), append(labels, []int{0, 1, 1, 0}[i%4])
	}
	source, err := data.FromClasses(x, labels, []string{"equal", "different"})
	check(err)

	net := nn.MLP([]int{16}, 2, nn.Tanh, 0, nil)
	trainer, err := train.New(net, source.Spec(), train.Config{LearningRate: 0.03, Epochs: 40, Seed: 1})
	check(err)
	defer trainer.Close()
	model, err := trainer.Fit(context.Background(), source, nil)
	check(err)
	path := filepath.Join(dir, "xor.safetensors")
	check(model.Save(path))

	again, err := descent.Load(path)
	check(err)
	for _, corner := range corners {
		p, err := again.Predict(corner)
		check(err)
		fmt.Println(corner, p[1] > 0.5)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
`

const outsidePrints = `[0 0] false
[0 1] true
[1 0] true
[1 1] false
`

// TestOutside builds and runs a program of another module, which knows this
// one by a replace directive, without a network.
func TestOutside(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command")
	}
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module outside\n\ngo 1.26\n\nrequire descent v0.0.0\n\nreplace descent => " + strconv.Quote(root) + "\n",
		"go.sum":  string(sums),
		"main.go": outsideProgram,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(tool, "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go run: %v\n%s", err, out)
	}
	if string(out) != outsidePrints {
		t.Errorf("prints\n%s\nwant\n%s", out, outsidePrints)
	}
}
