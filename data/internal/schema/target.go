package schema

import (
	"fmt"
	"math"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

// fewIntegers is how many distinct whole numbers are still classes.
const fewIntegers = 20

// Target is what a table is to predict.
type Target struct {
	Task    Task
	Reason  string
	Columns []int
	Names   []string // of the columns, or of the labels
	Classes []string // sorted, as the file spells them; numbers by value
	Labels  []int32  // of each row, for classes

	Readings []parse.Reading // of each column

	Separator string // between labels that stand in one column
	Blank     []bool // whether an empty cell of a column says no
}

// decideTarget reads the task off the target's values, unless it is given.
func decideTarget(g *grid.Grid, cfg Config, found map[int]*finding) (Target, error) {
	t := Target{Task: cfg.Task, Names: cfg.Targets}
	for _, name := range cfg.Targets {
		col := g.Index(name)
		t.Columns = append(t.Columns, col)
		t.Readings = append(t.Readings, found[col].Reading)
	}
	if len(cfg.Targets) > 1 {
		if t.Task == Classes {
			return t, fmt.Errorf("data: %s: classification has one target, and %s are %d", g.File, naming.List(cfg.Targets), len(cfg.Targets))
		}
		t.Task, t.Reason = Amounts, "several targets"
		for i, col := range t.Columns {
			if _, _, err := numbersOf(g, col, t.Readings[i]); err != nil {
				return t, err
			}
		}
		return t, nil
	}
	col := t.Columns[0]
	distinct, whole, notNumbers := numbersOf(g, col, t.Readings[0])
	reason := ""
	task := Classes
	if notNumbers != nil {
		if isInfinite(g, col) {
			return t, notNumbers
		}
		if distinct = g.Distinct(col, func([]byte) bool { return true }); cfg.Task == 0 {
			if err := doubtful(g, col, distinct); err != nil {
				return t, err
			}
		}
	}
	numbers := notNumbers == nil && t.Readings[0].Notation.Plain() // in another notation, classes are text
	if distinct <= 2 {                                             // what counts is the spelling
		if names, _ := classesOf(g, col, numbers); len(names) == 1 || distinct == 1 {
			distinct = len(names)
		}
	}
	if distinct == 1 {
		return t, fmt.Errorf("data: %s: the target %q is %q in every row; there is nothing to learn", g.File, cfg.Targets[0], g.Cell(0, col))
	}
	switch {
	case notNumbers != nil:
		reason = fmt.Sprintf("the target is text of %d values", distinct)
	case distinct == 2:
		reason = "the target has two values"
	case whole && distinct <= fewIntegers:
		reason = fmt.Sprintf("the target is whole numbers of %d values, at most %d", distinct, fewIntegers)
	case whole:
		task, reason = Amounts, fmt.Sprintf("the target is whole numbers of more than %d values", fewIntegers)
	default:
		task, reason = Amounts, "the target is numbers with fractions"
	}
	switch {
	case t.Task == 0:
		t.Task = task
	case t.Task != task:
		reason = fmt.Sprintf("asked for, though %s", reason)
	}
	t.Reason = reason
	if t.Task == Amounts {
		return t, notNumbers
	}
	t.Classes, t.Labels = classesOf(g, col, numbers)
	return t, nil
}

// numbersOf reads a column that must hold numbers only. It counts different ones
// up to a bound of its own, and reports whether all are whole.
func numbersOf(g *grid.Grid, col int, r parse.Reading) (distinct int, whole bool, err error) {
	seen := make(map[float64]bool)
	whole = true
	reader := grid.NewReader(g)
	for _, run := range g.Runs(nil) {
		values, err := reader.Floats(run, col, &r)
		if err != nil {
			return 0, false, err
		}
		for _, v := range values {
			whole = whole && v == math.Trunc(v)
			if len(seen) <= fewIntegers {
				seen[v] = true
			}
		}
	}
	return len(seen), whole, nil
}

// isInfinite reports whether all cells are numbers, if infinity is one.
func isInfinite(g *grid.Grid, col int) bool {
	for row := range g.Rows() {
		if _, ok := parse.Number(g.Cell(row, col)); !ok {
			return false
		}
	}
	return true
}

func levelsOf(g *grid.Grid, col int) map[string]int {
	levels := make(map[string]int)
	g.Tallies(col, true, func(t grid.Tally) bool {
		levels[string(t.Text)] += t.Count
		return true
	})
	return levels
}
