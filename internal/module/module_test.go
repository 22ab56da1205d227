package module

import (
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

func TestPath(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if want := strings.TrimPrefix(line, "module "); Path() != want {
		t.Errorf("%q, want %q", Path(), want)
	}
}

func TestVersion(t *testing.T) {
	other := debug.Module{Path: "example.com/other", Version: "v3.0.0"}
	this := func(version string, replace *debug.Module) debug.Module {
		return debug.Module{Path: Path(), Version: version, Replace: replace}
	}
	for _, tt := range []struct {
		what, want string
		main       debug.Module
		deps       []debug.Module
	}{
		{"a tag", "v1.2.3", this("v1.2.3", nil), nil},
		{"a commit", "v0.0.0-20261128-abcdef", this("v0.0.0-20261128-abcdef", nil), []debug.Module{other}},
		{"nothing", "(devel)", debug.Module{}, nil},
		{"a test", "(devel)", this("", nil), nil},
		{"in another program", "v1.2.3", other, []debug.Module{this("v1.2.3", nil)}},
		{"a folder in another program", "(devel)", other, []debug.Module{this("v0.0.0", &debug.Module{Path: "../descent"})}},
		{"a fork in another program", "v1.2.4", other, []debug.Module{this("v1.2.3", &debug.Module{Path: "example.com/fork", Version: "v1.2.4"})}},
		{"a workspace", "(devel)", other, []debug.Module{this("(devel)", nil)}},
	} {
		info := &debug.BuildInfo{Main: tt.main}
		for i := range tt.deps {
			info.Deps = append(info.Deps, &tt.deps[i])
		}
		if got := version(info); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}
