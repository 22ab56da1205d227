package feature

import (
	"fmt"
	"slices"
	"strings"
)

// Unknowns counts the cells of a set whose like training did not have.
type Unknowns [fates]struct {
	rows    []bool // that hold one; the rest of them does not
	columns []unknownColumn
}

type unknownColumn struct {
	name  string
	of    Feature
	texts []string // of cells, each once
	count map[string]int
}

// Add counts a cell of a named column, unless it is known. Columns come one after
// the other. Of missing cells, text is empty.
func (u *Unknowns) Add(f Fate, row int, name string, of Feature, text string) {
	if f == Known {
		return
	}
	met := &u[f]
	if row >= len(met.rows) {
		met.rows = append(met.rows, make([]bool, row+1-len(met.rows))...)
	}
	met.rows[row] = true
	n := len(met.columns)
	if n == 0 || met.columns[n-1].name != name {
		met.columns = append(met.columns, unknownColumn{name: name, of: of, count: make(map[string]int)})
		n++
	}
	c := &met.columns[n-1]
	if c.count[text]++; c.count[text] == 1 {
		c.texts = append(c.texts, text)
	}
}

// Cells visits the columns of a fate with the number of their cells.
func (u *Unknowns) Cells(f Fate, visit func(column string, cells int)) {
	for _, c := range u[f].columns {
		cells := 0
		for _, n := range c.count {
			cells += n
		}
		visit(c.name, cells)
	}
}

// Odd is a cell whose like training did not have, in one column, and its rows.
type Odd struct {
	Column int
	Fate   Fate
	Text   string
	Rows   []int32
}

// AddOdd adds a row to the one that has the fate.
func AddOdd(odd []Odd, like Odd, row int) []Odd {
	i := slices.IndexFunc(odd, func(o Odd) bool { return o.Fate == like.Fate })
	if i < 0 {
		i = len(odd)
		odd = append(odd, like)
	}
	odd[i].Rows = append(odd[i].Rows, int32(row))
	return odd
}

// InOrder returns those that have rows, in the order of the first of these.
func InOrder(odd []Odd) []Odd {
	odd = slices.DeleteFunc(odd, func(o Odd) bool { return len(o.Rows) == 0 })
	slices.SortFunc(odd, func(a, b Odd) int { return int(a.Rows[0]) - int(b.Rows[0]) })
	return odd
}

// Gather counts those of one column, of which it is given those of all.
func (u *Unknowns) Gather(name string, of Feature, column int, odd []Odd) {
	for _, o := range odd {
		if o.Column == column {
			for _, row := range o.Rows {
				u.Add(o.Fate, int(row), name, of, o.Text)
			}
		}
	}
}

// Notes says what was counted in a set of n rows.
func (u *Unknowns) Notes(n int) []string {
	var notes []string
	for f := range fates {
		met := &u[f]
		if len(met.columns) == 0 {
			continue
		}
		rows := 0
		for _, in := range met.rows {
			if in {
				rows++
			}
		}
		var examples []string
		for i, c := range met.columns {
			if i == 5 {
				examples = append(examples, fmt.Sprintf("and %d columns more", len(met.columns)-i))
				break
			}
			examples = append(examples, c.String())
		}
		format := "%d of %d rows have levels that training did not have: %s; they count as none of the known ones"
		switch f {
		case AsRare:
			format = "%d of %d rows have levels that training did not have: %s; they count as rare ones"
		case AsNoLevel:
			format = "%d of %d rows lack values that no row of training lacked: %s; they count as none of the levels"
		case AsMedian:
			format = "%d of %d rows lack values that no row of training lacked: %s; they count as the column's median"
		}
		notes = append(notes, fmt.Sprintf(format, rows, n, strings.Join(examples, "; ")))
	}
	return notes
}

// String names a column and its commonest texts, as in
//
//	colour "purple" (2), "Red" (1, did you mean "red"?)
func (c unknownColumn) String() string {
	if len(c.texts) == 1 && c.texts[0] == "" {
		return fmt.Sprintf("%s (%d)", c.name, c.count[""])
	}
	texts := slices.Clone(c.texts)
	slices.SortStableFunc(texts, func(a, b string) int { return c.count[b] - c.count[a] })
	var examples []string
	for i, text := range texts {
		if i == 3 {
			examples = append(examples, fmt.Sprintf("and %d more", len(texts)-i))
			break
		}
		meant := ""
		if of, ok := c.of.(*Category); ok {
			meant = InOtherCase(text, slices.Concat(of.Levels, of.Rare))
		}
		if meant != "" {
			meant = fmt.Sprintf(", did you mean %q?", meant)
		}
		examples = append(examples, fmt.Sprintf("%q (%d%s)", text, c.count[text], meant))
	}
	return c.name + " " + strings.Join(examples, ", ")
}

// InOtherCase returns the known text that differs from one only in upper and
// lower case, or "".
func InOtherCase(text string, known []string) string {
	i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, text) })
	if i < 0 {
		return ""
	}
	return known[i]
}
