// Package onnxtest gives ONNX files to other programs: to the checker of Python's
// onnx, and to onnxruntime. What a machine lacks is not asked, and the test says so.
package onnxtest

import (
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Runtime is the variable of the environment that names a folder in whose node_modules
// onnxruntime-node is.
const Runtime = "DESCENT_ONNXRUNTIME"

// Tensor is what goes into a file and comes out of it. Data are numbers or texts; NaN and
// Inf are texts, too.
type Tensor struct {
	Type string `json:"type"`
	Dims []int  `json:"dims"`
	Data []any  `json:"data"`
}

// Job is a file with its inputs.
type Job struct {
	Model string            `json:"model"`
	Feeds map[string]Tensor `json:"feeds"`
}

//go:embed runtime.mjs
var script []byte

// Run returns the outputs of each job in onnxruntime; nil where that is not there.
func Run(t testing.TB, jobs []Job) (results []map[string]Tensor) {
	t.Helper()
	folder := os.Getenv(Runtime)
	if folder == "" {
		t.Logf("%s names no folder with onnxruntime-node: what is exported is not run", Runtime)
		return nil
	}
	text, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"runtime.mjs": script, "jobs.json": text} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", filepath.Join(dir, "runtime.mjs"), filepath.Join(dir, "jobs.json"))
	cmd.Dir, cmd.Stderr = folder, os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &results)
	}
	if err != nil {
		t.Fatalf("onnxruntime: %v", err)
	}
	return results
}

// python is that of the system, which has its packages.
const python = "/usr/bin/python3"

const checks = `
import onnx, sys
for f in sys.argv[1:]:
    try:
        onnx.checker.check_model(f, full_check=True)
        onnx.shape_inference.infer_shapes(onnx.load(f), check_type=True, strict_mode=True, data_prop=True)
    except Exception as e:
        sys.exit(f + ": " + str(e))
`

// Check gives files to the full check of Python's onnx, with its shape inference at its
// strictest.
func Check(t testing.TB, files ...string) {
	t.Helper()
	if exec.Command(python, "-c", "import onnx").Run() != nil {
		t.Log("there is no Python with onnx: what is exported is not checked by it")
		return
	}
	if out, err := exec.Command(python, append([]string{"-c", checks}, files...)...).CombinedOutput(); err != nil {
		t.Fatalf("onnx: %v\n%s", err, out)
	}
}
