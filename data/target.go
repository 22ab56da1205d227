package data

import (
	"fmt"
	"math"
)

// fewIntegers is how many distinct whole numbers are still classes.
const fewIntegers = 20

// target is what a table is to predict.
type target struct {
	task    schemaTask
	reason  string
	columns []int
	names   []string
	classes []string // sorted, as the file spells them; numbers by value
	labels  []int32  // of each row, for classes

	readings []reading // of each column
}

// decideTarget reads the task off the target's values, unless it is given.
func decideTarget(g *grid, cfg schemaConfig, found map[int]*finding) (target, error) {
	t := target{task: cfg.Task, names: cfg.Targets}
	for _, name := range cfg.Targets {
		col := g.index(name)
		t.columns = append(t.columns, col)
		t.readings = append(t.readings, found[col].reading)
	}
	if len(cfg.Targets) > 1 {
		if t.task == classTask {
			return t, fmt.Errorf("data: %s: classification has one target, and %s are %d", g.file, list(cfg.Targets), len(cfg.Targets))
		}
		t.task, t.reason = amountTask, "several targets"
		for i, col := range t.columns {
			if _, _, err := numbersOf(g, col, t.readings[i]); err != nil {
				return t, err
			}
		}
		return t, nil
	}
	col := t.columns[0]
	distinct, whole, notNumbers := numbersOf(g, col, t.readings[0])
	reason := ""
	task := classTask
	if notNumbers != nil {
		if isInfinite(g, col) {
			return t, notNumbers
		}
		if distinct = len(levelsOf(g, col)); cfg.Task == 0 {
			if err := doubtful(g, col, distinct); err != nil {
				return t, err
			}
		}
	}
	numbers := notNumbers == nil && t.readings[0].notation.plain() // in another notation, classes are text
	if distinct <= 2 {                                             // what counts is the spelling
		if names, _ := classesOf(g, col, numbers); len(names) == 1 || distinct == 1 {
			distinct = len(names)
		}
	}
	if distinct == 1 {
		return t, fmt.Errorf("data: %s: the target %q is %q in every row; there is nothing to learn", g.file, cfg.Targets[0], g.cell(0, col))
	}
	switch {
	case notNumbers != nil:
		reason = fmt.Sprintf("the target is text of %d values", distinct)
	case distinct == 2:
		reason = "the target has two values"
	case whole && distinct <= fewIntegers:
		reason = fmt.Sprintf("the target is whole numbers of %d values, at most %d", distinct, fewIntegers)
	case whole:
		task, reason = amountTask, fmt.Sprintf("the target is whole numbers of more than %d values", fewIntegers)
	default:
		task, reason = amountTask, "the target is numbers with fractions"
	}
	switch {
	case t.task == 0:
		t.task = task
	case t.task != task:
		reason = fmt.Sprintf("asked for, though %s", reason)
	}
	t.reason = reason
	if t.task == amountTask {
		return t, notNumbers
	}
	t.classes, t.labels = classesOf(g, col, numbers)
	return t, nil
}

// numbersOf reads a column that must hold numbers only. It counts different ones
// up to a bound of its own, and reports whether all are whole.
func numbersOf(g *grid, col int, r reading) (distinct int, whole bool, err error) {
	seen := make(map[float64]bool)
	whole = true
	for row := range g.rows() {
		v, err := g.value(row, col, &r)
		if err != nil {
			return 0, false, err
		}
		whole = whole && v == math.Trunc(v)
		if len(seen) <= fewIntegers {
			seen[v] = true
		}
	}
	return len(seen), whole, nil
}

// isInfinite reports whether all cells are numbers, if infinity is one.
func isInfinite(g *grid, col int) bool {
	for row := range g.rows() {
		if _, ok := parseNumber(g.cell(row, col)); !ok {
			return false
		}
	}
	return true
}

func levelsOf(g *grid, col int) map[string]int {
	levels := make(map[string]int)
	for row := range g.rows() {
		levels[g.cell(row, col)]++
	}
	return levels
}
