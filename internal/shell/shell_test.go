package shell_test

import (
	"runtime"
	"testing"

	"descent/internal/shell"
)

func TestQuote(t *testing.T) {
	for word, want := range map[string]string{"runs/a-b": "runs/a-b", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$HOME": "'$HOME'"} {
		if got := shell.Quote(word); got != want {
			t.Errorf("%q becomes %s, want %s", word, got, want)
		}
	}
	if got, want := shell.Line("eval", "my run", "digits"), "eval 'my run' digits"; got != want {
		t.Errorf("the line is %s, want %s", got, want)
	}
}

func TestQuoteWhatTerminalsObey(t *testing.T) {
	for word, want := range map[string]string{
		"label\x1b[31m": `$'label\x1b[31m'`,
		"a\nb":          `$'a\x0ab'`,
		"it's\x07\\":    `$'it\'s\x07\\'`,
		"K\xf6ln":       `$'K\xf6ln'`,
		"ö\u202e":       `$'ö\xe2\x80\xae'`,
		"Köln Bonn":     `'Köln Bonn'`,
	} {
		if got := shell.Quote(word); got != want {
			t.Errorf("%q is quoted %s, want %s", word, got, want)
		}
	}
}

func TestBackslash(t *testing.T) {
	want := `'a\b'`
	if runtime.GOOS == "windows" {
		want = `a\b`
	}
	if got := shell.Quote(`a\b`); got != want {
		t.Errorf("it is quoted %s, want %s", got, want)
	}
}

func TestPath(t *testing.T) {
	for path, want := range map[string]string{"-run": "./-run", "--run": "./--run", "-": "-", "run": "run", "": ""} {
		if got := shell.Path(path); got != want {
			t.Errorf("%q becomes %q, want %q", path, got, want)
		}
	}
}
