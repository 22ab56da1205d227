package data

import (
	"fmt"
	"math"

	"descent/data/internal/parse"
	"descent/data/internal/schema"
	"descent/internal/human"
)

// hint notes columns of a table for which another split than one at random may be
// meant: dates, and ids that rows share.
func (d division) hint(p *Parts) {
	t, ok := d.set.(*Table)
	if !ok || d.keys.groups != nil || d.keys.times != nil {
		return
	}
	for _, c := range t.plan.Columns {
		if c.Kind == parse.DateKind {
			name := t.grid.Columns[c.Col]
			p.Notes = append(p.Notes, fmt.Sprintf("column %q holds dates, and the split is at random: if the model is to predict what comes later, --split time --time %q measures that", name, name))
			break // one is enough to think of it
		}
	}
	for _, c := range t.plan.Columns {
		if note := d.sharedID(t, c); note != "" {
			p.Notes = append(p.Notes, note)
		}
	}
}

// fewIDs is how many different values an id has at least.
const fewIDs = 20

// sharedID returns a note on a column among the inputs that is called an id, and that
// rows share; nothing of any other.
func (d division) sharedID(t *Table, c schema.Column) string {
	name := t.grid.Columns[c.Col]
	if c.Kind == parse.DroppedKind || c.Kind == parse.DateKind || c.Kind == parse.TextKind || c.Kept || !schema.IsCounterName(name) {
		return ""
	}
	trained, whole := map[string]bool{}, true
	for _, row := range d.rows[0] {
		cell := t.grid.Cell(row, c.Col)
		trained[cell] = true
		if c.Kind == parse.NumberKind {
			v, err := t.grid.Value(row, c.Col, &c.Reading)
			whole = whole && err == nil && (v != v || v == math.Trunc(v))
		}
	}
	if len(trained) < fewIDs || !whole {
		return ""
	}
	others, known := 0, 0
	for _, rows := range d.rows[1:] {
		for _, row := range rows {
			others++
			if trained[t.grid.Cell(row, c.Col)] {
				known++
			}
		}
	}
	says := fmt.Sprintf("column %q seems to say which thing a row is about", name)
	if known > 0 {
		says += fmt.Sprintf(", and %s of the %s rows that are held out are about one that training has", human.Thousands(float64(known)), human.Thousands(float64(others)))
	}
	return says + fmt.Sprintf(": --group %q keeps the rows of one together, --drop %q leaves it out", name, name)
}
