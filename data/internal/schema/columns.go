package schema

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parallel"
	"descent/data/internal/parse"
)

// Column is what a column is, judged by all rows of the file.
type Column struct {
	Col     int
	Kind    string // a kind of [parse]
	Why     string // of a dropped column
	Kept    bool   // it was asked for
	Reading parse.Reading
	Levels  parse.Levels // that a category keeps
}

// planColumns decides what each column is that is not a target.
func planColumns(g *grid.Grid, cfg Config, found map[int]*finding) ([]Column, error) {
	other := naming.Set(slices.Concat(cfg.Targets, cfg.Images, cfg.Weights))
	drop, keep, category := naming.Set(cfg.Drop), naming.Set(cfg.Keep), naming.Set(cfg.Categories)
	text := naming.Set(cfg.Text)
	counted := naming.Set(cfg.levels.named) // which are meant to be used, too
	views := make([]columnView, len(g.Columns))
	err := parallel.Each(len(g.Columns), func(_, col int) error {
		name := g.Columns[col]
		if other[name] || drop[name] {
			return nil
		}
		var err error
		if views[col], err = look(g, col, &found[col].Reading); err != nil && !category[name] && !text[name] {
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var plan []Column
	kept, counter := 0, -1 // counter is a dropped column that numbers the rows
	for col, name := range g.Columns {
		if other[name] {
			continue
		}
		p := Column{Col: col, Kind: parse.DroppedKind, Why: Asked}
		if why := g.WhyLeftOut(name); why != "" {
			p.Why = why
		} else if !drop[name] {
			f, view := found[col], views[col]
			p.Kind, p.Why = view.judge(name, keep[name] || counted[name] || f.want != "")
			p.Reading, p.Kept = f.Reading, keep[name]
			if category[name] && view.present > 0 {
				p.Kind, p.Why = parse.CategoryKind, ""
			}
			if text[name] && view.present > 0 || cfg.freeText && strings.HasPrefix(p.Why, isFreeText) {
				p.Kind, p.Why = parse.TextKind, ""
			}
			if p.Why == numbersRows {
				counter = len(plan)
			}
		}
		if p.Kind != parse.DroppedKind {
			kept++
		}
		plan = append(plan, p)
	}
	if err := cfg.levels.give(g, plan); err != nil {
		return nil, err
	}
	if len(cfg.Images) > 0 { // which are enough to predict from
		return plan, nil
	}
	if kept == 0 && counter >= 0 { // y over 1, 2, 3, ... is a data set too
		plan[counter].Kind, plan[counter].Why = parse.NumberKind, ""
		kept++
	}
	if kept > 0 {
		return plan, nil
	}
	if len(plan) == 0 {
		return nil, fmt.Errorf("data: %s has only the target; it needs a column to predict from", g.File)
	}
	var reasons []string
	for _, p := range plan {
		reasons = append(reasons, fmt.Sprintf("%q %s", g.Columns[p.Col], p.Why))
	}
	return nil, fmt.Errorf("data: %s has no column left to predict from: %s", g.File, strings.Join(reasons, "; "))
}

// ReadingOf returns how a column is read that is no target, also if it was left out:
// it says when rows were, so that two dates are dates.
func (s *Plan) ReadingOf(g *grid.Grid, col int) (parse.Reading, error) {
	for _, c := range s.Columns {
		if c.Col == col && c.Reading.Kind != "" {
			return c.Reading, nil
		}
	}
	var f finding
	if err := f.find(g, col); err != nil || f.Kind != "" {
		return f.Reading, err
	}
	f = finding{want: asDate}
	if f.find(g, col) != nil {
		return parse.Reading{}, nil
	}
	settle(g, map[int]*finding{col: &f})
	return f.Reading, nil
}

const (
	Asked       = "was asked to be left out"
	numbersRows = "numbers the rows"
	isFreeText  = "is free text"
	MaxLevels   = 100 // values beyond which text may be no category
)

// columnView is what can be seen of a column.
type columnView struct {
	kind             string // numberKind, dateKind or "", which is text
	present, missing int
	whole, rising    bool // all whole; each one more than the last, from 0 or 1
	distinct         int  // for numbers counted only where that matters
	constant         bool
	words, length    int           // of text, over all cells
	stray            func() string // why it is neither numbers nor dates, where most cells are
	example          string
}

// look views a column as it is read. It fails on infinity.
func look(g *grid.Grid, col int, r *parse.Reading) (columnView, error) {
	if r.Kind == "" {
		return lookAtText(g, col), nil
	}
	v := columnView{kind: r.Kind, whole: true, rising: true, constant: true}
	last, at := math.NaN(), 0
	reader := grid.NewReader(g)
	for _, run := range g.Runs(nil) {
		values, err := reader.Floats(run, col, r)
		if err != nil {
			return v, err
		}
		for i, x := range values {
			if x != x {
				v.missing++
				continue
			}
			v.constant = v.constant && (v.present == 0 || x == last)
			v.rising = v.rising && (v.present > 0 && x == last+1 || v.present == 0 && (x == 0 || x == 1))
			v.whole = v.whole && x == math.Trunc(x)
			last, at = x, run.From+i
			v.present++
		}
	}
	v.rising = v.rising && v.missing == 0 && v.present > 2
	if v.whole && !v.rising && IsCounterName(g.Columns[col]) {
		v.distinct = g.Distinct(col, func([]byte) bool { return true })
	}
	if v.present > 0 {
		v.example = g.Cell(at, col)
	}
	if v.present > 0 && r.Kind == parse.NumberKind {
		v.example = parse.FormatNumber(last)
	}
	return v, nil
}

// lookAtText views a column of text.
func lookAtText(g *grid.Grid, col int) columnView {
	var v columnView
	v.distinct = g.Distinct(col, func(cell []byte) bool { return !parse.Missing(string(cell)) })
	g.Tallies(col, true, func(t grid.Tally) bool {
		level, count := string(t.Text), t.Count
		if parse.Missing(level) {
			v.missing += count
			return true
		}
		v.present += count
		v.length += count * len(level)
		v.words += count * (1 + strings.Count(level, " "))
		v.example = level
		return true
	})
	v.constant = v.distinct == 1
	v.stray = func() string {
		if stray := strayIn(g, col, v.present, mayBeNumber); stray != "" {
			return fmt.Sprintf("; it is not read as numbers for cells such as %q", stray)
		}
		if stray := strayIn(g, col, v.present, mayBeDate); stray != "" {
			return fmt.Sprintf("; it is not read as dates for cells such as %q", stray)
		}
		return twoOrders(g, col)
	}
	return v
}

// strayIn returns the first in order of the cells that are not what others may be, if
// fewer than half of those that are there are not.
func strayIn(g *grid.Grid, col, present int, may func(cell string) bool) (stray string) {
	others := 0
	g.Tallies(col, true, func(t grid.Tally) bool {
		level := string(t.Text)
		if may(level) || parse.Missing(level) {
			return true
		}
		others += t.Count
		if stray == "" || level < stray {
			stray = level
		}
		return 2*others < present
	})
	if 2*others >= present {
		return ""
	}
	return stray
}

// twoOrders says of a column of dates that some are written day first and others month
// first; nothing of others.
func twoOrders(g *grid.Grid, col int) string {
	day, month, dates := "", "", true // the first cells in order that have one order for sure
	g.Tallies(col, true, func(t grid.Tally) bool {
		level := string(t.Text)
		_, isDay := parse.Date(level, parse.DayFirst)
		_, isMonth := parse.Date(level, parse.MonthFirst)
		dates = isDay || isMonth || parse.Missing(level)
		if isDay && !isMonth && (day == "" || level < day) {
			day = level
		}
		if isMonth && !isDay && (month == "" || level < month) {
			month = level
		}
		return dates
	})
	if !dates || day == "" || month == "" {
		return ""
	}
	return fmt.Sprintf("; it is not read as dates, as %q is written day first and %q month first", day, month)
}

// judge decides what a column is; keep asks for it to be used.
func (v columnView) judge(name string, keep bool) (kind, why string) {
	kind = cmp.Or(v.kind, parse.CategoryKind)
	mostly := v.distinct > v.present/2
	switch {
	case v.present == 0:
		return parse.DroppedKind, "holds no values"
	case keep:
		return kind, ""
	case v.constant && v.missing == 0:
		return parse.DroppedKind, fmt.Sprintf("is constant (%s)", v.example)
	case v.kind == parse.NumberKind && (v.rising || v.whole && v.distinct == v.present && v.present > 2):
		return parse.DroppedKind, numbersRows
	case v.kind != "":
		return v.kind, ""
	case v.distinct > MaxLevels && v.length > 40*v.present,
		mostly && v.distinct > fewIntegers && v.words >= 3*v.present:
		return parse.DroppedKind, fmt.Sprintf(isFreeText+" (%d different values in %d rows)", v.distinct, v.present)
	case mostly && (v.distinct > MaxLevels || v.distinct == v.present && v.present >= 20):
		return parse.DroppedKind, fmt.Sprintf("identifies rows (%d different values in %d rows)", v.distinct, v.present) + v.stray()
	}
	return parse.CategoryKind, ""
}

// IsCounterName reports whether columns of that name usually number rows.
func IsCounterName(name string) bool {
	if strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID") {
		return true
	}
	name = strings.ToLower(name)
	for _, known := range []string{"id", "index", "idx", "key", "no", "nr", "number", "row", "rowid", "rownames"} {
		if name == known || strings.HasSuffix(name, "_"+known) || strings.HasSuffix(name, " "+known) {
			return true
		}
	}
	return strings.HasPrefix(name, "id_") || strings.HasPrefix(name, "column ") || strings.HasPrefix(name, "unnamed:")
}
