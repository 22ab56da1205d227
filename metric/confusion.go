package metric

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Confusion counts rows by label and prediction.
type Confusion struct {
	Classes   []string
	Counts    [][]int // Counts[actual][predicted]
	Undecided []int   // rows of each actual class with a NaN score
}

// Confusion returns a copy of the counts so far.
func (c *Classification) Confusion() Confusion {
	m := Confusion{
		Classes:   slices.Clone(c.classes),
		Counts:    make([][]int, len(c.counts)),
		Undecided: slices.Clone(c.undecided),
	}
	for i, row := range c.counts {
		m.Counts[i] = slices.Clone(row)
	}
	return m
}

const (
	mostDrawn = 30 // classes; beyond, the matrix would be wider than a screen
	nameWidth = 20 // letters of a class's name beside its row
	headWidth = 8  // letters of a class's name above its column
	worst     = 10 // lines of each list in a summary
)

// String draws the matrix: a line for each label, a column for each
// prediction, [n] on the diagonal, a dot for none. Where a name is too long
// for its column, columns are numbered. Beyond 30 classes it lists the most
// frequent confusions and the classes that are found least.
func (m Confusion) String() string {
	if len(m.Classes) > mostDrawn {
		return m.summary()
	}
	rows, heads := m.labels()
	cell := 3
	for i := range m.Counts {
		cell = max(cell, utf8.RuneCountInString(heads[i]), len(strconv.Itoa(m.Undecided[i])))
		for _, n := range m.Counts[i] {
			cell = max(cell, len(strconv.Itoa(n))+2) // room for brackets
		}
	}
	side := len("actual")
	for _, name := range rows {
		side = max(side, utf8.RuneCountInString(name))
	}
	lost := slices.ContainsFunc(m.Undecided, func(n int) bool { return n > 0 })

	var b strings.Builder
	fmt.Fprintf(&b, "%-*s   predicted\n", side, "")
	fmt.Fprintf(&b, "%-*s  ", side, "actual")
	for _, head := range heads {
		b.WriteString(right(head, cell))
	}
	if lost {
		b.WriteString(right("NaN", cell))
	}
	b.WriteString("  recall\n")
	for i, counts := range m.Counts {
		fmt.Fprintf(&b, "%-*s  ", side, rows[i])
		for j, n := range counts {
			switch {
			case i == j:
				b.WriteString(right(fmt.Sprintf("[%d]", n), cell))
			case n == 0:
				b.WriteString(right(". ", cell))
			default:
				b.WriteString(right(strconv.Itoa(n)+" ", cell))
			}
		}
		if lost {
			b.WriteString(right(strconv.Itoa(m.Undecided[i]), cell))
		}
		b.WriteString("  " + m.recall(i) + "\n")
	}
	return b.String()
}

// labels returns the names beside the rows and above the columns.
func (m Confusion) labels() (rows, heads []string) {
	numbered := false
	for _, name := range m.Classes {
		name = printable(name)
		rows = append(rows, shorten(name, nameWidth))
		heads = append(heads, name)
		numbered = numbered || utf8.RuneCountInString(name) > headWidth
	}
	if !numbered {
		return rows, heads
	}
	for i := range m.Classes {
		heads[i] = strconv.Itoa(i)
		rows[i] = fmt.Sprintf("%2d %s", i, rows[i])
	}
	return rows, heads
}

func (m Confusion) total(actual int) int {
	n := m.Undecided[actual]
	for _, k := range m.Counts[actual] {
		n += k
	}
	return n
}

func (m Confusion) recall(actual int) string {
	n := m.total(actual)
	if n == 0 {
		return "  none"
	}
	return fmt.Sprintf("%5.1f%%", 100*float64(m.Counts[actual][actual])/float64(n))
}

func (m Confusion) summary() string {
	type pair struct{ actual, predicted, n int }
	var pairs []pair
	var classes []int
	for i, row := range m.Counts {
		for j, n := range row {
			if i != j && n > 0 {
				pairs = append(pairs, pair{i, j, n})
			}
		}
		if m.total(i) > 0 {
			classes = append(classes, i)
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return b.n - a.n })
	slices.SortStableFunc(classes, func(a, b int) int {
		return cmp.Compare(float64(m.Counts[a][a])/float64(m.total(a)), float64(m.Counts[b][b])/float64(m.total(b)))
	})
	name := func(i int) string { return shorten(printable(m.Classes[i]), nameWidth) }

	var b strings.Builder
	fmt.Fprintf(&b, "%d classes. Most frequent confusions:\n", len(m.Classes))
	for _, p := range pairs[:min(worst, len(pairs))] {
		fmt.Fprintf(&b, "%7d  %-*s taken for %s\n", p.n, nameWidth, name(p.actual), name(p.predicted))
	}
	if len(pairs) == 0 {
		b.WriteString("   none\n")
	}
	b.WriteString("Lowest recall:\n")
	for _, i := range classes[:min(worst, len(classes))] {
		fmt.Fprintf(&b, " %s  %-*s %d of %d\n", m.recall(i), nameWidth, name(i), m.Counts[i][i], m.total(i))
	}
	return b.String()
}

func right(text string, width int) string { return fmt.Sprintf(" %*s", width, text) }

func shorten(name string, width int) string {
	if letters := []rune(name); len(letters) > width {
		return string(letters[:width-1]) + "…"
	}
	return name
}

// printable keeps a class name from moving the cursor of a terminal.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, name)
}
