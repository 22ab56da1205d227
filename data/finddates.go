package data

import (
	"fmt"
	"slices"
	"strings"
)

// findDates finds out whether a column holds dates, and in which order: the one
// that reads most cells.
func (f *finding) findDates(g *grid, col int, cells uniqueCells) (bool, error) {
	if f.how == unixForm {
		return f.findUnix(g, col, cells)
	}
	compact := f.want == asDate || isDateName(g.columns[col])
	orders := []string{monthFirst, dayFirst}
	if f.how != "" {
		orders = []string{f.how}
	}
	var best census
	for i, order := range orders {
		c, form := countDates(cells, order, compact)
		if i == 0 || c.rows > best.rows {
			best, f.form, f.ordersKnown = c, form, true
		} else if c.rows == best.rows {
			f.ordersKnown = false
		}
	}
	if f.want == "" && (best.read < 3 || f.form == monthForm && areSeasons(cells)) {
		return false, nil
	}
	if ok, err := f.agreed(g, col, best, "date"); !ok || err != nil {
		return false, err
	}
	f.kind = dateKind
	if !f.ordersKnown {
		f.ordersKnown = true // each date tells its order itself,
		for cell := range cells.all() {
			if differs(cell.text) { // but this one
				f.example, f.ordersKnown = cell, false
				break
			}
		}
	}
	return true, nil
}

// countDates counts the dates among cells in an order. They are all months,
// times of day or whole dates, as the first one is. The form is the order, or
// that of the first where each date tells its order itself.
func countDates(cells uniqueCells, order string, compact bool) (c census, form string) {
	matters := false
	for cell := range cells.all() {
		m, ok := parseMoment(cell.text, order)
		ok = ok && (compact || !m.compact)
		if ok && c.read == 0 {
			form = m.form
		}
		if c.add(cell, ok && coarse(form) == coarse(m.form)) {
			matters = matters || m.form == order && tellsNoOrder(cell.text)
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
	_, a := parseMoment(text, monthFirst)
	_, b := parseMoment(text, dayFirst)
	return a != b || differs(text)
}

// differs reports whether the order of day and month matters to a cell.
func differs(text string) bool {
	a, _ := parseMoment(text, monthFirst)
	b, _ := parseMoment(text, dayFirst)
	return a.days != b.days
}

// coarse is the form of what is a month or a time alone, and "" for dates.
func coarse(form string) string {
	if form == monthForm || form == timeForm {
		return form
	}
	return ""
}

// findUnix reads a column as seconds since 1970, as was asked for.
func (f *finding) findUnix(g *grid, col int, cells uniqueCells) (bool, error) {
	var c census
	for cell := range cells.all() {
		_, ok := parseNumber(cell.text)
		c.add(cell, ok)
	}
	f.kind, f.form = dateKind, unixForm
	return f.agreed(g, col, c, "number of seconds since 1970")
}

// isDateName reports whether a column of that name may hold dates as whole
// numbers such as 20190530.
func isDateName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"date", "datum", "fecha", "yyyymmdd"}, func(word string) bool { return strings.Contains(name, word) })
}

// noteOrder says which order of day and month was taken.
func (f *finding) noteOrder(g *grid, col int) {
	read, other := "month first", dayFirst
	if f.form == dayFirst {
		read, other = "day first", monthFirst
	}
	name := g.columns[col]
	f.notes = append(f.notes, fmt.Sprintf("column %q: the order of day and month cannot be told; %q is read as %s, %s; --date %q reads it the other way",
		name, f.example.text, dateText(f.example.text, f.form), read, name+":"+other))
}

// dateText writes a date so that its month is clear.
func dateText(text, form string) string {
	m, _ := parseMoment(text, form)
	return dateOf(m.days).Format("January 2, 2006")
}
