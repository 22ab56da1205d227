package jit

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// goTool returns what the go command prints when it works for arm64.
func goTool(t *testing.T, system string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command here")
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=arm64", "GOFLAGS=", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestFlushIsThere reads the machine code of the flush, as an emulator may run
// code that was never flushed, and no such machine may be at hand: lines of data are
// written back before those of instructions are dropped, and each is waited for.
func TestFlushIsThere(t *testing.T) {
	const source = "flush_arm64.s"
	for _, system := range []string{"linux", "darwin", "freebsd"} {
		files := strings.Fields(goTool(t, system, "list", "-f", `{{join .GoFiles " "}} {{join .SFiles " "}}`, "."))
		for _, want := range []string{"code_unix.go", "flush_arm64.go", source} {
			if !strings.Contains(" "+strings.Join(files, " ")+" ", " "+want+" ") {
				t.Errorf("%s is not built for %s", want, system)
			}
		}
	}
	object := filepath.Join(t.TempDir(), "flush.o")
	include := filepath.Join(strings.TrimSpace(goTool(t, "linux", "env", "GOROOT")), "pkg", "include")
	goTool(t, "linux", "tool", "asm", "-p", "jit", "-I", include, "-o", object, source)
	code := goTool(t, "linux", "tool", "objdump", "-s", `^jit\.flushLines$`, object)

	var words []uint32
	for _, line := range regexp.MustCompile(`(?m)^ *`+regexp.QuoteMeta(source)+`:\d+\s+0x[0-9a-f]+\s+([0-9a-f]{8})\s`).FindAllStringSubmatch(code, -1) {
		word, err := strconv.ParseUint(line[1], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, uint32(word))
	}
	const register = 31
	for _, want := range []struct {
		name       string
		word, free uint32 // free bits may be any
	}{
		{"DC CVAU", 0xD50B7B20, register},
		{"DSB ISH", 0xD5033B9F, 0},
		{"IC IVAU", 0xD50B7520, register},
		{"DSB ISH", 0xD5033B9F, 0},
		{"ISB", 0xD5033FDF, 0},
		{"RET", 0xD65F03C0, 0},
	} {
		for len(words) > 0 && words[0]&^want.free != want.word {
			words = words[1:]
		}
		if len(words) == 0 {
			t.Fatalf("there is no %s, or not in its place:\n%s", want.name, code)
		}
		words = words[1:]
	}
	if len(words) > 0 {
		t.Errorf("code goes on behind the return:\n%s", code)
	}
}

// TestFlushIsCalled holds the places that make memory executable to flushing
// it, behind the last change; Windows has a call for it.
func TestFlushIsCalled(t *testing.T) {
	for name, want := range map[string]string{
		"code_unix.go":    `(?s)copy\(memory, code\).*PROT_EXEC.*\n\tflush\(memory\)\n\treturn memory, nil\n`,
		"code_windows.go": `(?s)copy\(memory, code\).*PAGE_EXECUTE_READ.*flushInstructionCache\.Call\([^\n]*, at, size\)[^}]*}\n\treturn memory, nil\n`,
	} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(want).Match(source) {
			t.Errorf("%s returns memory that is not flushed", name)
		}
	}
}
