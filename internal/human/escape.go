package human

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns a text that a terminal shows and does not obey: what is no
// text stands in it as Go quotes it, as in \x1b. Lines and tabs stay.
//
// No text are control characters (C0, DEL and C1), marks that turn the direction
// of what follows, separators that break lines, and bytes that are no UTF-8.
func Escape(text string) string { return escape(text, "\n\t") }

// Line is [Escape] for a name that stands within a line, which it cannot break.
func Line(text string) string { return escape(text, "") }

func escape(text, kept string) string {
	first := 0
	for first < len(text) {
		r, n := utf8.DecodeRuneInString(text[first:])
		if obeyed(r, n) && !strings.ContainsRune(kept, r) {
			break
		}
		first += n
	}
	if first == len(text) {
		return text
	}
	var b strings.Builder
	b.WriteString(text[:first])
	for rest := text[first:]; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		if obeyed(r, n) && !strings.ContainsRune(kept, r) {
			quoted := strconv.QuoteToASCII(rest[:n])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(rest[:n])
		}
		rest = rest[n:]
	}
	return b.String()
}

// obeyed reports whether a rune of n bytes does something else than be shown.
func obeyed(r rune, n int) bool {
	switch {
	case r == utf8.RuneError:
		return n == 1
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return true
	}
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
