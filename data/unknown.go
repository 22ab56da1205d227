package data

import (
	"fmt"
	"slices"
	"strings"
)

// fate is how a cell counts whose like training did not have.
type fate int

const (
	asNone    fate = iota // a level, as none of the known ones
	asRare                // a level, as a rare one
	asNoLevel             // a missing level where training missed none
	asMedian              // a missing number, likewise
	fates
)

// unknowns counts the cells of a set whose like training did not have.
type unknowns [fates]struct {
	rows    []bool // that hold one; the rest of them does not
	columns []unknownColumn
}

type unknownColumn struct {
	of    *Column
	texts []string // of cells, each once
	count map[string]int
}

// add counts a cell. Columns come one after the other.
func (u *unknowns) add(f fate, row int, of *Column, text string) {
	met := &u[f]
	if row >= len(met.rows) {
		met.rows = append(met.rows, make([]bool, row+1-len(met.rows))...)
	}
	met.rows[row] = true
	n := len(met.columns)
	if n == 0 || met.columns[n-1].of != of {
		met.columns = append(met.columns, unknownColumn{of: of, count: make(map[string]int)})
		n++
	}
	c := &met.columns[n-1]
	if c.count[text]++; c.count[text] == 1 {
		c.texts = append(c.texts, text)
	}
}

// notes says what was counted in a set of n rows.
func (u *unknowns) notes(n int) []string {
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
		case asRare:
			format = "%d of %d rows have levels that training did not have: %s; they count as rare ones"
		case asNoLevel:
			format = "%d of %d rows lack values that no row of training lacked: %s; they count as none of the levels"
		case asMedian:
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
		return fmt.Sprintf("%s (%d)", c.of.Name, c.count[""])
	}
	texts := slices.Clone(c.texts)
	slices.SortStableFunc(texts, func(a, b string) int { return c.count[b] - c.count[a] })
	var examples []string
	for i, text := range texts {
		if i == 3 {
			examples = append(examples, fmt.Sprintf("and %d more", len(texts)-i))
			break
		}
		meant := inOtherCase(text, slices.Concat(c.of.Levels, c.of.Rare))
		if meant != "" {
			meant = fmt.Sprintf(", did you mean %q?", meant)
		}
		examples = append(examples, fmt.Sprintf("%q (%d%s)", text, c.count[text], meant))
	}
	return c.of.Name + " " + strings.Join(examples, ", ")
}

// inOtherCase returns the known text that differs from one only in upper and
// lower case, or "".
func inOtherCase(text string, known []string) string {
	i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, text) })
	if i < 0 {
		return ""
	}
	return known[i]
}
