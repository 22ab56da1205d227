package descent_test

import (
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/module"
)

// imports lists, for each package, the packages of this module that it may
// import: those that stand above it.
//
// The order is the architecture; see ARCHITECTURE.md.
const imports = `
internal/canonical:
internal/suggest:
metric: internal/canonical internal/suggest
internal/usage:
internal/human: metric
internal/shell: internal/human
internal/module:
internal/rename:
internal/rng: internal/canonical
internal/symmetric:
internal/search: internal/canonical internal/rng
internal/disk:
internal/files: internal/disk
internal/half:
internal/rawbytes:
internal/safetensors: internal/half internal/disk
internal/npy: internal/half
schedule: internal/canonical internal/suggest
internal/onnxproto: internal/half
internal/fetch: internal/suggest
internal/fma:
internal/formula: internal/fma
internal/jit: internal/formula
internal/kernel/isa:
internal/kernel: internal/rng internal/jit internal/kernel/isa
internal/kernel/kerneltest: internal/kernel
internal/kernel/vec: internal/rng internal/formula internal/kernel/isa
internal/kernel/tile: internal/fma internal/half internal/kernel/isa internal/kernel
internal/kernel/move: internal/formula internal/kernel internal/kernel/vec internal/kernel/tile
internal/kernel/pool: internal/formula internal/kernel internal/kernel/vec
internal/kernel/program: internal/formula internal/jit internal/kernel/isa internal/kernel internal/kernel/vec
internal/kernel/product: internal/fma internal/kernel internal/kernel/tile internal/kernel/move
internal/kernel/conv: internal/kernel internal/kernel/vec internal/kernel/tile internal/kernel/product
internal/kernel/attention: internal/formula internal/kernel internal/kernel/vec internal/kernel/tile internal/kernel/product
internal/kernel/recurrent: internal/formula internal/kernel internal/kernel/vec internal/kernel/tile internal/kernel/program internal/kernel/product
graph: internal/canonical internal/module internal/rng internal/formula internal/kernel internal/kernel/tile internal/kernel/move internal/kernel/pool internal/kernel/program internal/kernel/product internal/kernel/conv internal/kernel/attention internal/kernel/recurrent
internal/lowering: internal/kernel internal/kernel/program graph
internal/reference: graph
internal/rewrite: internal/kernel graph internal/lowering
internal/plan: internal/kernel internal/kernel/move internal/kernel/program graph internal/lowering internal/rewrite
internal/exec: internal/rawbytes internal/kernel graph internal/plan
engine: internal/safetensors internal/kernel internal/kernel/program graph internal/reference internal/plan internal/exec
internal/measure: internal/rng internal/kernel/isa internal/kernel internal/kernel/tile internal/kernel/program graph internal/plan internal/exec
internal/enginetest: internal/kernel/isa graph internal/lowering internal/reference internal/rewrite internal/plan internal/exec
nn/initial: internal/canonical internal/suggest internal/rng
nn: internal/canonical internal/suggest internal/rng graph nn/initial
loss: internal/canonical internal/suggest graph nn
optim: internal/canonical internal/suggest internal/symmetric schedule graph internal/lowering internal/reference engine
dist:
data/tokens: internal/suggest
data/internal/fault:
data/internal/naming:
data/internal/input:
data/internal/parse: data/internal/naming
data/internal/parallel:
data/internal/scratch:
data/internal/grid: internal/human data/internal/fault data/internal/naming data/internal/input data/internal/parse data/internal/parallel data/internal/scratch
data/internal/steps: internal/canonical data/internal/parse
data/internal/schema: internal/suggest internal/human data/internal/fault data/internal/naming data/internal/parse data/internal/parallel data/internal/grid
data/internal/feature: internal/canonical internal/human data/internal/fault data/internal/naming data/internal/parse data/internal/scratch data/internal/grid
data/internal/value: data/internal/naming data/internal/parse
data/internal/parquet: data/internal/value
data/images: data/internal/scratch internal/rawbytes internal/suggest data/internal/fault data/internal/naming data/internal/input
data/augment: internal/canonical internal/suggest internal/rng
data/internal/idx: data/internal/fault data/internal/naming data/internal/input data/images
data/internal/cifar: data/internal/fault data/internal/input data/images
loop: schedule graph engine nn optim
data: dist internal/rawbytes internal/suggest internal/human internal/rng data/internal/fault data/internal/naming data/internal/input data/internal/parse data/internal/steps data/internal/parallel data/internal/scratch data/internal/grid data/internal/schema data/internal/feature data/internal/value data/internal/parquet data/images data/tokens data/augment data/internal/idx data/internal/cifar
objective: graph loss data
internal/network: graph engine nn data objective
model: internal/suggest internal/canonical metric internal/module internal/rng internal/half internal/safetensors internal/kernel/tile graph engine nn loss data/images data objective internal/network dist
weights: internal/suggest internal/half internal/safetensors internal/npy graph engine nn data objective internal/network model
serve: internal/suggest internal/human data/images data model
internal/onnxwrite: internal/human internal/onnxproto graph engine data internal/network model
onnx: internal/canonical internal/suggest internal/npy internal/onnxproto graph engine nn nn/initial internal/onnxwrite model
internal/onnxtest: internal/canonical internal/rng graph engine nn data objective internal/network model
internal/torchwrite: internal/human internal/usage internal/files internal/safetensors internal/onnxproto nn data internal/network model internal/onnxwrite
internal/gowrite: internal/module internal/human internal/files data model nn
explain: internal/canonical metric internal/rng internal/symmetric internal/search data model
internal/transfer: graph engine nn loop data internal/network model
internal/pairwise:
internal/crew: dist
train/profile:
train: internal/rawbytes internal/canonical internal/suggest metric internal/safetensors schedule graph internal/lowering engine internal/measure nn loss optim loop data objective internal/network model internal/transfer internal/pairwise dist train/profile
tabular: internal/canonical metric schedule nn/initial nn loss optim data train
internal/traintest: internal/canonical internal/rng internal/safetensors nn data model train
internal/goldentest:
internal/runtest:
internal/report: internal/human
internal/tensorboard:
internal/runs: metric internal/usage internal/human internal/shell internal/disk internal/files internal/kernel/isa data objective model explain train/profile train internal/report internal/tensorboard
internal/runpage: metric internal/human internal/shell data explain train internal/report internal/runs
.: model
internal/guide: metric internal/rng graph optim
internal/bench: internal/suggest internal/rng internal/kernel/isa internal/kernel internal/kernel/product internal/kernel/conv graph internal/plan internal/exec engine internal/measure nn loss optim data objective model train
internal/settings: data/images internal/suggest metric internal/human internal/rng internal/search internal/safetensors schedule engine nn/initial nn loss optim data/tokens data objective internal/network model onnx weights internal/transfer train tabular internal/usage internal/runs dist
internal/trials: internal/canonical internal/suggest metric internal/human internal/rng internal/search internal/files optim data model train internal/usage internal/report internal/runs internal/settings
internal/terminal: internal/suggest internal/human train internal/usage internal/report
internal/livepage: train internal/report internal/runs internal/runpage
internal/cli: internal/torchwrite internal/gowrite onnx data/images internal/canonical internal/suggest metric internal/human internal/shell internal/search internal/files internal/safetensors schedule internal/fetch internal/kernel/isa internal/kernel optim data objective model explain train tabular internal/usage internal/report internal/runs internal/runpage internal/bench internal/settings internal/trials internal/terminal internal/livepage serve dist internal/crew
command: internal/cli dist
cmd/descent: command
`

