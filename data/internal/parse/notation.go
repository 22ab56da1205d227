package parse

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

// Notation is how the numbers of a column are written. The zero notation is
// plain: what a program writes, such as -1234.56 and 1e-3.
//
// In any other one a number may have its sign in front or behind, as U+2212 or
// a dash, or stand in parentheses for less than zero.
type Notation struct {
	Marks
	Before, After string // what stands beside a number, such as "$" or "%"
}

// Marks are the decimal mark and the mark between thousands.
type Marks struct {
	Decimal byte // '.' or ','
	group   byte // ',', '.', ' ' or '\''; 0: none
}

// AllMarks are the marks that are known, in the order in which they are
// preferred where several explain a column.
var AllMarks = []Marks{{'.', 0}, {',', 0}, {'.', ','}, {',', '.'}, {'.', ' '}, {',', ' '}, {'.', '\''}, {',', '\''}}

// The places of those in AllMarks between which a column may leave a doubt.
const (
	PointMarks, CommaMarks, CommaGroups, PointGroups = 0, 1, 2, 3
)

// Plain reports whether numbers are as programs write them.
func (n Notation) Plain() bool { return n == Notation{} }

// String writes the number 1234.56 in the notation; "" is plain.
func (n Notation) String() string {
	if n.Plain() {
		return ""
	}
	text := "1"
	if n.group != 0 {
		text += string(n.group)
	}
	text += "234" + string(n.Decimal) + "56"
	if last, _ := utf8.DecodeLastRuneInString(n.Before); unicode.IsLetter(last) || last == '.' {
		text = " " + text
	}
	text = n.Before + text
	if n.After != "" {
		text += " " + n.After
	}
	return text
}

// ReadNotation reads what String wrote.
func ReadNotation(text string) (Notation, error) {
	var n Notation
	if text == "" {
		return n, nil
	}
	f, ok := TakeApart(text)
	n.Before, n.After = f.Before, f.After
	for _, m := range AllMarks {
		n.Marks = m
		if ok && n.String() == text {
			return n, nil
		}
	}
	return n, fmt.Errorf("there is no notation %q; one is the number 1234.56 as it is written, such as 1.234,56", text)
}

// parse reads a cell as a number in the notation, or as a plain one where that
// leaves no doubt.
func (n Notation) parse(cell string) (float64, bool) {
	if n.Plain() {
		return Number(cell)
	}
	f, ok := TakeApart(cell)
	if ok && n.Fits(f.Body) && (f.Before == "" || f.Before == n.Before) && (f.After == "" || f.After == n.After) {
		return f.value(n.Marks)
	}
	return Number(cell)
}

// AnyNumber reads a cell as a number in whichever notation explains it first.
func AnyNumber(cell string) (float64, bool) {
	if v, ok := Number(cell); ok {
		return v, true
	}
	if f, ok := TakeApart(cell); ok && f.ExplainedBy() != 0 {
		return f.value(AllMarks[bits.TrailingZeros(f.ExplainedBy())])
	}
	return 0, false
}

// value is the number that a figure means, which has the marks.
func (f Figure) value(m Marks) (float64, bool) {
	plain := make([]byte, 0, 40)
	if f.negative {
		plain = append(plain, '-')
	}
	for i := range len(f.Body) {
		switch c := f.Body[i]; c {
		case m.Decimal:
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

// Fits reports whether the digits of a number are written with the marks:
// groups have three digits, or but for the last two, as in India.
func (m Marks) Fits(body string) bool {
	whole, fraction, decimal := strings.Cut(body, string(m.Decimal))
	if decimal && !IsDigits(fraction) {
		return false
	}
	if m.group == 0 || strings.IndexByte(whole, m.group) < 0 {
		return whole == "" && decimal || IsDigits(whole)
	}
	groups := strings.Split(whole, string(m.group))
	last := len(groups) - 1
	size := 3
	if m.group == ',' && last > 1 && len(groups[1]) == 2 {
		size = 2
	}
	for i, g := range groups {
		switch {
		case !IsDigits(g):
			return false
		case i == 0 && (len(g) > size || g[0] == '0'), i == last && len(g) != 3, i > 0 && i < last && len(g) != size:
			return false
		}
	}
	return true
}

// PointedGroups reports whether a text such as 1.234 may be a number of several
// groups of digits, between which points stand.
func PointedGroups(text string) bool {
	return strings.Contains(text, ".") && !strings.Contains(text, ",") && AllMarks[PointGroups].Fits(strings.TrimLeft(text, "+-"))
}

// IsDigits reports whether text is digits, at least one.
func IsDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80 }

// ExplainedBy returns the marks that a figure may have.
func (f Figure) ExplainedBy() (marks uint) {
	for i, m := range AllMarks {
		if m.Fits(f.Body) {
			marks |= 1 << i
		}
	}
	return marks
}
