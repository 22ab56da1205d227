package human

import "testing"

func TestEscape(t *testing.T) {
	for _, row := range []struct{ text, want, line string }{
		{"", "", ""},
		{"Köln 東京 👩‍🚀 a\u00a0b", "Köln 東京 👩‍🚀 a\u00a0b", "Köln 東京 👩‍🚀 a\u00a0b"},
		{"a\tb\n", "a\tb\n", `a\tb\n`},
		{"\x1b[2J\x1b]0;owned\a", `\x1b[2J\x1b]0;owned\a`, `\x1b[2J\x1b]0;owned\a`},
		{"a\rb\x00\x7f", `a\rb\x00\x7f`, `a\rb\x00\x7f`},
		{"\u009b31m", `\u009b31m`, `\u009b31m`},
		{"\x9b31m", `\x9b31m`, `\x9b31m`}, // C1 as a byte
		{"a\u202eb\u2066c\u2069", `a\u202eb\u2066c\u2069`, `a\u202eb\u2066c\u2069`},
		{"a\u2028b", `a\u2028b`, `a\u2028b`},
		{"K\xf6ln", `K\xf6ln`, `K\xf6ln`},
		{"a\ufffdb", "a\ufffdb", "a\ufffdb"}, // a letter of its own
	} {
		if got := Escape(row.text); got != row.want {
			t.Errorf("%q is escaped as %q, want %q", row.text, got, row.want)
		}
		if got := Line(row.text); got != row.line {
			t.Errorf("%q in a line is %q, want %q", row.text, got, row.line)
		}
	}
}
