package data

import (
	"fmt"
	"io"
	"math"
	"slices"

	"descent/data/internal/fault"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/internal/suggest"
)

// EncodeCSV reads a table that the encoder was fitted on, in any format that
// [ReadCSV] reads; name stands for the file in messages. Columns are found by
// name, in any order, and others are ignored.
//
// A level or a class is the one that training had in the same spelling, or else
// the only one of the same meaning in the spelling of another format: 1.0 is 1,
// TRUE is true, and accents are the same before and behind their letters. What
// training did not have is described at [Column.Features], and counted in the
// notes of the source.
//
// The target may be absent, wholly or in some rows: that matters only when
// Read is asked for y, which then names the row. Without any target, Spec says
// Unlabeled.
func (e *Encoder) EncodeCSV(r io.Reader, name string) (Source, error) {
	g, err := readGrid(r, name)
	if err != nil {
		return nil, err
	}
	return e.encodeGrid(g, naming.Base(name))
}

func (e *Encoder) encodeGrid(g *grid.Grid, name string) (*encodedTable, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if e.Kind != tableKind {
		return nil, fmt.Errorf("data: the model was trained on images of %s, and %s is a table", naming.Shape(e.Shape), g.File)
	}
	var absent []string
	for _, name := range e.inputNames() {
		if g.Find(name) < 0 {
			absent = append(absent, name)
		}
	}
	if len(absent) > 0 {
		inputs := naming.Set(e.inputNames())
		others := slices.DeleteFunc(slices.Clone(g.Columns), func(name string) bool { return inputs[name] })
		return nil, fault.Errorf(fault.ErrNoColumn, "data: %s lacks the columns %s that the model was trained on%s; it has %s",
			g.File, naming.List(absent), suggest.DidYouMean(absent[0], others), naming.List(g.Columns))
	}
	s := &encodedTable{spec: e.spec(name), file: g.File, lines: g.Lines, n: g.Rows(), notes: g.Notes}
	at := 0
	for i := range e.Columns {
		c := &e.Columns[i]
		if c.Kind == parse.DroppedKind {
			continue
		}
		column := encodedColumn{at: at}
		r, err := c.readsAs()
		if err != nil {
			return nil, err
		}
		switch col := g.Find(c.Name); c.Kind {
		case parse.NumberKind:
			column.values, column.missing, err = c.encodeNumber(g, col, r, &s.unknown)
		case parse.DateKind:
			column.date, err = c.encodeDate(g, col, r, &s.unknown)
		default:
			column.slots = c.encodeCategory(g, col, &s.unknown)
		}
		if err != nil {
			return nil, err
		}
		s.columns = append(s.columns, column)
		at += c.width()
	}
	return s, e.encodeTargets(s, g)
}

// standardize returns (v - mean)/std as a float32 that is finite.
func standardize(g *grid.Grid, row, col int, v, mean, std float64) (float32, error) {
	z := float32((v - mean) / std)
	if z-z != 0 {
		return 0, fault.Errorf(fault.ErrCell, "%s: %v is too far from the training part's mean %v, standard deviation %v", g.At(row, col), v, mean, std)
	}
	return z, nil
}

// encodeNumber standardizes a column; missing is nil unless it has an
// indicator.
func (c *Column) encodeNumber(g *grid.Grid, col int, r parse.Reading, u *unknowns) (values []float32, missing []bool, err error) {
	values = make([]float32, g.Rows())
	if c.Missing {
		missing = make([]bool, g.Rows())
	}
	for row := range values {
		v, err := g.Value(row, col, &r)
		if err != nil {
			return nil, nil, err
		}
		if v != v {
			v = c.Median
			if c.Missing {
				missing[row] = true
			} else {
				u.add(asMedian, row, c, "")
			}
		}
		if values[row], err = standardize(g, row, col, v, c.Mean, c.Std); err != nil {
			return nil, nil, err
		}
	}
	return values, missing, nil
}

// none is the slot of a cell that sets no feature.
const none = -1

// encodeCategory returns the slot of each row in the order of [Column.Features].
func (c *Column) encodeCategory(g *grid.Grid, col int, u *unknowns) []int16 {
	levels := parse.NewSpellings(c.Levels)
	rare, missing := none, none
	next := len(c.Levels)
	if len(c.Rare) > 0 {
		rare = next
		next++
		for _, level := range c.Rare {
			levels.Known[level] = rare
		}
	}
	if c.Missing {
		missing = next
	}
	slots := make([]int16, g.Rows())
	for row := range slots {
		cell := g.Cell(row, col)
		if _, known := levels.Known[cell]; !known && parse.Missing(cell) {
			if slots[row] = int16(missing); missing == none {
				u.add(asNoLevel, row, c, "")
			}
			continue
		}
		slot, known := levels.Find(cell)
		switch {
		case known:
		case rare != none:
			slot = rare
			u.add(asRare, row, c, cell)
		default:
			slot = none
			u.add(asNone, row, c, cell)
		}
		slots[row] = int16(slot)
	}
	return slots
}

// encodeTargets encodes the targets where they are; a row without one holds
// NaN, which Read turns into an error.
func (e *Encoder) encodeTargets(s *encodedTable, g *grid.Grid) error {
	width := s.spec.TargetSize()
	s.y = make([]float32, g.Rows()*width)
	s.wrong = make(map[int]string)
	classes := parse.NewSpellings(e.Classes)
	missing := 0
	for k, t := range e.Targets {
		col := g.Find(t.Name)
		r, err := t.readsAs()
		if err != nil {
			return err
		}
		for row := range g.Rows() {
			at := row*width + k
			if col < 0 || e.untargeted(&r, classes, g.Cell(row, col)) {
				s.y[at] = float32(math.NaN())
				missing++
				continue
			}
			problem := ""
			if e.Task == Classification {
				class, known := classes.Find(g.Cell(row, col))
				if s.y[at] = float32(class); !known {
					problem = e.noClass(g, row, col)
				}
			} else if v, err := g.Value(row, col, &r); err != nil {
				problem = err.Error()
			} else if s.y[at], err = standardize(g, row, col, v, t.Mean, t.Std); err != nil {
				problem = err.Error()
			}
			if problem != "" {
				s.y[at] = float32(math.NaN())
				if len(s.wrong) < 100 {
					s.wrong[row] = problem
				}
			}
		}
	}
	if missing == len(s.y) {
		s.spec.Unlabeled, s.y = true, nil
	}
	return nil
}

// untargeted reports whether a target's cell has no value.
func (e *Encoder) untargeted(r *parse.Reading, classes *parse.Spellings, cell string) bool {
	if e.Task == Regression {
		return r.Missing(cell)
	}
	_, known := classes.Known[cell]
	return !known && parse.Missing(cell)
}

// noClass says that a cell holds no class that training had.
func (e *Encoder) noClass(g *grid.Grid, row, col int) string {
	cell, meant := g.Cell(row, col), ""
	if class := inOtherCase(cell, e.Classes); class != "" {
		meant = fmt.Sprintf("; did you mean %q?", class)
	}
	return fmt.Sprintf("%s: %q is no class of the training data%s; those are %s", g.At(row, col), cell, meant, naming.List(e.Classes))
}
