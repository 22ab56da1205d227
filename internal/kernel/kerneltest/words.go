package kerneltest

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// assembler is LLVM's, by the name that Debian gives it.
const assembler = "llvm-mc-19"

// Words fails where a word of an assembly file for arm64 is not the instruction
// in the comment behind it, as LLVM assembles that. It skips where LLVM is not
// there.
func Words(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(assembler); err != nil {
		t.Skipf("words are not compared with LLVM's: %v", err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^\s*WORD \$0x([0-9a-f]{8}) // (.*)$`).FindAllStringSubmatch(string(text), -1)
	var source bytes.Buffer
	for _, l := range lines {
		source.WriteString(l[2] + "\n")
	}
	cmd := exec.Command(assembler, "--triple=aarch64", "--show-encoding")
	cmd.Stdin = &source
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", assembler, err)
	}
	encodings := regexp.MustCompile(`encoding: \[(.*)\]`).FindAllStringSubmatch(string(out), -1)
	if len(encodings) != len(lines) || len(lines) == 0 {
		t.Fatalf("%d words, of which LLVM assembles %d", len(lines), len(encodings))
	}
	for i, e := range encodings {
		var want uint64
		for at, b := range strings.Split(e[1], ",") {
			v, err := strconv.ParseUint(b, 0, 8)
			if err != nil {
				t.Fatalf("encoding %q: %v", e[1], err)
			}
			want |= v << (8 * at)
		}
		if got, _ := strconv.ParseUint(lines[i][1], 16, 32); got != want {
			t.Fatalf("%s is %#08x, not the word %#08x", lines[i][2], want, got)
		}
	}
	t.Logf("%d words", len(lines))
}
