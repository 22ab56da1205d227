package data

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// columnPlan is what a column is, judged by all rows of the file.
type columnPlan struct {
	col  int
	kind string // numberKind, categoryKind or droppedKind
	why  string // of a dropped column
}

// planColumns decides what each column is that is not a target.
func planColumns(g *grid, cfg CSVConfig) ([]columnPlan, error) {
	isTarget := setOf(cfg.Targets)
	drop, keep, category := setOf(cfg.Drop), setOf(cfg.Keep), setOf(cfg.Categories)
	number, date := setOf(cfg.Numbers), setOf(cfg.Dates)
	var plan []columnPlan
	kept, counter := 0, -1 // counter is a dropped column that numbers the rows
	for col, name := range g.columns {
		if isTarget[name] {
			continue
		}
		p := columnPlan{col: col, kind: droppedKind, why: asked}
		switch {
		case drop[name]:
		case date[name]:
			return nil, fmt.Errorf("data: %s: column %q cannot be read as dates", g.file, name)
		default:
			if number[name] {
				if _, err := numbersOf(g, col); err != nil {
					return nil, fmt.Errorf("%w; it was asked to be numbers", err)
				}
			}
			view, err := look(g, col)
			if err != nil && !category[name] {
				return nil, err
			}
			p.kind, p.why = view.judge(name, keep[name] || number[name])
			if category[name] && view.present > 0 {
				p.kind, p.why = categoryKind, ""
			}
			if p.why == numbersRows {
				counter = len(plan)
			}
		}
		if p.kind != droppedKind {
			kept++
		}
		plan = append(plan, p)
	}
	if kept == 0 && counter >= 0 { // y over 1, 2, 3, ... is a data set too
		plan[counter].kind, plan[counter].why = numberKind, ""
		kept++
	}
	if kept > 0 {
		return plan, nil
	}
	if len(plan) == 0 {
		return nil, fmt.Errorf("data: %s has only the target; it needs a column to predict from", g.file)
	}
	var reasons []string
	for _, p := range plan {
		reasons = append(reasons, fmt.Sprintf("%q %s", g.columns[p.col], p.why))
	}
	return nil, fmt.Errorf("data: %s has no column left to predict from: %s", g.file, strings.Join(reasons, "; "))
}

const (
	asked       = "was asked to be left out"
	numbersRows = "numbers the rows"
	maxLevels   = 100 // of a category that get a slot of their own
)

// columnView is what can be seen of a column.
type columnView struct {
	present, missing int
	numeric          bool // every value is a number
	whole, rising    bool // all whole; each one more than the last, from 0 or 1
	distinct         int  // for numbers counted only where that matters
	constant         bool
	words, length    int // of text, over all cells
	dates            bool
	example          string
}

// look views a column. It fails where one or two cells among numbers are not
// numbers, and on infinity.
func look(g *grid, col int) (columnView, error) {
	v := columnView{numeric: true, whole: true, rising: true, constant: true}
	text, textRow, numbers, infinite := 0, -1, 0, -1
	last := math.NaN()
	for row := range g.rows() {
		cell := g.cell(row, col)
		if isMissing(cell) {
			v.missing++
			continue
		}
		v.present++
		x, ok := parseNumber(cell)
		if !ok {
			if text++; textRow < 0 {
				textRow = row
			}
			continue
		}
		if math.IsInf(x, 0) && infinite < 0 {
			infinite = row
		}
		v.constant = v.constant && (numbers == 0 || x == last)
		v.rising = v.rising && (numbers > 0 && x == last+1 || numbers == 0 && (x == 0 || x == 1))
		v.whole = v.whole && x == math.Trunc(x)
		last = x
		numbers++
	}
	v.numeric = text == 0
	if v.numeric {
		v.rising = v.rising && v.missing == 0 && v.present > 2
		if infinite >= 0 {
			_, err := g.number(infinite, col)
			return v, err
		}
		if v.whole && !v.rising && isCounterName(g.columns[col]) {
			v.distinct = len(levelsOf(g, col))
		}
		if v.present > 0 {
			v.example = numberText(last)
		}
		return v, nil
	}
	levels := levelsOf(g, col)
	if numbers >= 20 && text <= max(1, numbers/100) && len(levels) > fewIntegers {
		return v, fmt.Errorf("%s: %q is not a number, and %d of %d values of this column are; leave the cell empty where a value is missing",
			g.at(textRow, col), g.cell(textRow, col), numbers, v.present)
	}
	v.dates = true
	for level, count := range levels {
		if isMissing(level) {
			continue
		}
		v.distinct++
		v.length += count * len(level)
		v.words += count * (1 + strings.Count(level, " "))
		v.dates = v.dates && isDate(level)
		v.example = level
	}
	v.constant = v.distinct == 1
	return v, nil
}

// judge decides what a column is; keep asks for it to be used.
func (v columnView) judge(name string, keep bool) (kind, why string) {
	kind = categoryKind
	if v.numeric {
		kind = numberKind
	}
	mostly := v.distinct > v.present/2
	switch {
	case v.present == 0:
		return droppedKind, "holds no values"
	case keep:
		return kind, ""
	case v.constant && v.missing == 0:
		return droppedKind, fmt.Sprintf("is constant (%s)", v.example)
	case v.numeric && (v.rising || v.whole && v.distinct == v.present && v.present > 2):
		return droppedKind, numbersRows
	case v.numeric:
		return numberKind, ""
	case v.dates && v.distinct > 2:
		return droppedKind, "holds dates; add columns such as month or weekday instead"
	case v.distinct > maxLevels && v.length > 40*v.present,
		mostly && v.distinct > fewIntegers && v.words >= 3*v.present:
		return droppedKind, fmt.Sprintf("is free text (%d different values in %d rows)", v.distinct, v.present)
	case mostly && (v.distinct > maxLevels || v.distinct == v.present && v.present >= 20):
		return droppedKind, fmt.Sprintf("identifies rows (%d different values in %d rows)", v.distinct, v.present)
	}
	return categoryKind, ""
}

// isCounterName reports whether columns of that name usually number rows.
func isCounterName(name string) bool {
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

// isDate reports whether text begins as a date does.
func isDate(text string) bool {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006/01/02", "01/02/2006", "02.01.2006"} {
		if len(text) >= len(layout) && (len(text) == len(layout) || strings.IndexByte(" T", text[len(layout)]) >= 0) {
			if _, err := time.Parse(layout, text[:len(layout)]); err == nil {
				return true
			}
		}
	}
	return false
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}
