// Package shell writes command lines that a shell reads as they are meant.
package shell

import (
	"fmt"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"descent/internal/human"
)

// Line joins words to a command line.
func Line(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = Quote(word)
	}
	return strings.Join(quoted, " ")
}

// Path returns a path that no command takes for a flag.
func Path(path string) string {
	if strings.HasPrefix(path, "-") && path != "-" {
		return "./" + path
	}
	return path
}

// Quote returns a word in single quotes if a shell would change it, and in those
// of bash and zsh with a dollar in front if a terminal would obey it.
func Quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,+@%", r) ||
			r == '\\' && runtime.GOOS == "windows"
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	if human.Line(word) != word {
		return "$'" + escaped(word) + "'"
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// escaped writes letters that can be shown as they are, and bytes of others as
// $'...' takes them.
func escaped(word string) string {
	var b strings.Builder
	for len(word) > 0 {
		r, n := utf8.DecodeRuneInString(word)
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + word[:n])
		case unicode.IsPrint(r) && (r != utf8.RuneError || n > 1):
			b.WriteString(word[:n])
		default:
			for _, c := range []byte(word[:n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
		word = word[n:]
	}
	return b.String()
}
