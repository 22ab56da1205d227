package schema

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/data/internal/fault"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/internal/human"
	"descent/internal/suggest"
)

// Series is what the columns of a table are that holds a row a time.
type Series struct {
	Time    int           // the column that says when a row was, or -1
	When    parse.Reading // of its cells
	Columns []Column      // of numbers: targets in their order, others, those known ahead
	Targets int           // how many of them are targets
	Known   int           // and known ahead
	Notes   []string
}

// SeriesOf decides what the columns of a series are; time names the one that says when
// a row was, and none means the first that holds dates. Where cfg names no targets,
// all columns of numbers are that.
func SeriesOf(g *grid.Grid, cfg Config, time string) (*Series, error) {
	cfg.Task = Amounts
	cfg, err := cfg.resolveColumns(g)
	if err != nil {
		return nil, err
	}
	found, err := findTargets(g, cfg)
	if err != nil {
		return nil, err
	}
	if err := findColumns(g, cfg, found); err != nil {
		return nil, err
	}
	s := &Series{Notes: g.Notes}
	if err := s.findTime(g, cfg, time, found); err != nil {
		return nil, err
	}
	if s.Time >= 0 && slices.Contains(slices.Concat(cfg.Targets, cfg.Known), g.Columns[s.Time]) {
		return nil, fmt.Errorf("data: %s: column %q says when a row was, and cannot be a target or known besides", g.File, g.Columns[s.Time])
	}
	var targets, others, known []Column
	var out []grid.LeftOut
	for col, name := range g.Columns {
		if col == s.Time || slices.Contains(cfg.Drop, name) || slices.Contains(cfg.Targets, name) || g.WhyLeftOut(name) != "" {
			continue
		}
		c := Column{Col: col, Reading: found[col].Reading}
		view, err := look(g, col, &c.Reading)
		if err != nil {
			return nil, err
		}
		isKnown := slices.Contains(cfg.Known, name)
		if c.Kind, c.Why = view.judge(name, isKnown || slices.Contains(cfg.Keep, name) || found[col].want != ""); c.Why == numbersRows && !view.rising {
			c.Kind, c.Why = parse.NumberKind, "" // whole numbers that all differ may be amounts
		}
		if c.Kind == parse.CategoryKind || c.Kind == parse.DateKind {
			c.Kind, c.Why = parse.DroppedKind, fmt.Sprintf("is a %s, and a forecast reads numbers", c.Kind)
		}
		switch {
		case c.Kind != parse.NumberKind && isKnown:
			return nil, fmt.Errorf("data: %s: column %q is to be known ahead, and %s", g.File, name, c.Why)
		case c.Kind != parse.NumberKind:
			out = append(out, grid.LeftOut{Name: name, Why: c.Why})
		case isKnown:
			known = append(known, c)
		case len(cfg.Targets) == 0:
			targets = append(targets, c)
		default:
			others = append(others, c)
		}
	}
	for _, name := range cfg.Targets {
		col := g.Index(name)
		targets = append(targets, Column{Col: col, Kind: parse.NumberKind, Reading: found[col].Reading})
	}
	s.Notes = append(s.Notes, grid.NotesOn(out)...)
	if len(targets) == 0 {
		why := "it has " + naming.List(g.Columns)
		if left := s.Notes[len(g.Notes):]; len(left) > 0 {
			why = strings.Join(left, "; ")
		}
		return nil, fmt.Errorf("data: %s has no column of numbers to forecast: %s", g.File, why)
	}
	s.Columns, s.Targets, s.Known = slices.Concat(targets, others, known), len(targets), len(known)
	s.Notes = append(s.Notes, notesOn(s.Columns, Target{}, found)...)
	return s, nil
}

// findTime finds the column that says when a row was.
func (s *Series) findTime(g *grid.Grid, cfg Config, name string, found map[int]*finding) error {
	s.Time = -1
	if name == "" {
		s.Time = slices.IndexFunc(natural(len(g.Columns)), func(col int) bool { return found[col].Kind == parse.DateKind })
		if s.Time < 0 {
			s.findYears(g, cfg, found)
		}
	} else if s.Time = g.Find(name); s.Time < 0 {
		return fault.Errorf(fault.ErrNoColumn, "data: %s has no column %q that says when a row was%s; it has %s", g.File, name, suggest.DidYouMean(name, g.Columns), naming.List(g.Columns))
	}
	if s.Time < 0 {
		for col, name := range g.Columns { // the first of these is not to be dropped in silence
			if n := fewDates(g, col, found[col]); n > 0 && !slices.Contains(cfg.Drop, name) {
				return fmt.Errorf("data: %s: column %q holds %s in %s, and a series has one row a time; if the order of the rows is that of time, --drop %q", g.File, name, human.Plural(n, "date"), human.Plural(g.Rows(), "row"), name)
			}
		}
		return nil
	}
	if s.When = found[s.Time].Reading; s.When.Kind == "" {
		if n := fewDates(g, s.Time, found[s.Time]); n > 0 {
			return fmt.Errorf("data: %s: column %q holds %s in %s, and a series has one row a time", g.File, g.Columns[s.Time], human.Plural(n, "date"), human.Plural(g.Rows(), "row"))
		}
		return fmt.Errorf("data: %s: column %q holds neither numbers nor dates, so that it says not when a row was", g.File, g.Columns[s.Time])
	}
	if s.When.Form == parse.TimeForm {
		return fmt.Errorf("data: %s: column %q holds times of day without dates, so that it says not when a row was", g.File, g.Columns[s.Time])
	}
	return nil
}

// findYears takes whole numbers that rise from row to row as years do for the times of
// the rows, if other columns are left to forecast.
func (s *Series) findYears(g *grid.Grid, cfg Config, found map[int]*finding) {
	numbers := 0
	for _, f := range found {
		if f.Kind == parse.NumberKind {
			numbers++
		}
	}
	taken := slices.Concat(cfg.Targets, cfg.Known, cfg.Keep, cfg.Numbers)
	for col, name := range g.Columns {
		if f := found[col]; f.Kind == parse.NumberKind && numbers > 1 && !slices.Contains(taken, name) && areYears(g, col, &f.Reading) {
			s.Time = col
			s.Notes = append(s.Notes, fmt.Sprintf("column %q says when a row was, as its numbers rise as years do; --number %q reads them as any others", name, name))
			return
		}
	}
}

// areYears reports whether numbers are whole, of four digits, each more than the last,
// and mostly next to each other.
func areYears(g *grid.Grid, col int, r *parse.Reading) bool {
	const least, most = 1000, 2999
	first, last := 0.0, float64(least-1)
	for row := range g.Rows() {
		v, err := g.Value(row, col, r)
		if err != nil || v != math.Trunc(v) || !(v > last) || v > most {
			return false
		}
		if last = v; row == 0 {
			first = v
		}
	}
	return g.Rows() > 2 && last-first < float64(2*g.Rows())
}

// fewDates is how many dates a column holds in more rows and nothing else, 0 if it holds
// something else; of so few [finding.findDates] makes no column of dates.
func fewDates(g *grid.Grid, col int, f *finding) int {
	if f.Kind != "" || g.WhyLeftOut(g.Columns[col]) != "" {
		return 0
	}
	cells := grid.Unique(g, col)
	if len(cells.First) >= fewestDates || len(cells.First) >= g.Rows() || areSeasons(cells) {
		return 0
	}
	for _, cell := range cells.First {
		if m, _ := parse.Date(cell.Text, parse.DayFirst); !mayBeDate(cell.Text) || m.Form == parse.TimeForm {
			return 0
		}
	}
	return len(cells.First)
}

func natural(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
