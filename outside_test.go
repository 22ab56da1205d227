package descent_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	own, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, requires, _ := strings.Cut(string(own), "\nrequire") // all of them, so that no module behind them is looked up
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/outside")); err != nil {
		t.Fatal(err)
	}
	gomod := "module outside\n\ngo 1.26.0\n\nrequire " + module.Path() + " v0.0.0\n\nreplace " + module.Path() + " => " + strconv.Quote(root) + "\n\nrequire" + requires
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
			out := runTool(t, tool, dir, "run", "./"+folder)
			if folder == "predict" {
				checkPredictsAlone(t, runTool(t, tool, dir, "list", "-deps", "./"+folder))
			}
			if out != string(want) {
				t.Errorf("prints\n%s\nwant\n%s", out, want)
			}
		})
	}
}

// runTool runs the go command in dir, which has a go.mod, without a network.
func runTool(t *testing.T, tool, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(tool, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// checkPredictsAlone checks the packages that a program is made of: to predict
// takes package model, and nothing that trains.
func checkPredictsAlone(t *testing.T, packages string) {
	t.Helper()
	list := strings.Fields(packages)
	if !slices.Contains(list, module.Path()+"/model") {
		t.Errorf("the program does not import model; its packages are %s", packages)
	}
	for _, trains := range []string{"train", "loop", "optim", "schedule"} {
		if slices.Contains(list, module.Path()+"/"+trains) {
			t.Errorf("a program that predicts imports %s", trains)
		}
	}
}
