package grid

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/parse"
	"descent/internal/human"
)

// maxTitle is how many lines may stand above a table.
const maxTitle = 20

// skipTitle passes over lines without a delimiter above a header that is as wide
// as the two lines below it.
func (f *csvForm) skipTitle(lines []string) {
	for i := f.skip; i < min(len(lines), f.skip+maxTitle); i++ {
		comma := delimiter(lines[i])
		n := count(lines[i], comma)
		if n == 0 || isRuler(lines[i]) {
			continue
		}
		if isTable(lines[i:], comma) {
			f.comma = comma
			f.leaveOut(lines, i)
		}
		return
	}
}

// skipWideTitle passes over a title that has delimiters itself: its lines have
// fewer than the header, or as many with hardly a cell between them.
func (f *csvForm) skipWideTitle(lines []string) {
	first := f.skip + slices.IndexFunc(lines[f.skip:], func(line string) bool { return strings.TrimSpace(line) != "" })
	n := count(lines[first], f.comma)
	padded := n > 1 && filledCells(lines[first], f.comma) == 1
	for i := first; i < min(len(lines), first+maxTitle); i++ {
		line := lines[i]
		comma := delimiter(line)
		if strings.Count(line, `"`)%2 > 0 { // a cell of several lines
			return
		}
		if !isTable(lines[i:], comma) || padded && i == first {
			continue
		}
		wide := count(line, comma)
		title := wide > n+1 || wide == n+1 && i > first+1 // else the header lacks the name of the first column
		if padded && wide == n {
			if filledCells(line, comma) < n+1 {
				continue
			}
			title = true
		}
		if title && i > first && isHeaderLike(line, comma) {
			f.comma = comma
			f.leaveOut(lines, i)
		}
		return
	}
}

// isTable reports whether the first line has delimiters, and the two below as many.
func isTable(lines []string, comma rune) bool {
	n := count(lines[0], comma)
	below := filled(lines[1:])
	return n > 0 && len(below) >= 2 && count(below[0], comma) == n && count(below[1], comma) == n
}

func filledCells(line string, comma rune) (n int) {
	for _, cell := range strings.Split(line, string(comma)) {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}

// isHeaderLike reports whether no cell of a line is a number.
func isHeaderLike(line string, comma rune) bool {
	return !slices.ContainsFunc(strings.Split(line, string(comma)), func(cell string) bool {
		_, number := parse.AnyNumber(strings.TrimSpace(cell))
		return number
	})
}

// leaveOut makes line i the header and notes the lines above.
func (f *csvForm) leaveOut(lines []string, i int) {
	if title := filled(lines[f.skip:i]); len(title) > 0 {
		f.notes = append(f.notes, fmt.Sprintf("%s above the table, from %q on, %s left out", human.Plural(len(title), "line"), shorten(strings.TrimSpace(title[0])), areOr(len(title))))
	}
	f.skip = i
}
