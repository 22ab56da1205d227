package grid

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/input"
	"descent/data/internal/parse"
)

// csvForm is how a table is written as text.
type csvForm struct {
	skip    int  // lines above the header
	comma   rune // delimiter, or blanks
	comment bool // lines that begin with # are none of the table
	notes   []string
}

// blanks stands for a delimiter of any number of spaces and tabs.
const blanks = ' '

// examine looks at the beginning of a text, where the header is. Above it may
// stand a line sep=;, which says the delimiter, comments that begin with #, and
// titles, which have no delimiter while the lines that follow have.
func examine(sample string) csvForm {
	f := csvForm{comma: ','}
	lines := linesOf(sample)
	if len(lines) > 0 {
		if comma, ok := separatorLine(lines[0]); ok {
			f.skip, f.comma = 1, comma
			return f
		}
	}
	f.skipComments(lines)
	body := filled(lines[min(f.skip, len(lines)):])
	if len(body) == 0 {
		return f
	}
	if f.comma = delimiterOf(body); count(body[0], f.comma) > 0 {
		f.skipWideTitle(lines)
		return f
	}
	if betweenBlanks(body) {
		f.comma = blanks
		return f
	}
	f.skipTitle(lines)
	return f
}

// linesOf cuts a sample into lines; the last may be cut off and does not count
// unless it is the only one.
func linesOf(sample string) []string {
	lines := strings.SplitAfter(sample, "\n")
	if len(sample) >= input.Ahead-8 && len(lines) > 1 {
		lines = lines[:len(lines)-1]
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, "\r\n")
	}
	return lines
}

// isRuler reports whether a line is drawn, as between the lines of a printed table.
func isRuler(line string) bool {
	return strings.Contains(line, "---") && strings.Trim(line, "-+|: \t\r\n") == ""
}

// filled returns up to 20 lines that are not blank, nor drawn.
func filled(lines []string) []string {
	var some []string
	for _, line := range lines {
		if strings.TrimSpace(line) != "" && !isRuler(line) {
			if some = append(some, line); len(some) == 20 {
				break
			}
		}
	}
	return some
}

// separatorLine reads the line with which spreadsheets say the delimiter.
func separatorLine(line string) (rune, bool) {
	value, ok := strings.CutPrefix(strings.ToLower(strings.Trim(strings.TrimSpace(line), `"`)), "sep=")
	if !ok || len(value) > 1 || value != "" && !strings.Contains(",;\t|", value) {
		return 0, false
	}
	if value == "" { // of a tab, which was trimmed
		return '\t', true
	}
	return rune(value[0]), true
}

// skipComments passes over the lines that begin with #, unless the last of them
// is the header: as wide as the line below, which holds a number.
func (f *csvForm) skipComments(lines []string) {
	comments := 0
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" {
			continue
		}
		if trimmed[0] == '#' {
			comments++
			f.skip = i + 1
			continue
		}
		if comments > 0 && isHeaderOf(lines[f.skip-1], trimmed) {
			comments--
			f.skip--
		}
		break
	}
	if comments == 0 {
		f.skip = 0
		return
	}
	f.comment = true
	f.notes = append(f.notes, fmt.Sprintf("lines that begin with # are left out; %d stand above the table", comments))
}

func isHeaderOf(line, below string) bool {
	comma := delimiter(below)
	n := count(below, comma)
	if n == 0 || count(line, comma) != n {
		return false
	}
	for _, cell := range strings.Split(below, string(comma)) {
		if _, ok := parse.Number(strings.TrimSpace(cell)); ok {
			return true
		}
	}
	return false
}

// delimiter returns the one that a header holds most, outside of quotes.
func delimiter(header string) rune {
	best, most := ',', count(header, ',')
	for _, comma := range "|\t;" {
		// A comma may stand in names between semicolons, not the other way round.
		if n := count(header, comma); n > most || n == most && n > 0 && best == '\t' {
			best, most = comma, n
		}
	}
	return best
}

// delimiterOf returns the delimiter of the header, which stands first in lines;
// but where they do not have as many of it as the header, and of another do, that.
func delimiterOf(lines []string) rune {
	best := delimiter(lines[0])
	if len(lines) < 2 || sameCount(lines, best) {
		return best
	}
	for _, comma := range ";\t|," {
		if count(lines[0], comma) > 0 && sameCount(lines, comma) {
			return comma
		}
	}
	return best
}

// sameCount reports whether all lines have as many of a delimiter as the first.
func sameCount(lines []string, comma rune) bool {
	n := count(lines[0], comma)
	return !slices.ContainsFunc(lines, func(line string) bool { return count(line, comma) != n })
}

// count counts a delimiter outside of quotes.
func count(line string, comma rune) int {
	n, quoted := 0, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case r == comma && !quoted:
			n++
		}
	}
	return n
}

// betweenBlanks reports whether lines are cells between blanks: equally many in
// each, but for a header that may lack one, in columns that are aligned or of
// which one holds numbers.
func betweenBlanks(lines []string) bool {
	if len(lines) < 2 {
		return false
	}
	header, _ := splitBlanks(nil, lines[0])
	first, _ := splitBlanks(nil, lines[1])
	width := len(first)
	if len(header) < 2 || len(header) != width && len(header) != width-1 { // one column may hold 12 345
		return false
	}
	aligned := strings.Contains(strings.TrimSpace(lines[0]), "  ")
	text := make([]bool, width)
	for _, line := range lines[1:] {
		cells, err := splitBlanks(nil, line)
		if err != nil || len(cells) != width {
			return false
		}
		aligned = aligned || strings.Contains(strings.TrimSpace(line), "  ")
		for col, cell := range cells {
			_, number := parse.Number(cell)
			text[col] = text[col] || !number
		}
	}
	return aligned || slices.Contains(text, false)
}
