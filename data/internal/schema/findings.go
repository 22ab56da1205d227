package schema

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parallel"
	"descent/data/internal/parse"
)

// How the columns of numbers and of dates may be said to be written.
const (
	howComma = "comma"
	howPoint = "point"
)

// hows are what may stand behind the name of a column, after a colon.
var hows = map[string][]string{
	asNumber: {howComma, howPoint},
	asDate:   {parse.DayFirst, parse.MonthFirst, parse.YearFirst, parse.UnixForm},
}

// findTargets finds out how the targets are read. Of those that may be classes,
// words stay words.
func findTargets(g *grid.Grid, cfg Config) (map[int]*finding, error) {
	found := make(map[int]*finding)
	number := naming.Set(cfg.Numbers)
	for _, name := range cfg.Targets {
		col := g.Index(name)
		f := &finding{target: true, how: cfg.hows[name]}
		if number[name] || cfg.Task == Amounts || len(cfg.Targets) > 1 {
			f.want = asNumber
		}
		found[col] = f
		if cfg.Task == Classes || cfg.Task == Labels {
			continue
		}
		if err := f.find(g, col); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// findColumns finds out how the other columns are read that are not left out
// and no categories, and settles how all are.
func findColumns(g *grid.Grid, cfg Config, found map[int]*finding) error {
	skip, number, date := naming.Set(slices.Concat(cfg.Drop, cfg.Categories, cfg.Text, cfg.Images)), naming.Set(slices.Concat(cfg.Numbers, cfg.Weights)), naming.Set(cfg.Dates)
	var open []int // columns of which nothing was said
	for col, name := range g.Columns {
		if found[col] != nil {
			continue
		}
		f := &finding{how: cfg.hows[name]}
		switch {
		case number[name]:
			f.want = asNumber
		case date[name]:
			f.want = asDate
		}
		found[col] = f
		if !skip[name] && g.WhyLeftOut(name) == "" {
			open = append(open, col)
		}
	}
	err := parallel.Each(len(open), func(_, i int) error { return found[open[i]].find(g, open[i]) })
	if err != nil {
		return err
	}
	settle(g, found)
	return nil
}

// find finds out how a column is read, from its cells alone. Plain numbers
// need no finding, unless it was said how they are written.
func (f *finding) find(g *grid.Grid, col int) error {
	if f.isTyped(g, col) {
		return nil
	}
	if f.how == "" && f.want != asDate && allPlain(g, col) {
		f.Kind = parse.NumberKind
		if !f.target && f.want == "" {
			f.lookAtDigits(g, col)
		}
		return nil
	}
	cells := grid.Unique(g, col)
	try := map[string]func(*grid.Grid, int, grid.Uniques) (bool, error){asNumber: f.findNumbers, asDate: f.findDates}
	for _, as := range []string{asNumber, asDate} {
		if f.want != "" && f.want != as || f.target && as == asDate {
			continue
		}
		ok, err := try[as](g, col, cells)
		if ok || err != nil {
			return err
		}
		*f = finding{want: f.want, how: f.how, target: f.target}
	}
	if f.want != "" && len(cells.First) > 0 {
		return fmt.Errorf("data: %s: column %q cannot be read as %ss, as was asked for; its first cell is %q in %s",
			g.File, g.Columns[col], f.want, cells.First[0].Text, g.Place(cells.First[0].Row))
	}
	return nil
}

// lookAtDigits finds whole numbers that are days such as 20190530, if the column
// is named after dates, and notes those that may be days or codes.
func (f *finding) lookAtDigits(g *grid.Grid, col int) {
	name := g.Columns[col]
	note := func(format string, args ...any) {
		f.notes = append(f.notes, fmt.Sprintf("column %q: ", name)+fmt.Sprintf(format, args...))
	}
	switch days := areDays(g, col); {
	case days && isDateName(name):
		f.Kind, f.Form = parse.DateKind, parse.YearFirst
		note("whole numbers are read as dates, year, month and day; --number %q reads them as numbers", name)
	case days:
		note("whole numbers such as dates are read as numbers; --date %q reads them as dates", name)
	default:
		if code := codeIn(g, col); code != "" {
			note("codes such as %q are read as numbers; --category %q makes them levels", code, name)
		}
	}
}

// codeIn returns a whole number that begins with 0, as codes do, if all cells
// that are there have as many digits; else nothing.
func codeIn(g *grid.Grid, col int) (code string) {
	width := 0
	for row := range g.Rows() {
		cell := g.Cell(row, col)
		if parse.Missing(cell) {
			continue
		}
		if width == 0 {
			width = len(cell)
		}
		if len(cell) != width || width < 2 || !parse.IsDigits(cell) {
			return ""
		}
		if code == "" && cell[0] == '0' {
			code = cell
		}
	}
	return code
}

// settle settles what columns alone leave in doubt by what the file says
// elsewhere. The columns that were plain numbers are looked at again where
// others have decimal commas.
func settle(g *grid.Grid, found map[int]*finding) {
	comma, point, order := fileHabits(g, found)
	for col := range g.Columns {
		f := found[col]
		if f == nil {
			continue
		}
		if f.Kind == parse.NumberKind && f.Form == "" && f.Notation.Plain() && f.how == "" && !g.IsPlain(col) {
			f.settlePoints(g, col, comma)
		}
		if f.doubt() {
			f.settleMark(g, col, comma, point)
		}
		if f.Kind == parse.DateKind && f.example.Text != "" && !f.ordersKnown {
			switch {
			case order != "":
				f.Form = order
				continue
			case comma || strings.ContainsAny(f.example.Text, ".") || g.Comma == ';':
				f.Form = parse.DayFirst
			}
			f.noteOrder(g, col)
		}
	}
}

// fileHabits returns what the columns that leave no doubt say about the others.
func fileHabits(g *grid.Grid, found map[int]*finding) (comma, point bool, order string) {
	orders := make(map[string]bool)
	for col := range g.Columns {
		f := found[col]
		switch {
		case f == nil:
		case f.Kind == parse.DateKind && f.ordersKnown && (f.Form == parse.DayFirst || f.Form == parse.MonthFirst):
			orders[f.Form] = true
			order = f.Form
		case f.Kind != parse.NumberKind || f.doubt():
		case f.Notation.Plain():
			point = point || f.hasFractions(g, col)
		case !strings.ContainsAny(f.example.Text, ".,"):
		default:
			comma = comma || f.Notation.Decimal == ','
			point = point || f.Notation.Decimal == '.'
		}
	}
	if len(orders) > 1 {
		order = ""
	}
	return comma && !point, point && !comma, order
}

// settleMark decides which mark is the decimal one.
func (f *finding) settleMark(g *grid.Grid, col int, comma, point bool) {
	decimal, other := byte('.'), howComma
	pointed := strings.Contains(f.example.Text, ".")
	if comma || !point && !pointed && g.Comma == ';' {
		decimal, other = ',', howPoint
	}
	f.choose(decimal)
	if comma || point {
		return
	}
	v, _ := f.Parse(f.example.Text)
	f.notes = append(f.notes, fmt.Sprintf("column %q: %q is read as %s; --number %q reads it the other way",
		g.Columns[col], f.example.Text, parse.FormatNumber(v), g.Columns[col]+":"+other))
}

// hasFractions reports whether a column of plain numbers has decimal points
// for sure.
func (f *finding) hasFractions(g *grid.Grid, col int) bool {
	r := grid.NewReader(g)
	for _, run := range g.Runs(nil) {
		if !r.HasPoints(run, col) {
			continue
		}
		for row := run.From; row < run.To; row++ {
			if cell := g.Cell(row, col); strings.IndexByte(cell, '.') >= 0 && !f.Missing(cell) && !parse.AllMarks[parse.PointGroups].Fits(strings.TrimLeft(cell, "+-")) {
				return true
			}
		}
	}
	return false
}

// settlePoints reads the points of a column of plain numbers as between
// thousands where all may be that, and either the file has decimal commas or
// 1.230 stands beside 999: a decimal would be 1.23 there, or 999.000.
func (f *finding) settlePoints(g *grid.Grid, col int, comma bool) {
	if !g.HasPoints(col) {
		return
	}
	some, zero, hundreds, thousands := false, false, false, false
	for row := range g.Rows() {
		cell := g.Cell(row, col)
		if f.Missing(cell) {
			continue
		}
		if thousands && !comma {
			return
		}
		cell = strings.TrimLeft(cell, "+-")
		if !parse.AllMarks[parse.PointGroups].Fits(cell) {
			return
		}
		pointed := strings.IndexByte(cell, '.') >= 0
		some = some || pointed
		zero = zero || pointed && cell[len(cell)-1] == '0'
		hundreds = hundreds || !pointed && len(cell) == 3
		thousands = thousands || !pointed && len(cell) > 3
	}
	why := "as the file has decimal commas"
	if !comma {
		why = "as there are some that end in 0 beside whole numbers of three digits, and none of more"
	}
	if !some || !comma && (!zero || !hundreds || thousands) {
		return
	}
	f.Notation = parse.Notation{Marks: parse.AllMarks[parse.PointGroups]}
	f.notes = append(f.notes, fmt.Sprintf("column %q: its points are read as between thousands, %s; --number %q reads them as decimal points",
		g.Columns[col], why, g.Columns[col]+":"+howPoint))
}

// allPlain reports whether all cells that are there are plain numbers.
func allPlain(g *grid.Grid, col int) bool {
	plain := true
	g.Tallies(col, false, func(t grid.Tally) bool {
		cell := string(t.Text)
		_, ok := parse.Number(cell)
		plain = ok || parse.Missing(cell)
		return plain
	})
	return plain
}

// notesOn returns what was taken for granted about columns that are used.
func notesOn(plan []Column, t Target, found map[int]*finding) (notes []string) {
	for _, p := range plan {
		if p.Kind == parse.NumberKind || p.Kind == parse.DateKind {
			notes = append(notes, found[p.Col].notes...)
		}
	}
	for _, col := range t.Columns {
		if t.Task == Amounts {
			notes = append(notes, found[col].notes...)
		}
	}
	return notes
}

// areDays reports whether whole numbers are all days such as 20190530.
func areDays(g *grid.Grid, col int) bool {
	some := false
	for row := range g.Rows() {
		cell := g.Cell(row, col)
		if parse.Missing(cell) {
			continue
		}
		m, ok := parse.Date(cell, parse.YearFirst)
		if !ok || !m.Compact || cell < "1900" || cell > "2100" {
			return false
		}
		some = true
	}
	return some
}
