package data

import (
	"fmt"
	"io"
	"math"

	"descent/data/internal/fault"
	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
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
	return e.encodeTable(g, name, ImageConfig{})
}

// mustHaveColumns refuses a table that lacks columns of training.
func (e *Encoder) mustHaveColumns(g *grid.Grid) error {
	if err := e.Validate(); err != nil {
		return err
	}
	if e.Kind == imageKind {
		return fmt.Errorf("data: the model was trained on images of %s, and %s is a table", naming.Shape(e.Shape), g.File)
	}
	var absent []string
	for _, name := range e.inputNames() {
		if g.Find(name) < 0 {
			absent = append(absent, name)
		}
	}
	if len(absent) > 0 {
		return absentError(g.File, absent, e.inputNames(), g.Columns)
	}
	return nil
}

// encodeGrid encodes the columns of a table, without images.
func (e *Encoder) encodeGrid(g *grid.Grid, name string) (*encodedTable, error) {
	if err := e.mustHaveColumns(g); err != nil {
		return nil, err
	}
	s := &encodedTable{spec: e.spec(name), file: g.File, lines: g.Lines, n: g.Rows(), notes: g.Notes}
	at := 0
	for i := range e.Columns {
		f, err := e.Columns[i].feature()
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		column, err := encodeColumn(g, e.Columns[i].Name, f, at, &s.unknown)
		if err != nil {
			return nil, err
		}
		s.columns = append(s.columns, column)
		at += f.Width()
	}
	if e.Task == MultiLabel {
		e.encodeLabels(s, g)
	} else if err := e.encodeTargets(s, g); err != nil {
		return nil, err
	}
	return s, e.encodeWeights(s, g)
}

// encodeColumn encodes the cells of a column, whose features begin at a place.
func encodeColumn(g *grid.Grid, name string, f feature.Feature, at int, u *feature.Unknowns) (encodedColumn, error) {
	c := encodedColumn{at: at}
	col := g.Find(name)
	plain := g.IsPlain(col)
	switch f := f.(type) {
	case *feature.Category:
		c.slots = make([]int16, g.Rows())
		for row := range c.slots {
			cell := g.Cell(row, col)
			slot, fate := f.Slot(cell)
			c.slots[row] = int16(slot)
			if fate == feature.AsNoLevel {
				cell = ""
			}
			u.Add(fate, row, name, f, cell)
		}
	case *feature.Number:
		c.values = make([]float32, g.Rows())
		if f.Missing {
			c.missing = make([]bool, g.Rows())
		}
		for row := range c.values {
			var to [2]float32
			fate, err := f.Encode(to[:], g.Cell(row, col), plain)
			if err != nil {
				return c, cellError(g.At(row, col), err)
			}
			c.values[row] = to[0]
			if f.Missing {
				c.missing[row] = to[1] != 0
			}
			u.Add(fate, row, name, f, "")
		}
	default:
		width := f.Width()
		c.dense = make([]float32, g.Rows()*width)
		for row := range g.Rows() {
			fate, err := f.Encode(c.dense[row*width:(row+1)*width], g.Cell(row, col), plain)
			if err != nil {
				return c, cellError(g.At(row, col), err)
			}
			u.Add(fate, row, name, f, "")
		}
	}
	return c, nil
}

// cellError says where a cell is that cannot be encoded.
func cellError(at string, err error) error { return fault.Errorf(fault.ErrCell, "%s: %w", at, err) }

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
			} else if s.y[at], err = feature.Standardize(v, t.Mean, t.Std); err != nil {
				problem = cellError(g.At(row, col), err).Error()
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
	if class := feature.InOtherCase(cell, e.Classes); class != "" {
		meant = fmt.Sprintf("; did you mean %q?", class)
	}
	return fmt.Sprintf("%s: %q is no class of the training data%s; those are %s", g.At(row, col), cell, meant, naming.List(e.Classes))
}
