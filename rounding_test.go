package descent_test

import (
	"debug/elf"
	"encoding/binary"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"descent/internal/module"
)

// fuses are the packages whose multiply-adds are declared, and those that draw, print
// and judge what has been computed.
var fuses = regexp.MustCompile(`^(explain|train/profile|internal/(fma|formula|kernel/\w+|cli|human|report|runpage|runs|tensorboard|terminal))\.|^internal/(canonical\.Exp|search\.(ChiSquare|upperGamma|incompleteBeta|tailsT))$`)

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

// varies are the functions of math whose last bits depend on the processor.
var varies = strings.Fields(`
	Acos Acosh Asin Asinh Atan Atan2 Atanh Cbrt Cos Cosh Erf Erfc Erfcinv Erfinv Exp Exp2 Expm1 Gamma Hypot
	J0 J1 Jn Lgamma Log Log10 Log1p Log2 Pow Sin Sincos Sinh Tan Tanh Y0 Y1 Yn`)

// judges are the packages and files that draw, print and judge what has been computed, and
// internal/canonical itself.
var judges = regexp.MustCompile(`^internal/(canonical|guide|human|report|runpage|terminal)/|^internal/search/(student|chisquare)\.go`)

// TestCanonical: what decides weights and scores takes the functions of
// internal/canonical, which have the same bits everywhere.
func TestCanonical(t *testing.T) {
	found := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch base := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (base[0] == '.' || base[0] == '_' || base == "testdata" || path == "bench"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if of, ok := s.X.(*ast.Ident); !ok || of.Name != "math" || !slices.Contains(varies, s.Sel.Name) {
				return true
			}
			if found++; !judges.MatchString(filepath.ToSlash(path)) {
				t.Errorf("%v: the last bits of math.%s depend on the processor; take it of internal/canonical", set.Position(s.Pos()), s.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("not even those of pages are found")
	}
}
