package schema

import (
	"fmt"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// isTyped takes what the type of a column says, if it says something and nothing else
// was asked for. What text may be is found out from its cells.
func (f *finding) isTyped(g *grid.Grid, col int) bool {
	t := g.Type(col)
	asked := map[string]string{parse.NumberKind: asNumber, parse.DateKind: asDate, parse.CategoryKind: asCategory}[t.Kind]
	if asked == "" || f.how != "" || f.want != "" && f.want != asked {
		return false
	}
	switch {
	case t.Kind == parse.CategoryKind:
	case t.Kind == parse.DateKind && f.target: // a date as a target is text
	default:
		f.Kind, f.Form, f.ordersKnown = t.Kind, t.Form, true
	}
	if name := g.Columns[col]; t.Kind == parse.NumberKind && !f.target && f.want == "" && areDays(g, col) {
		f.notes = append(f.notes, fmt.Sprintf("column %q: whole numbers such as dates are read as numbers; --date %q reads them as dates", name, name))
	}
	return true
}
