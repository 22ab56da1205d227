package data

import (
	"errors"
	"fmt"
)

// schemaTask is what a target is to be: nothing said, classes or amounts.
type schemaTask int

const (
	classTask  schemaTask = iota + 1 // classes
	amountTask                       // numbers
)

// schemaConfig says what cannot be read off a table.
type schemaConfig struct {
	Targets    []string
	Task       schemaTask // 0: decided by the target's values
	Drop       []string
	Keep       []string
	Categories []string
	Numbers    []string
	Dates      []string

	hows map[string]string // how the columns of Numbers and Dates are written, of resolved names
}

// ErrNoTarget is wrapped by the error of a table that was opened without the name
// of a target.
var ErrNoTarget = errors.New("which column is the target?")

// schemaPlan is what the columns of a table are, judged by all rows.
type schemaPlan struct {
	columns []columnPlan // those that are not targets
	target  target
	notes   []string // what was taken for granted
}

// schemaOf decides the schema of a table. Rows without a target are taken out of
// it.
func schemaOf(g *grid, cfg schemaConfig) (*schemaPlan, error) {
	cfg, err := cfg.resolve(g)
	if err != nil {
		return nil, err
	}
	s := &schemaPlan{notes: g.notes}
	found, err := findTargets(g, cfg)
	if err != nil {
		return nil, err
	}
	if err := s.dropUntargeted(g, cfg.Targets, found); err != nil {
		return nil, err
	}
	if err := findColumns(g, cfg, found); err != nil {
		return nil, err
	}
	if s.target, err = decideTarget(g, cfg, found); err != nil {
		return nil, err
	}
	if classes := len(s.target.classes); classes > fewIntegers && classes > g.rows()/2 {
		s.notes = append(s.notes, fmt.Sprintf("the target %q has %d classes in %d rows; is it the column that you mean?", cfg.Targets[0], classes, g.rows()))
	}
	s.notes = append(s.notes, noteSpellings(cfg.Targets[0], s.target.classes)...)
	if s.columns, err = planColumns(g, cfg, found); err != nil {
		return nil, err
	}
	s.notes = append(s.notes, notesOn(s.columns, s.target, found)...)
	return s, nil
}

// dropUntargeted removes the rows in which a target is missing.
func (s *schemaPlan) dropUntargeted(g *grid, targets []string, found map[int]*finding) error {
	n := g.rows()
	cols := make([]int, len(targets))
	for i, name := range targets {
		cols[i] = g.index(name)
	}
	firstRow, firstCol := -1, -1
	firstPlace := ""
	g.keep(func(row int) bool {
		for _, col := range cols {
			if found[col].missing(g.cell(row, col)) {
				if firstRow < 0 {
					firstRow, firstCol, firstPlace = row, col, fmt.Sprintf("first in line %d", g.line(row))
				}
				return false
			}
		}
		return true
	})
	if firstRow < 0 {
		return nil
	}
	if g.rows() == 0 {
		return fmt.Errorf("data: %s: no row has a value for the target %s; %q is missing, %s", g.file, list(targets), g.columns[firstCol], firstPlace)
	}
	s.notes = append(s.notes, untargetedNote(n-g.rows(), n, targets, firstPlace))
	return nil
}

// untargetedNote says how many of n rows are left out, as they have no target.
func untargetedNote(out, n int, targets []string, firstPlace string) string {
	return fmt.Sprintf("%d of %d rows have no value for the target %s and are left out (%s)", out, n, list(targets), firstPlace)
}
