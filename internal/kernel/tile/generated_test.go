package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGemmGenerated fails where running the generator would change a file.
func TestGemmGenerated(t *testing.T) {
	inGenerator := func(args ...string) ([]byte, error) {
		cmd := exec.Command("go", args...)
		cmd.Dir = "_asm"
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		return cmd.CombinedOutput()
	}
	if _, err := os.Stat("_asm/go.mod"); err != nil {
		t.Skipf("the generator is not here: %v", err)
	}
	if out, err := inGenerator("mod", "download"); err != nil {
		t.Skipf("the generator's modules cannot be had: %v\n%s", err, out)
	}
	dir := t.TempDir()
	if out, err := inGenerator("run", "./gemm", "-dir", dir); err != nil {
		t.Fatalf("the generator fails: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the generator wrote %d files, %v", len(files), err)
	}
	for _, name := range files {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Base(name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes (%v); run go generate", filepath.Base(name), err)
		}
	}
}
