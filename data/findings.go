package data

import (
	"fmt"
	"slices"
	"strings"
)

// How the columns of numbers and of dates may be said to be written.
const (
	howComma = "comma"
	howPoint = "point"
)

// hows are what may stand behind the name of a column, after a colon.
var hows = map[string][]string{
	asNumber: {howComma, howPoint},
	asDate:   {dayFirst, monthFirst, yearFirst, unixForm},
}

// findTargets finds out how the targets are read. Of those that may be classes,
// words stay words.
func findTargets(g *grid, cfg schemaConfig) (map[int]*finding, error) {
	found := make(map[int]*finding)
	number := setOf(cfg.Numbers)
	for _, name := range cfg.Targets {
		col := g.index(name)
		f := &finding{target: true, how: cfg.hows[name]}
		if number[name] || cfg.Task == amountTask || len(cfg.Targets) > 1 {
			f.want = asNumber
		}
		found[col] = f
		if cfg.Task == classTask {
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
func findColumns(g *grid, cfg schemaConfig, found map[int]*finding) error {
	skip, number, date := setOf(append(slices.Clone(cfg.Drop), cfg.Categories...)), setOf(cfg.Numbers), setOf(cfg.Dates)
	for col, name := range g.columns {
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
		if skip[name] {
			continue
		}
		if err := f.find(g, col); err != nil {
			return err
		}
	}
	settle(g, found)
	return nil
}

// find finds out how a column is read, from its cells alone. Plain numbers
// need no finding, unless it was said how they are written.
func (f *finding) find(g *grid, col int) error {
	if f.how == "" && f.want != asDate && allPlain(g, col) {
		f.kind = numberKind
		if !f.target && f.want == "" {
			f.lookAtDigits(g, col)
		}
		return nil
	}
	cells := uniqueIn(g, col)
	try := map[string]func(*grid, int, uniqueCells) (bool, error){asNumber: f.findNumbers, asDate: f.findDates}
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
	if f.want != "" && len(cells.first) > 0 {
		return fmt.Errorf("data: %s: column %q cannot be read as %ss, as was asked for; its first cell is %q in line %d",
			g.file, g.columns[col], f.want, cells.first[0].text, g.line(cells.first[0].row))
	}
	return nil
}

// lookAtDigits finds whole numbers that are days such as 20190530, if the column
// is named after dates, and notes those that may be days or codes.
func (f *finding) lookAtDigits(g *grid, col int) {
	name := g.columns[col]
	note := func(format string, args ...any) {
		f.notes = append(f.notes, fmt.Sprintf("column %q: ", name)+fmt.Sprintf(format, args...))
	}
	switch days := areDays(g, col); {
	case days && isDateName(name):
		f.kind, f.form = dateKind, yearFirst
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
func codeIn(g *grid, col int) (code string) {
	width := 0
	for row := range g.rows() {
		cell := g.cell(row, col)
		if isMissing(cell) {
			continue
		}
		if width == 0 {
			width = len(cell)
		}
		if len(cell) != width || width < 2 || !isDigits(cell) {
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
func settle(g *grid, found map[int]*finding) {
	comma, point, order := fileHabits(g, found)
	for col := range g.columns {
		f := found[col]
		if f == nil {
			continue
		}
		if f.kind == numberKind && f.form == "" && f.notation.plain() && f.how == "" && !g.isPlain(col) {
			f.settlePoints(g, col, comma)
		}
		if f.doubt() {
			f.settleMark(g, col, comma, point)
		}
		if f.kind == dateKind && f.example.text != "" && !f.ordersKnown {
			switch {
			case order != "":
				f.form = order
				continue
			case comma || strings.ContainsAny(f.example.text, ".") || g.comma == ';':
				f.form = dayFirst
			}
			f.noteOrder(g, col)
		}
	}
}

// fileHabits returns what the columns that leave no doubt say about the others.
func fileHabits(g *grid, found map[int]*finding) (comma, point bool, order string) {
	orders := make(map[string]bool)
	for col := range g.columns {
		f := found[col]
		switch {
		case f == nil:
		case f.kind == dateKind && f.ordersKnown && (f.form == dayFirst || f.form == monthFirst):
			orders[f.form] = true
			order = f.form
		case f.kind != numberKind || f.doubt():
		case f.notation.plain():
			point = point || f.hasFractions(g, col)
		case !strings.ContainsAny(f.example.text, ".,"):
		default:
			comma = comma || f.notation.decimal == ','
			point = point || f.notation.decimal == '.'
		}
	}
	if len(orders) > 1 {
		order = ""
	}
	return comma && !point, point && !comma, order
}

// settleMark decides which mark is the decimal one.
func (f *finding) settleMark(g *grid, col int, comma, point bool) {
	decimal, other := byte('.'), howComma
	pointed := strings.Contains(f.example.text, ".")
	if comma || !point && !pointed && g.comma == ';' {
		decimal, other = ',', howPoint
	}
	f.choose(decimal)
	if comma || point {
		return
	}
	v, _ := f.parse(f.example.text)
	f.notes = append(f.notes, fmt.Sprintf("column %q: %q is read as %s; --number %q reads it the other way",
		g.columns[col], f.example.text, numberText(v), g.columns[col]+":"+other))
}

// hasFractions reports whether a column of plain numbers has decimal points
// for sure.
func (f *finding) hasFractions(g *grid, col int) bool {
	for row := range g.rows() {
		if cell := g.cell(row, col); strings.IndexByte(cell, '.') >= 0 && !f.missing(cell) && !allMarks[pointGroups].fits(strings.TrimLeft(cell, "+-")) {
			return true
		}
	}
	return false
}

// settlePoints reads the points of a column of plain numbers as between
// thousands where all may be that, and either the file has decimal commas or
// 1.230 stands beside 999: a decimal would be 1.23 there, or 999.000.
func (f *finding) settlePoints(g *grid, col int, comma bool) {
	some, zero, hundreds, thousands := false, false, false, false
	for row := range g.rows() {
		cell := g.cell(row, col)
		if f.missing(cell) {
			continue
		}
		cell = strings.TrimLeft(cell, "+-")
		if !allMarks[pointGroups].fits(cell) {
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
	f.notation = notation{marks: allMarks[pointGroups]}
	f.notes = append(f.notes, fmt.Sprintf("column %q: its points are read as between thousands, %s; --number %q reads them as decimal points",
		g.columns[col], why, g.columns[col]+":"+howPoint))
}

// allPlain reports whether all cells that are there are plain numbers.
func allPlain(g *grid, col int) bool {
	for row := range g.rows() {
		cell := g.cell(row, col)
		if isDigits(cell) {
			continue
		}
		if _, ok := parseNumber(cell); !ok && !isMissing(cell) {
			return false
		}
	}
	return true
}

// notesOn returns what was taken for granted about columns that are used.
func notesOn(plan []columnPlan, t target, found map[int]*finding) (notes []string) {
	for _, p := range plan {
		if p.kind == numberKind || p.kind == dateKind {
			notes = append(notes, found[p.col].notes...)
		}
	}
	for _, col := range t.columns {
		if t.task == amountTask {
			notes = append(notes, found[col].notes...)
		}
	}
	return notes
}

// areDays reports whether whole numbers are all days such as 20190530.
func areDays(g *grid, col int) bool {
	some := false
	for row := range g.rows() {
		cell := g.cell(row, col)
		if isMissing(cell) {
			continue
		}
		m, ok := parseMoment(cell, yearFirst)
		if !ok || !m.compact || cell < "1900" || cell > "2100" {
			return false
		}
		some = true
	}
	return some
}
