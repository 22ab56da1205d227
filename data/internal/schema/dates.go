package schema

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// fewestDates make a column one of dates, unless it is asked for.
const fewestDates = 3

// findDates finds out whether a column holds dates, and in which order: the one
// that reads most cells.
func (f *finding) findDates(g *grid.Grid, col int, cells grid.Uniques) (bool, error) {
	if f.how == parse.UnixForm {
		return f.findUnix(g, col, cells)
	}
	if f.hopeless(g, cells, mayBeDate) {
		return false, nil
	}
	compact := f.want == asDate || isDateName(g.Columns[col])
	orders := []string{parse.MonthFirst, parse.DayFirst}
	if f.how != "" {
		orders = []string{f.how}
	}
	var best census
	for i, order := range orders {
		c, form := countDates(cells, order, compact)
		if i == 0 || c.rows > best.rows {
			best, f.Form, f.ordersKnown = c, form, true
		} else if c.rows == best.rows {
			f.ordersKnown = false
		}
	}
	if f.want == "" && (best.read < fewestDates || f.Form == parse.MonthForm && areSeasons(cells)) {
		return false, nil
	}
	if ok, err := f.agreed(g, col, best, "date"); !ok || err != nil {
		return false, err
	}
	f.Kind = parse.DateKind
	if !f.ordersKnown {
		f.ordersKnown = true // each date tells its order itself,
		for cell := range cells.All() {
			if differs(cell.Text) { // but this one
				f.example, f.ordersKnown = cell, false
				break
			}
		}
	}
	return true, nil
}

// mayBeDate reports whether a cell is a date in any order.
func mayBeDate(text string) bool {
	if _, ok := parse.Date(text, parse.MonthFirst); ok {
		return true
	}
	_, ok := parse.Date(text, parse.DayFirst)
	return ok
}

// countDates counts the dates among cells in an order. They are all months,
// times of day or whole dates, as the first one is. The form is the order, or
// that of the first where each date tells its order itself.
func countDates(cells grid.Uniques, order string, compact bool) (c census, form string) {
	matters := false
	for cell := range cells.All() {
		m, ok := parse.Date(cell.Text, order)
		ok = ok && (compact || !m.Compact)
		if ok && c.read == 0 {
			form = m.Form
		}
		if c.add(cell, ok && parse.Coarse(form) == parse.Coarse(m.Form)) {
			matters = matters || m.Form == order && tellsNoOrder(cell.Text)
		}
	}
	if matters {
		form = order
	}
	return c, form
}

// tellsNoOrder reports whether a date is read differently, or not at all, in
// another order.
func tellsNoOrder(text string) bool {
	_, a := parse.Date(text, parse.MonthFirst)
	_, b := parse.Date(text, parse.DayFirst)
	return a != b || differs(text)
}

// differs reports whether the order of day and month matters to a cell.
func differs(text string) bool {
	a, _ := parse.Date(text, parse.MonthFirst)
	b, _ := parse.Date(text, parse.DayFirst)
	return a.Days != b.Days
}

// findUnix reads a column as seconds since 1970, as was asked for.
func (f *finding) findUnix(g *grid.Grid, col int, cells grid.Uniques) (bool, error) {
	var c census
	for cell := range cells.All() {
		_, ok := parse.Number(cell.Text)
		c.add(cell, ok)
	}
	f.Kind, f.Form = parse.DateKind, parse.UnixForm
	return f.agreed(g, col, c, "number of seconds since 1970")
}

// isDateName reports whether a column of that name may hold dates as whole
// numbers such as 20190530.
func isDateName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"date", "datum", "fecha", "yyyymmdd"}, func(word string) bool { return strings.Contains(name, word) })
}

// noteOrder says which order of day and month was taken.
func (f *finding) noteOrder(g *grid.Grid, col int) {
	read, other := "month first", parse.DayFirst
	if f.Form == parse.DayFirst {
		read, other = "day first", parse.MonthFirst
	}
	name := g.Columns[col]
	f.notes = append(f.notes, fmt.Sprintf("column %q: the order of day and month cannot be told; %q is read as %s, %s; --date %q reads it the other way",
		name, f.example.Text, dateText(f.example.Text, f.Form), read, name+":"+other))
}

// dateText writes a date so that its month is clear.
func dateText(text, form string) string {
	m, _ := parse.Date(text, form)
	return parse.DateOf(m.Days).Format("January 2, 2006")
}