func TestImportsPointOneWay(t *testing.T) {
	allowed := map[string]map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(imports), "\n") {
		name, list, _ := strings.Cut(line, ":")
		allowed[name] = map[string]bool{}
		for _, to := range strings.Fields(list) {
			if allowed[to] == nil {
				t.Errorf("%s stands before %s, which it may import", name, to)
			}
			allowed[name][to] = true
		}
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if base := d.Name(); dir != "." && (base[0] == '.' || base[0] == '_' || base == "testdata" || base == "examples" || dir == "bench" || dir == "runs") {
			return filepath.SkipDir
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && dir != "." {
			return filepath.SkipDir // a module of its own
		}
		pkg, err := build.ImportDir(dir, 0)
		if err != nil {
			return nil // no Go files here
		}
		name := filepath.ToSlash(dir)
		seen[name] = true
		if allowed[name] == nil {
			t.Errorf("package %s is not in the list of imports", name)
		}
		for _, path := range pkg.Imports {
			to, ok := strings.CutPrefix(path+"/", module.Path()+"/")
			if !ok {
				continue
			}
			to = filepath.ToSlash(filepath.Clean(to)) // "." for the module itself
			if !allowed[name][to] {
				t.Errorf("%s imports %s, which the architecture does not allow", name, to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range allowed {
		if !seen[name] {
			t.Errorf("the list of imports has %s, which does not exist", name)
		}
	}
}
