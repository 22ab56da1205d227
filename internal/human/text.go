// Package human writes numbers, times, lists and tables as people read them.
package human

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Thousands writes a number with commas and no fraction.
func Thousands(v float64) string {
	if !(v >= 0 && v < 1e15) {
		return "?"
	}
	text := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Clock writes seconds as people read them.
func Clock(seconds float64) string {
	switch s := int(math.Round(seconds)); {
	case !(seconds >= 0 && seconds < 1e9):
		return "?"
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	default:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
}

// Shape writes dimensions as in 8×8×1.
func Shape(dims []int) string {
	var parts []string
	for _, d := range dims {
		parts = append(parts, strconv.Itoa(d))
	}
	return strings.Join(parts, "×")
}

// Indent puts spaces before each line.
func Indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by) + "\n"
}

// Plural writes a count of things.
func Plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(float64(n)) + " " + one + "s"
}

// Took writes seconds that have passed.
func Took(seconds float64) string {
	if seconds < 60 {
		return fmt.Sprintf("%.1f s", seconds)
	}
	return Clock(seconds)
}

// Float writes a number in as few digits as it is read back from.
func Float(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// And lists names as in "a, b and c".
func And(names []string) string {
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " and " + names[n]
	}
	return strings.Join(names, "")
}

// Wrap breaks a text into lines of at most width letters.
func Wrap(text string, width int) string {
	var b strings.Builder
	n := 0
	for _, word := range strings.Fields(text) {
		w := utf8.RuneCountInString(word)
		switch {
		case n == 0:
		case n+1+w > width:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += w
	}
	return b.String() + "\n"
}

// Columns lays out cells, those of the first column to the left and others to
// the right.
func Columns(rows [][]string) string {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				line += cell + pad
			} else {
				line += "  " + pad + cell
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
