// Package schema decides what the columns of a table are, by all cells of each
// and by what the rest of the file says where one column leaves a doubt: numbers
// in a notation, dates in a form, categories, or nothing to learn from; and what
// the target is.
package schema

import (
	"errors"
	"fmt"

	"descent/data/internal/fault"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

// Task is what a target is to be: nothing said, classes, amounts or labels.
type Task int

const (
	Classes Task = iota + 1 // classes
	Amounts                 // numbers
	Labels                  // of which any number holds
)

// Config says what cannot be read off a table.
type Config struct {
	Targets    []string
	Task       Task // 0: decided by the target's values
	Drop       []string
	Keep       []string
	Categories []string
	Numbers    []string
	Dates      []string
	Images     []string // the column of paths to images, if there is one
	Weights    []string // the column of how much rows count, if there is one
	Text       []string // columns of text; [FreeText] are those that are seen to be
	Levels     []string // how many levels categories keep, of all or behind a column and a colon
	Known      []string // columns of a series that are known ahead

	freeText bool // Text has [FreeText]

	hows   map[string]string // how the columns of Numbers and Dates are written, of resolved names
	levels keeping           // what Levels says
}

// What stands for names of columns of text: all that are free text, and none.
const (
	FreeText = "auto"
	NoText   = "none"
)

// ErrNoTarget is wrapped by the error of a table that was opened without the name
// of a target.
var ErrNoTarget = errors.New("which column is the target?")

// Plan is what the columns of a table are, judged by all rows.
type Plan struct {
	Columns []Column // those that are neither targets nor images nor weights
	Target  Target
	Image   int           // the column of paths to images, or -1
	Weight  int           // the column of how much rows count, or -1
	Weigh   parse.Reading // how it is read
	Notes   []string      // what was taken for granted
}

// Of decides the schema of a table. Rows without a target are taken out of
// it.
func Of(g *grid.Grid, cfg Config) (*Plan, error) {
	cfg, err := cfg.resolve(g)
	if err != nil {
		return nil, err
	}
	s := &Plan{Notes: g.Notes, Image: -1, Weight: -1}
	if len(cfg.Images) > 0 {
		s.Image = g.Index(cfg.Images[0])
	}
	found, err := findTargets(g, cfg)
	if err != nil {
		return nil, err
	}
	absent := absentTargets(g, cfg.Targets, found)
	lacks := func(row int) (int, bool) { return lacksTarget(absent, row) }
	if cfg.Task == Labels {
		if s.Target, err = labelTarget(g, cfg); err != nil {
			return nil, err
		}
		lacks = func(row int) (int, bool) { return s.Target.lacks(g, row) }
	}
	if err := s.dropUntargeted(g, cfg.Targets, lacks); err != nil {
		return nil, err
	}
	if err := findColumns(g, cfg, found); err != nil {
		return nil, err
	}
	if cfg.Task == Labels {
		s.Notes = append(s.Notes, s.Target.noteLabels(g)...)
	} else if s.Target, err = decideTarget(g, cfg, found); err != nil {
		return nil, err
	}
	if cfg.Task == 0 {
		s.Notes = append(s.Notes, s.Target.noteLists(g)...)
	}
	if classes := len(s.Target.Classes); classes > fewIntegers && classes > g.Rows()/2 {
		s.Notes = append(s.Notes, fmt.Sprintf("the target %q has %d classes in %d rows; is it the column that you mean?", cfg.Targets[0], classes, g.Rows()))
	}
	s.Notes = append(s.Notes, noteSpellings(cfg.Targets[0], s.Target.Classes)...)
	if len(cfg.Weights) > 0 {
		s.Weight = g.Index(cfg.Weights[0])
		s.Weigh = found[s.Weight].Reading
	}
	if s.Columns, err = planColumns(g, cfg, found); err != nil {
		return nil, err
	}
	s.Notes = append(s.Notes, notesOn(s.Columns, s.Target, found)...)
	return s, nil
}

// absence says of a column in which rows it has no value.
type absence struct {
	col  int
	rows []bool
}

// absentTargets finds the rows in which targets are missing, of those targets that
// are missing somewhere.
func absentTargets(g *grid.Grid, targets []string, found map[int]*finding) (absent []absence) {
	for _, name := range targets {
		col := g.Index(name)
		f, some := found[col], false
		g.Tallies(col, false, func(t grid.Tally) bool {
			some = f.Missing(string(t.Text))
			return !some
		})
		if !some {
			continue
		}
		a := absence{col, make([]bool, 0, g.Rows())}
		g.EachCell(col, func(text []byte) int32 {
			if f.Missing(string(text)) {
				return 1
			}
			return 0
		}, func(missing int32) { a.rows = append(a.rows, missing == 1) })
		absent = append(absent, a)
	}
	return absent
}

// lacksTarget returns the first target that is missing in a row, if one is.
func lacksTarget(absent []absence, row int) (col int, lacks bool) {
	for _, a := range absent {
		if a.rows[row] {
			return a.col, true
		}
	}
	return -1, false
}

// dropUntargeted removes the rows that lack a target.
func (s *Plan) dropUntargeted(g *grid.Grid, targets []string, lacks func(row int) (col int, lacks bool)) error {
	n := g.Rows()
	firstRow, firstCol := -1, -1
	firstPlace := ""
	g.Keep(func(row int) bool {
		col, lacks := lacks(row)
		if lacks && firstRow < 0 {
			firstRow, firstCol, firstPlace = row, col, fmt.Sprintf("first in %s", g.Place(row))
		}
		return !lacks
	})
	if firstRow < 0 {
		return nil
	}
	if g.Rows() == 0 {
		return fault.Errorf(fault.ErrNoRows, "data: %s: no row has a value for the target %s; %q is missing, %s", g.File, naming.List(targets), g.Columns[firstCol], firstPlace)
	}
	s.Notes = append(s.Notes, UntargetedNote(n-g.Rows(), n, targets, firstPlace))
	return nil
}

// UntargetedNote says how many of n rows are left out, as they have no target.
func UntargetedNote(out, n int, targets []string, firstPlace string) string {
	return fmt.Sprintf("%d of %d rows have no value for the target %s and are left out (%s)", out, n, naming.List(targets), firstPlace)
}
