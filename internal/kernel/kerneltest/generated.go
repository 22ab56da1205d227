package kerneltest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Generated fails where running a generator of ../_asm would change a file of
// the package under test, or where the generator does not run. It skips only
// where the generator or the modules it is built of are not to be had.
func Generated(t *testing.T, generator string) {
	t.Helper()
	const module = "../_asm"
	inModule := func(args ...string) ([]byte, error) {
		cmd := exec.Command("go", args...)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOOS=", "GOARCH=") // of this machine, also where the test is emulated
		return cmd.CombinedOutput()
	}
	if _, err := os.Stat(filepath.Join(module, "go.mod")); err != nil {
		t.Skipf("the generator is not here: %v", err)
	}
	if out, err := inModule("mod", "download"); err != nil {
		t.Skipf("the generator's modules cannot be had: %v\n%s", err, out)
	}
	dir := t.TempDir()
	if out, err := inModule("run", "./"+generator, "-dir", dir); err != nil {
		t.Fatalf("the generator fails: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the generator wrote %d files, %v", len(files), err)
	}
	for _, name := range files {
		fresh, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile(filepath.Base(name))
		if err != nil || !bytes.Equal(fresh, committed) {
			t.Errorf("%s is not what the generator writes (%v); run go generate", filepath.Base(name), err)
		}
	}
}
