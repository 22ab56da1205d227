package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// before and after are the files of a small module; those that both have alike
// stand in before alone.
var before = map[string]string{
	"go.mod":          "module slope\n\ngo 1.26.0\n\nrequire example.com/slope v1.0.0\n",
	"slope.go":        "// Package slope is slope. See slope/nn and cmd/slope/nn.\npackage slope\n\nimport (\n\t\"slope/nn\"\n\t\"fmt\"\n\t\"strings\"\n)\n\nvar name = \"slope\"\n",
	"nn/nn.go":        "package nn\n",
	"nn/nn_test.go":   "package nn_test\n\nimport (\n\t\"testing\"\n\n\troot \"slope\"\n\t\"slope/nn\" // here\n)\n\nvar folder = \"slope/lost\"\n",
	"gen/go.mod":      "module slope/gen\n\nrequire slope v0.0.0\n\nreplace slope => ../../slope\n",
	"gen/gen.go":      "package main\n\nimport . \"slope/nn\"\n\nconst text = `\nimport \"slope/nn\"\n`\n",
	"bad.go":          "import \"slope/nn\"\n",
	"README.md":       "# slope\n\n```go\nimport (\n\t\"slope\"\n\t\"slope/nn\"\n)\n```\n`go doc slope/nn` and `go test slope/...`, runs/slope/nn, slope/other, `go run ./cmd/slope`\n\ngo mod edit -require slope@v0.0.0 -replace=slope=../slope\n",
	".ci/run":         "go vet slope/nn\ncd slope\n",
	"data/model.bin":  "slope/nn",
	"data/golden.txt": "module slope\nslope/nn",
	".git.md":         "\"slope/nn\"",
}

var after = map[string]string{
	"go.mod":        "module github.com/you/gd\n\ngo 1.26.0\n\nrequire example.com/slope v1.0.0\n",
	"slope.go":      "// Package slope is slope. See github.com/you/gd/nn and cmd/slope/nn.\npackage slope\n\nimport (\n\t\"fmt\"\n\t\"github.com/you/gd/nn\"\n\t\"strings\"\n)\n\nvar name = \"slope\"\n",
	"nn/nn_test.go": "package nn_test\n\nimport (\n\t\"testing\"\n\n\troot \"github.com/you/gd\"\n\t\"github.com/you/gd/nn\" // here\n)\n\nvar folder = \"slope/lost\"\n",
	"gen/go.mod":    "module github.com/you/gd/gen\n\nrequire github.com/you/gd v0.0.0\n\nreplace github.com/you/gd => ../../slope\n",
	"gen/gen.go":    "package main\n\nimport . \"github.com/you/gd/nn\"\n\nconst text = `\nimport \"github.com/you/gd/nn\"\n`\n",
	"bad.go":        "import \"github.com/you/gd/nn\"\n",
	"README.md":     "# slope\n\n```go\nimport (\n\t\"github.com/you/gd\"\n\t\"github.com/you/gd/nn\"\n)\n```\n`go doc github.com/you/gd/nn` and `go test github.com/you/gd/...`, runs/slope/nn, slope/other, `go run ./cmd/slope`\n\ngo mod edit -require github.com/you/gd@v0.0.0 -replace=github.com/you/gd=../slope\n",
	".ci/run":       "go vet github.com/you/gd/nn\ncd slope\n",
	".git.md":       "\"github.com/you/gd/nn\"",
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// differ reports files that are not as wanted.
func differ(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || string(got) != text {
			t.Errorf("%s is\n%s\n%v, want\n%s", name, got, err, text)
		}
	}
}

func TestRename(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, before)
	was, changed, err := rename(dir, "github.com/you/gd")
	if err != nil || was != "slope" {
		t.Fatal(was, err)
	}
	slices.Sort(changed)
	if want := slices.Sorted(maps.Keys(after)); !slices.Equal(changed, want) {
		t.Errorf("changed are %v, want %v", changed, want)
	}
	want := maps.Clone(before)
	maps.Copy(want, after)
	differ(t, dir, want)

	if _, changed, err := rename(dir, "github.com/you/gd"); err != nil || changed != nil {
		t.Errorf("a second time changes %v, %v", changed, err)
	}
	differ(t, dir, want)

	// And on to a third path, of which the second is the beginning.
	if was, _, err := rename(dir, "github.com/you/gd/v2"); err != nil || was != "github.com/you/gd" {
		t.Fatal(was, err)
	}
	for name, text := range after {
		want[name] = strings.ReplaceAll(text, "you/gd", "you/gd/v2")
	}
	differ(t, dir, want)
}

func TestRenameErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, before)
	for path, want := range map[string]string{
		"":                        "has to be a host",
		"descent2":                "has to be a host",
		"you/descent":             "has to be a host",
		"/github.com/you":         "has to be a host",
		"https://github.com/you":  "has to be a host",
		"GitHub.com/you/descent":  "in small letters",
		"github.com":              "a host alone",
		"github.com/":             `"" cannot be a part`,
		"github.com/you/":         `"" cannot be a part`,
		"github.com//descent":     `"" cannot be a part`,
		"github.com/../descent":   `".." cannot be a part`,
		"github.com/you/a b":      `"a b" cannot be a part`,
		"github.com/you/descent.": `"descent." cannot be a part`,
		"github.com/you/x/v1":     "leave v1 out",
		"github.com/you/x/v02":    "leave v02 out",
	} {
		if _, _, err := rename(dir, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v does not say %q", path, err, want)
		}
	}
	differ(t, dir, before)
	for _, path := range []string{"example.org/d", "git.sr.ht/~you/descent", "github.com/You/de.scent_2", "example.org/x/v2", "example.org/x/v10"} {
		if err := checkPath(path); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := rename(filepath.Join(dir, "nn"), "example.org/d"); err == nil || !strings.Contains(err.Error(), "not the root of the module") {
		t.Error(err)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return
	}
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Skipf("git init: %v: %s", err, out)
	}
	if _, _, err := rename(dir, "example.org/d"); err == nil || !strings.Contains(err.Error(), "files have changes, such as") {
		t.Error(err)
	}
	differ(t, dir, before)
}
