package descent_test

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"descent/internal/module"
)

// fuses are the packages whose multiply-adds are declared, and those that draw, print
// and judge what has been computed.
var fuses = regexp.MustCompile(`^(explain|train/profile|internal/(fma|formula|kernel/\w+|cli|human|report|runpage|runs|search|settings|tensorboard|terminal|trials))\.`)

// TestRounding reads the code that Go's compiler makes for arm64. There, and on other
// processors that amd64 is none of, it makes one instruction of a·b + c, which
// rounds once, unless the product is converted: float64(a*b) + c. Whatever decides
// weights and scores has to round twice on every machine.
func TestRounding(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command for another machine")
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command")
	}
	program := filepath.Join(t.TempDir(), "descent")
	build := exec.Command(tool, "build", "-o", program, "./cmd/descent")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	section := file.Section(".text")
	text, err := section.Data()
	if err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile("^" + regexp.QuoteMeta(module.Path()) + `/(.*)`)
	declared := 0
	for _, s := range symbols {
		name := own.FindStringSubmatch(s.Name)
		if elf.ST_TYPE(s.Info) != elf.STT_FUNC || name == nil {
			continue
		}
		code, fused := text[s.Value-section.Addr:][:s.Size], 0
		for ; len(code) >= 4; code = code[4:] {
			if code := binary.LittleEndian.Uint32(code); code>>24 == 0x1f { // FMADD, FMSUB, FNMADD and FNMSUB
				fused++
			}
		}
		switch {
		case fuses.MatchString(name[1]):
			declared += fused
		case fused > 0:
			t.Errorf("%s: %d products and sums are rounded once; write float64(a*b) + c", name[1], fused)
		}
	}
	if declared == 0 {
		t.Error("not even those that are declared are found")
	}
}
