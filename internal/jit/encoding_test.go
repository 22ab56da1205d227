package jit

import (
	"encoding/hex"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// recorded has the instructions that LLVM's disassembler reads in bytes in
// hexadecimal. A file in testdata has them line by line, made from the failures
// of the test by the script of the same name.
func recorded(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]string{}
	for line := range strings.Lines(string(text)) {
		code, instruction, _ := strings.Cut(strings.TrimSpace(line), " ")
		read[code] = instruction
	}
	return read
}

// disassemble returns what LLVM reads in code of arm64, a line for each
// instruction.
func disassemble(t *testing.T, code []byte) []string {
	t.Helper()
	llvm, err := exec.LookPath("llvm-mc-19")
	if err != nil {
		t.Skip("llvm-mc-19 is not here to read the code")
	}
	var in strings.Builder
	for _, b := range code {
		in.WriteString("0x" + hex.EncodeToString([]byte{b}) + " ")
	}
	cmd := exec.Command(llvm, "-disassemble", "-triple=aarch64")
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		line, _, _ = strings.Cut(line, "//")
		if line = strings.Join(strings.Fields(line), " "); line != "" && !strings.HasPrefix(line, ".") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestRegistersOfGo reads the code of a loop that takes all registers it can:
// those of the system and of Go have to stay as they are.
func TestRegistersOfGo(t *testing.T) {
	l := NewLoop()
	y := l.RowNumber(0)
	for i := 1; i < MaxStreams-2; i++ {
		y = l.FMA(l.Add(y, l.Number(i)), l.Load(i), l.Const(uint32(i)))
	}
	l.Store(MaxStreams-2, y)
	l.Reduce(MaxStreams-1, 0, y, l.Max)
	text, err := l.Assemble(NEON)
	if err != nil {
		t.Fatal(err)
	}
	if text.Spill == 0 {
		t.Error("nothing is spilled")
	}
	kept := regexp.MustCompile(`\b(x18|x2[6-9]|x30|w18|w2[6-9]|w30|sp|wsp)\b`)
	returns := false
	for _, line := range disassemble(t, text.Code) {
		if returns = line == "ret"; returns {
			break // constants follow
		}
		if kept.MatchString(line) {
			t.Errorf("the code has %q", line)
		}
	}
	if !returns {
		t.Error("the code does not return")
	}
}
