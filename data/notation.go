package data

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// notation is how the numbers of a column are written. The zero notation is
// plain: what a program writes, such as -1234.56 and 1e-3.
//
// In any other one a number may have its sign in front or behind, as U+2212 or
// a dash, or stand in parentheses for less than zero.
type notation struct {
	marks
	before, after string // what stands beside a number, such as "$" or "%"
}

// marks are the decimal mark and the mark between thousands.
type marks struct {
	decimal byte // '.' or ','
	group   byte // ',', '.', ' ' or '\''; 0: none
}

// allMarks are the marks that are known, in the order in which they are
// preferred where several explain a column.
var allMarks = []marks{{'.', 0}, {',', 0}, {'.', ','}, {',', '.'}, {'.', ' '}, {',', ' '}, {'.', '\''}, {',', '\''}}

// The places of those in allMarks between which a column may leave a doubt.
const (
	pointMarks, commaMarks, commaGroups, pointGroups = 0, 1, 2, 3
)

func (n notation) plain() bool { return n == notation{} }

// String writes the number 1234.56 in the notation; "" is plain.
func (n notation) String() string {
	if n.plain() {
		return ""
	}
	text := "1"
	if n.group != 0 {
		text += string(n.group)
	}
	text += "234" + string(n.decimal) + "56"
	if last, _ := utf8.DecodeLastRuneInString(n.before); unicode.IsLetter(last) || last == '.' {
		text = " " + text
	}
	text = n.before + text
	if n.after != "" {
		text += " " + n.after
	}
	return text
}

// parseNotation reads what String wrote.
func parseNotation(text string) (notation, error) {
	var n notation
	if text == "" {
		return n, nil
	}
	f, ok := takeApart(text)
	n.before, n.after = f.before, f.after
	for _, m := range allMarks {
		n.marks = m
		if ok && n.String() == text {
			return n, nil
		}
	}
	return n, fmt.Errorf("there is no notation %q; one is the number 1234.56 as it is written, such as 1.234,56", text)
}

// parse reads a cell as a number in the notation, or as a plain one where that
// leaves no doubt.
func (n notation) parse(cell string) (float64, bool) {
	if n.plain() {
		return parseNumber(cell)
	}
	f, ok := takeApart(cell)
	if ok && n.fits(f.body) && (f.before == "" || f.before == n.before) && (f.after == "" || f.after == n.after) {
		return f.value(n.marks)
	}
	return parseNumber(cell)
}

// anyNumber reads a cell as a number in whichever notation explains it first.
func anyNumber(cell string) (float64, bool) {
	if v, ok := parseNumber(cell); ok {
		return v, true
	}
	if f, ok := takeApart(cell); ok && f.explainedBy() != 0 {
		return f.value(allMarks[bits.TrailingZeros(f.explainedBy())])
	}
	return 0, false
}

// value is the number that a figure means, which has the marks.
func (f figure) value(m marks) (float64, bool) {
	plain := make([]byte, 0, 40)
	if f.negative {
		plain = append(plain, '-')
	}
	for i := range len(f.body) {
		switch c := f.body[i]; c {
		case m.decimal:
			plain = append(plain, '.')
		case m.group:
		default:
			plain = append(plain, c)
		}
	}
	v, err := strconv.ParseFloat(string(append(plain, f.exponent...)), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return v, !math.IsNaN(v)
}

// fits reports whether the digits of a number are written with the marks:
// groups have three digits, or but for the last two, as in India.
func (m marks) fits(body string) bool {
	whole, fraction, decimal := strings.Cut(body, string(m.decimal))
	if decimal && !isDigits(fraction) {
		return false
	}
	if m.group == 0 || strings.IndexByte(whole, m.group) < 0 {
		return whole == "" && decimal || isDigits(whole)
	}
	groups := strings.Split(whole, string(m.group))
	last := len(groups) - 1
	size := 3
	if m.group == ',' && last > 1 && len(groups[1]) == 2 {
		size = 2
	}
	for i, g := range groups {
		switch {
		case !isDigits(g):
			return false
		case i == 0 && (len(g) > size || g[0] == '0'), i == last && len(g) != 3, i > 0 && i < last && len(g) != size:
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80 }
