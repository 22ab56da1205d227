package parse

import (
	"fmt"
	"testing"
)

func TestYesNo(t *testing.T) {
	for word, want := range map[string]string{
		"1": "yes", "1.0": "yes", "0": "no", "-0": "no", "0.00": "no", "TRUE": "yes", "False": "no", "Y": "yes", "n": "no", "x": "yes", "X": "yes",
		"ja": "yes", "Nein": "no", "SÍ": "yes", "não": "no", "✓": "yes", "on": "yes", "off": "no",
		"": "neither", "2": "neither", "-1": "neither", "maybe": "neither", "yes no": "neither", "NaN": "neither",
	} {
		got := "neither"
		if yes, ok := YesNo(word); ok {
			got = map[bool]string{true: "yes", false: "no"}[yes]
		} else if yes {
			t.Errorf("%q is yes and nothing", word)
		}
		if got != want {
			t.Errorf("%q says %s, want %s", word, got, want)
		}
	}
}

func TestLabels(t *testing.T) {
	for _, test := range []struct{ cell, separator, want string }{
		{"a;b", ";", `["a" "b"]`}, {" a ; ;b;", ";", `["a" "b"]`}, {"", ";", `[]`}, {"a,b", ";", `["a,b"]`}, {"a|b c", "|", `["a" "b c"]`},
	} {
		if got := fmt.Sprintf("%q", Labels(test.cell, test.separator)); got != test.want {
			t.Errorf("%q: %s, want %s", test.cell, got, test.want)
		}
	}
}
