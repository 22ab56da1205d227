package shell_test

import (
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
