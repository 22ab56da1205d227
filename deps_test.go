package descent_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// imports lists, for each package, the packages of this module that it may
// import: those that stand above it.
//
// The order is the architecture; see ARCHITECTURE.md.
const imports = `
internal/suggest:
metric: internal/suggest
internal/human: metric
internal/shell: internal/human
internal/rng:
internal/symmetric: internal/suggest
internal/search: internal/rng
internal/disk:
internal/safetensors: internal/disk
schedule: internal/suggest
internal/fetch: internal/suggest
internal/formula:
internal/jit: internal/formula
internal/kernel: internal/rng internal/formula internal/jit
graph: internal/kernel internal/rng
internal/reference: graph
internal/rewrite: graph internal/kernel
internal/plan: graph internal/kernel internal/rewrite
internal/exec: graph internal/kernel internal/plan
engine: graph internal/exec internal/kernel internal/plan internal/reference
internal/measure: graph internal/rng internal/kernel internal/plan internal/exec
internal/enginetest: graph internal/reference internal/rewrite internal/kernel internal/plan internal/exec
nn: graph internal/rng internal/suggest
loss: graph nn internal/suggest
optim: graph schedule internal/symmetric internal/reference internal/plan internal/exec internal/suggest
data: internal/rng internal/human internal/suggest
objective: graph loss data
internal/network: graph engine nn data objective
model: engine nn loss metric data objective internal/network internal/safetensors
train: graph engine nn loss metric schedule optim data objective model internal/network internal/measure internal/safetensors internal/suggest
internal/usage:
internal/traintest: data model nn train internal/rng internal/safetensors
internal/report: internal/human
internal/tensorboard:
internal/runs: data metric model objective train internal/disk internal/kernel internal/report internal/tensorboard internal/human internal/shell
.: model
internal/guide: graph metric optim internal/rng
internal/bench: graph nn optim data train internal/rng internal/kernel internal/plan internal/exec internal/measure internal/suggest
internal/settings: data model metric objective loss nn optim schedule train internal/human internal/runs internal/suggest internal/usage
internal/trials: data model metric optim train internal/human internal/report internal/runs internal/search internal/settings internal/suggest internal/usage
internal/cli: . nn metric objective schedule optim data model train internal/bench internal/fetch internal/human internal/kernel internal/report internal/runs internal/safetensors internal/settings internal/shell internal/suggest internal/trials internal/usage
cmd/descent: internal/cli
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
		if base := d.Name(); dir != "." && (base[0] == '.' || base[0] == '_' || base == "testdata" || base == "examples" || dir == "bench" || base == "tools" || dir == "runs") {
			return filepath.SkipDir
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
			if path != "descent" && !strings.HasPrefix(path, "descent/") {
				continue
			}
			to := strings.TrimPrefix(path, "descent/")
			if path == "descent" {
				to = "."
			}
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
