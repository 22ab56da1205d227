package torchwrite_test

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"descent/internal/onnxtest"
	"descent/internal/torchwrite"
)

// python is that of the system, which has its packages.
const python = "/usr/bin/python3"

// run loads each module that JOBS lists, and prints what it makes of x.
const run = `
import importlib.util, json, sys, torch
results = []
for job in json.load(open(sys.argv[1])):
    spec = importlib.util.spec_from_file_location("exported", job["module"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    x = torch.tensor(job["x"], dtype=torch.float32).reshape(job["dims"])
    if x.dim() == 4:
        x = x.permute(0, 3, 1, 2)
    with torch.no_grad():
        y = module.load(job["weights"])(x)
    results.append(y.flatten().tolist())
print(json.dumps(results))
`

type job struct {
	Module  string    `json:"module"`
	Weights string    `json:"weights"`
	X       []float32 `json:"x"`
	Dims    []int     `json:"dims"`
}

// TestLayers compares what PyTorch makes of each layer, as the module that is written runs
// it, with the model.
func TestLayers(t *testing.T) {
	if exec.Command(python, "-c", "import torch").Run() != nil {
		t.Skip("there is no Python with PyTorch")
	}
	dir := t.TempDir()
	var jobs []job
	var want [][]float64
	list := onnxtest.Layers(t)
	for i, l := range list {
		m := l.Model(t, uint64(i))
		path := filepath.Join(dir, string(rune('a'+i/26))+string(rune('a'+i%26))+".safetensors")
		if err := torchwrite.Write(path, m); err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		x := l.Input()
		y, err := m.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		jobs, want = append(jobs, job{torchwrite.ModuleFile(path), path, x, l.Dims}), append(want, y)
	}
	text, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "jobs.json")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", run, file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got [][]float64
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, y := range got {
		most, off := 0.0, 0.0
		for j, v := range want[i] {
			most, off = math.Max(most, math.Abs(v)), math.Max(off, math.Abs(v-y[j]))
		}
		if !(off <= 1e-5+1e-5*most) || len(y) != len(want[i]) {
			t.Errorf("%s: %d values, off by %g of %g", list[i].Name, len(y), off, most)
		}
	}
}
