package kernel

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// synchronizing are the instructions by which cores agree on the order of
// memory: on amd64 locks, exchanges and fences, on arm64 barriers, exclusive and
// ordered accesses and atomic updates. A hint to fetch is none.
var synchronizing = regexp.MustCompile(`(?i)^(lock|xchg\w*|xadd\w*|cmpxchg\w*|[mls]fence|` +
	`dmb|dsb|isb|sevl?|wfe|wfi|(ld(a|ax|x)|st(l|lx|x))[rp]\w*|ldapu?r\w*|` +
	`(cas|swp|(ld|st)(add|clr|eor|set|or|[su]max|[su]min))\w*)$`)

// flush is the one file of assembly that has to synchronize: it lets all cores
// see code that was written. A test of internal/jit reads it.
const flush = "flush_arm64.s"

// TestNoSynchronization reads the assembly of the project for instructions that
// synchronize cores, since no test that runs under an emulator, and few on one
// machine, would see one that is wrong. Workers agree in Go alone.
func TestNoSynchronization(t *testing.T) {
	for _, known := range []string{"LOCK", "XCHGL", "MFENCE", "DMB", "LDAR", "LDARW", "LDAXR", "ldaxr", "LDXR", "STLR", "STLXR", "stxr", "CASALW", "LDADDALD", "SWPD"} {
		if !synchronizing.MatchString(known) {
			t.Errorf("%s is not known to synchronize", known)
		}
	}
	for _, other := range []string{"LD1R", "ld1", "ldr", "LDP", "ldp", "st1", "str", "stp", "MOVD", "CSEL", "PRFM", "VMOVUPS", "SUB"} {
		if synchronizing.MatchString(other) {
			t.Errorf("%s does not synchronize", other)
		}
	}
	var files []string
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "../.." && (d.Name()[0] == '.' || d.Name() == "runs"): // of others
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".s":
			return nil
		}
		files = append(files, filepath.Base(path))
		if d.Name() == flush {
			return nil
		}
		text, err := os.ReadFile(path)
		for n, line := range strings.Split(string(text), "\n") {
			if _, comment, ok := strings.Cut(line, "WORD"); ok {
				_, line, ok = strings.Cut(comment, "// ")
				if !ok {
					t.Errorf("%s:%d: a word does not say what it is", path, n+1)
				}
			}
			name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			name, _, _ = strings.Cut(name, ".")
			if synchronizing.MatchString(name) {
				t.Errorf("%s:%d: %s", path, n+1, strings.TrimSpace(line))
			}
		}
		return err
	})
	for _, known := range []string{flush, "call_arm64.s", "neon_arm64.s", "avx512_amd64.s"} {
		if !slices.Contains(files, known) {
			t.Errorf("%s is not among %v", known, files)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files of assembly", len(files))
}
