package descent_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWasm trains the digits as WebAssembly in Node.js and on this machine: the
// weights are the same bits.
func TestWasm(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the library for another machine")
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no Node.js, in which WebAssembly would run")
	}
	root, err := exec.Command(tool, "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	node := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec")
	if _, err := os.Stat(node); err != nil {
		t.Skipf("this Go came without what starts Node.js: %v", err)
	}
	dir := t.TempDir()
	run := func(name string, environment []string, before ...string) string {
		program := filepath.Join(dir, name)
		build := exec.Command(tool, "build", "-o", program, "./testdata/wasm")
		build.Env = append(os.Environ(), environment...)
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		command := append(before, program)
		var took bytes.Buffer
		digits := exec.Command(command[0], command[1:]...)
		digits.Stderr = &took
		out, err := digits.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, &took)
		}
		t.Logf("%s: %s in %s", name, bytes.TrimSpace(out), bytes.TrimSpace(took.Bytes()))
		return string(out)
	}
	here := run("here", nil)
	if there := run("wasm", []string{"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0"}, node); there != here {
		t.Errorf("WebAssembly: %swant %s", there, here)
	}
}
