package terminal

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// area is a few lines of a terminal that are drawn in place. The cursor waits
// at the end of the last one.
type area struct{ widths []int } // of the lines that stand

// replace returns what draws lines, cut to the width of the terminal, in place
// of those that stand, and above them text that stays, which ends with a line.
func (a *area) replace(stays string, lines []string, width int) string {
	var b strings.Builder
	rows := -1
	for _, w := range a.widths {
		rows += max(1, (w+width-1)/width) // more than one where the terminal was made narrower
	}
	if rows >= 0 {
		b.WriteByte('\r')
	}
	if rows > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", rows)
	}
	if rows >= 0 { // what stands is written over before the rest is cleared, so that nothing flickers
		stays = strings.ReplaceAll(stays, "\n", "\x1b[K\n")
	}
	b.WriteString(stays)
	a.widths = nil
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		line, n := cutLine(line, width-1)
		b.WriteString(line + "\x1b[K")
		a.widths = append(a.widths, n)
	}
	if rows >= 0 {
		b.WriteString("\x1b[J")
	}
	return b.String()
}

// cutLine cuts a line to a number of letters, which it returns; escape sequences
// are none.
func cutLine(line string, most int) (string, int) {
	n, escaped := 0, false
	for i, r := range line {
		switch {
		case r == '\x1b':
			escaped = true
		case escaped:
			escaped = r != 'm'
		case n == most:
			return line[:i] + strings.Repeat("\x1b[0m", min(1, strings.Count(line[:i], "\x1b"))), n
		default:
			n++
		}
	}
	return line, n
}

// pad fills a line with spaces.
func pad(line string, width int) string {
	return line + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(line)))
}
