package fma

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFused reads what the compiler makes for the architectures of fused.go: every
// product and sum is one instruction, so that none is rounded in between. Tests
// of bits see that only where they run.
func TestFused(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command here")
	}
	const want = 1 + 1 + 3*Cols // in MulAdd, Row and Tile
	for arch, fused := range map[string]string{
		"arm64": "FMADDS", "riscv64": "FMADDS", "ppc64": "FMADDS", "ppc64le": "FMADDS", "s390x": "MAEBR",
	} {
		archive := filepath.Join(t.TempDir(), "fma.a")
		run := func(args ...string) string {
			cmd := exec.Command("go", args...)
			cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "GOFLAGS=", "CGO_ENABLED=0")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("go %s: %v: %s", strings.Join(args, " "), err, out)
			}
			return string(out)
		}
		run("build", "-o", archive, ".")
		code := run("tool", "objdump", "-s", `\.(MulAdd|Row|Tile)$`, archive)
		if n := len(regexp.MustCompile(`\t`+fused+`\s`).FindAllString(code, -1)); n != want {
			t.Errorf("%s: %d times %s, want %d", arch, n, fused, want)
		}
		if other := regexp.MustCompile(`\t(F?(MUL|ADD|SUB)[SF]|MEEBR?|AEBR?|MEEB|AEB)\s.*`).FindString(code); other != "" {
			t.Errorf("%s: rounded in between: %s", arch, other)
		}
	}
}
