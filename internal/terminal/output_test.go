package terminal

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"descent/internal/human"
)

// TestOutput: text is escaped wherever it is cut, and data is not touched.
func TestOutput(t *testing.T) {
	const text = "Köln\t東京 \x1b[31m\u009b \xc3"
	for cut := range len(text) {
		var people, programs bytes.Buffer
		a, b := Text(&people), Data(&programs)
		for _, o := range []*Output{a, b} {
			for _, part := range []string{text[:cut], text[cut:]} {
				if n, err := o.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if err := o.End(); err != nil {
				t.Fatal(err)
			}
			if _, err := o.Write([]byte("late")); !errors.Is(err, os.ErrClosed) {
				t.Errorf("what is written after the end gives %v", err)
			}
		}
		if got := people.String(); got != human.Escape(text) {
			t.Errorf("cut at %d, people read %q", cut, got)
		}
		if programs.String() != text {
			t.Errorf("cut at %d, programs read %q", cut, programs.String())
		}
	}
}
