package grid

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/fault"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

// Join makes one table of several, one behind the other: of so many files of the same
// columns, which may stand in any order. open reads one of them; only one is there at a
// time, beside what was joined. Files without rows are left out, with a note. name
// stands for all in messages about no row.
func Join(name string, files []string, open func(file string) (*Grid, error)) (g *Grid, err error) {
	defer Recover(&err)
	j := joining{notes: make(map[string][]string)}
	for _, file := range files {
		g, err := open(file)
		switch {
		case errors.Is(err, fault.ErrNoRows):
			j.note(file, "it has no rows and is left out")
		case err != nil:
			return nil, err
		default:
			if err := j.add(g); err != nil {
				return nil, err
			}
		}
	}
	if j.grid == nil {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s: none of %d files has a row", name, len(files))
	}
	g, err = j.end()
	if err != nil {
		return nil, err
	}
	g.File = name
	for _, said := range j.said {
		of := j.notes[said]
		where := of[0]
		if len(of) > 1 {
			where += fmt.Sprintf(" and %d more files", len(of)-1)
		}
		g.Notes = append(g.Notes, where+": "+said)
	}
	return g, nil
}

// joining is a table that others are put behind.
type joining struct {
	gridder
	first string // the file whose columns the others must have
	notes map[string][]string
	said  []string // the notes, in order
}

// note adds a note on a file.
func (j *joining) note(file, text string) {
	if j.notes[text] == nil {
		j.said = append(j.said, text)
	}
	j.notes[text] = append(j.notes[text], file)
}

// add puts a table behind the others.
func (j *joining) add(g *Grid) error {
	for _, note := range g.Notes {
		j.note(g.File, note)
	}
	if j.grid == nil {
		if err := j.begin(g); err != nil {
			return err
		}
	}
	to, err := j.columns(g)
	if err != nil {
		return err
	}
	for _, left := range g.LeftOut {
		if !slices.Contains(j.grid.LeftOut, left) {
			j.grid.LeftOut = append(j.grid.LeftOut, left)
		}
	}
	for col := range g.spelt {
		j.grid.spelt[to[col]] = true
	}
	if g.Comma != j.grid.Comma {
		j.grid.Comma = 0
	}
	j.grid.Lines.files = append(j.grid.Lines.files, rowFile{j.grid.n, g.File})
	for row := range g.Rows() {
		line := g.Line(row)
		for col := range to {
			if to[col] < 0 {
				continue
			}
			if err := j.put(to[col], g.Cell(row, col), line); err != nil {
				return err
			}
		}
		if err := j.next(line); err != nil {
			return err
		}
	}
	return nil
}

// begin takes what the first table is for what all are.
func (j *joining) begin(g *Grid) error {
	j.first = g.File
	j.grid = newGrid(g.File)
	j.grid.Plain, j.grid.Comma, j.grid.Types = g.Plain, g.Comma, slices.Clone(g.Types)
	j.grid.Lines.ByRow = g.Lines.ByRow
	if g.spelt != nil {
		j.grid.spelt = make(map[int]bool)
	}
	for _, name := range g.Columns {
		if err := j.column(name, 1); err != nil {
			return err
		}
	}
	return nil
}

// columns returns where the columns of a table go. Those of objects need not be the
// same, as objects lack keys.
func (j *joining) columns(g *Grid) ([]int, error) {
	ofObjects := g.spelt != nil
	if g.Plain != j.grid.Plain || ofObjects != (j.grid.spelt != nil) || (g.Types != nil) != (j.grid.Types != nil) {
		return nil, fmt.Errorf("data: %s and %s are of two formats, which are not read together; name files of one", j.first, g.File)
	}
	to, met := make([]int, len(g.Columns)), make(map[int]bool)
	var others []string
	for col, name := range g.Columns {
		at := j.grid.Find(name)
		if at < 0 && ofObjects {
			if err := j.column(name, 1); err != nil {
				return nil, err
			}
			at = len(j.grid.Columns) - 1
		}
		if at < 0 {
			if to[col] = -1; j.grid.WhyLeftOut(name) == "" {
				others = append(others, name)
			}
			continue
		}
		if err := j.agree(g, col, at); err != nil {
			return nil, err
		}
		to[col], met[at] = at, true
	}
	var lacks []string
	for at, name := range j.grid.Columns {
		if !met[at] && !ofObjects && g.WhyLeftOut(name) == "" {
			lacks = append(lacks, name)
		}
	}
	var said []string
	if len(lacks) > 0 {
		said = append(said, fmt.Sprintf("lacks %s, which %s has", naming.List(lacks), j.first))
	}
	if len(others) > 0 {
		said = append(said, fmt.Sprintf("has %s, which %s lacks", naming.List(others), j.first))
	}
	if said != nil {
		return nil, fault.Errorf(fault.ErrNoColumn, "data: %s %s; files that are read together have the same columns", g.File, strings.Join(said, ", and "))
	}
	return to, nil
}

// agree asks that a column has the type that it has in the files before, but that one
// without a value may have any.
func (j *joining) agree(g *Grid, col, at int) error {
	if g.Types == nil {
		return nil
	}
	is, was := g.Types[col], &j.grid.Types[at]
	switch {
	case is == *was, is.Kind == Empty, *was == Type{} && is.Kind == parse.CategoryKind:
	case was.Kind == Empty, is == Type{} && was.Kind == parse.CategoryKind:
		*was = is
	default:
		return fmt.Errorf("data: column %q holds %s in %s, and %s in %s; files that are read together have the same types", g.Columns[col], *was, j.first, is, g.File)
	}
	return nil
}
