package descent_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"descent/internal/module"
)

// TestOutside builds and runs the programs in testdata/outside as those of
// another module, which knows this one by a replace directive, without a
// network. Each folder has what its program prints in want.txt.
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
	if err := os.CopyFS(dir, os.DirFS("testdata/outside")); err != nil {
		t.Fatal(err)
	}
	gomod := "module outside\n\ngo 1.26\n\nrequire " + module.Path() + " v0.0.0\n\nreplace " + module.Path() + " => " + strconv.Quote(root) + "\n"
	for name, text := range map[string]string{"go.mod": gomod, "go.sum": string(sums)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	programs, err := filepath.Glob(filepath.Join(dir, "*", "main.go"))
	if err != nil || len(programs) == 0 {
		t.Fatal("there are no programs", err)
	}
	for _, program := range programs {
		folder := filepath.Base(filepath.Dir(program))
		t.Run(folder, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join(dir, folder, "want.txt"))
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(tool, "run", "./"+folder)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("go run: %v\n%s", err, out)
			}
			if string(out) != string(want) {
				t.Errorf("prints\n%s\nwant\n%s", out, want)
			}
		})
	}
}
