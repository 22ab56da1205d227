package data

import (
	"fmt"
	"io"
	"math"

	"descent/data/internal/fault"
	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parallel"
	"descent/data/internal/parse"
	"descent/data/internal/scratch"
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

// encodeGrid encodes the columns of a table, without images, some rows at a time on
// all cores.
func (e *Encoder) encodeGrid(g *grid.Grid, name string) (*encodedTable, error) {
	if err := e.mustHaveColumns(g); err != nil {
		return nil, err
	}
	s, names, err := e.columns()
	if err != nil {
		return nil, err
	}
	var cols []int
	for i, column := range names {
		cols = append(cols, g.Find(column))
		if _, ok := s.columns[i].packing.Feature().(*feature.Text); ok {
			s.texts = g
		}
	}
	s.spec, s.file, s.lines, s.n, s.notes = e.spec(name), g.File, g.Lines, g.Rows(), g.Notes
	if s.rows, err = scratch.NewRecords(s.n, s.size); err != nil {
		return nil, err
	}
	runs := g.Runs(nil)
	readers, buffers := make([]*grid.Reader, parallel.Workers()), make([][]byte, parallel.Workers())
	odd := make([][]feature.Odd, len(runs)) // cells whose like training did not have
	err = parallel.Each(len(runs), func(worker, i int) (err error) {
		if readers[worker] == nil {
			readers[worker] = grid.NewReader(g)
		}
		buffer := s.rows.Room(runs[i].From, runs[i].To, &buffers[worker])
		if odd[i], err = s.encodeRun(readers[worker], g, runs[i], cols, buffer); err != nil {
			return err
		}
		return s.rows.Put(runs[i].From, buffer)
	})
	if err != nil {
		return nil, err
	}
	for i, c := range s.columns {
		for _, some := range odd {
			s.unknown.Gather(g.Columns[cols[i]], c.packing.Feature(), i, some)
		}
	}
	if e.Task == MultiLabel {
		e.encodeLabels(s, g)
	} else if err := e.encodeTargets(s, g); err != nil {
		return nil, err
	}
	return s, e.encodeWeights(s, g)
}

// columns returns a table without rows, and the names of the columns that become
// features.
func (e *Encoder) columns() (s *encodedTable, names []string, err error) {
	s = new(encodedTable)
	for i := range e.Columns {
		f, err := e.Columns[i].feature()
		if err != nil {
			return nil, nil, err
		}
		if f != nil {
			s.add(f)
			names = append(names, e.Columns[i].Name)
		}
	}
	return s, names, nil
}

// encodeRun encodes the columns of some rows to their records.
func (s *encodedTable) encodeRun(r *grid.Reader, g *grid.Grid, run grid.Run, cols []int, to []byte) (odd []feature.Odd, err error) {
	for i := range s.columns {
		c := &s.columns[i]
		if category, ok := c.packing.Feature().(*feature.Category); ok {
			cells, err := r.Cells(run, cols[i])
			if err != nil {
				return nil, err
			}
			odd = s.encodeLevels(category, cells, i, run.From, to, odd)
			continue
		}
		if text, ok := c.packing.Feature().(*feature.Text); ok {
			cells, err := r.Cells(run, cols[i])
			if err != nil {
				return nil, err
			}
			packer := text.Packer()
			for j, code := range cells.Codes {
				packer.Pack(to[j*s.size+c.from:][:c.packing.Size()], string(cells.Text(int(code))))
			}
			continue
		}
		reading := c.packing.Reading()
		values, err := r.Floats(run, cols[i], &reading)
		if err != nil {
			return nil, err
		}
		var fates []feature.Odd
		for j, v := range values {
			fate, err := c.packing.Pack(to[j*s.size+c.from:], v)
			if err != nil {
				return nil, cellError(g.At(run.Row(run.From+j), cols[i]), err)
			}
			if fate != feature.Known {
				fates = feature.AddOdd(fates, feature.Odd{Column: i, Fate: fate}, run.From+j)
			}
		}
		odd = append(odd, fates...)
	}
	return odd, nil
}

// encodeLevels encodes the levels of some rows.
func (s *encodedTable) encodeLevels(f *feature.Category, cells *grid.Cells, column, from int, to []byte, odd []feature.Odd) []feature.Odd {
	type place struct {
		slot int
		odd  int // where it is counted, or -1
	}
	c := &s.columns[column]
	places := make([]place, cells.Texts())
	kinds := make([]feature.Odd, 0)
	for code := range places {
		text := string(cells.Text(code))
		slot, fate := f.Slot(text)
		places[code] = place{slot, -1}
		if fate == feature.Known {
			continue
		}
		if fate == feature.AsNoLevel {
			text = ""
		}
		places[code].odd = len(kinds)
		kinds = append(kinds, feature.Odd{Column: column, Fate: fate, Text: text})
	}
	for j, code := range cells.Codes {
		p := &places[code]
		c.packing.PackSlot(to[j*s.size+c.from:], p.slot)
		if p.odd >= 0 {
			kinds[p.odd].Rows = append(kinds[p.odd].Rows, int32(from+j))
		}
	}
	return append(odd, feature.InOrder(kinds)...)
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
		if col < 0 {
			for row := range g.Rows() {
				s.y[row*width+k] = float32(math.NaN())
			}
			missing += g.Rows()
			continue
		}
		read := func(row int, cell string) (y float32, problem string) {
			switch {
			case e.untargeted(&r, classes, cell):
				missing++
				return float32(math.NaN()), ""
			case e.Task == Classification:
				class, known := classes.Find(cell)
				if !known {
					problem = e.noClass(g, row, col)
				}
				return float32(class), problem
			}
			v, err := g.Value(row, col, &r)
			if err != nil {
				return 0, err.Error()
			}
			if y, err = feature.Standardize(v, t.Mean, t.Std); err != nil {
				problem = cellError(g.At(row, col), err).Error()
			}
			return y, problem
		}
		reader := grid.NewReader(g)
		for _, run := range g.Runs(nil) {
			if e.Task == Regression {
				if n, ok := s.putNumbers(reader, run, col, k, &r, &t); ok {
					missing += n
					continue
				}
			}
			cells, err := reader.Cells(run, col)
			if err != nil {
				return err
			}
			s.putTargets(cells, run, k, read)
		}
	}
	if missing == len(s.y) {
		s.spec.Unlabeled, s.y = true, nil
	}
	return nil
}

// putNumbers encodes targets of some rows, and reports how many are missing, if all
// others are numbers.
func (s *encodedTable) putNumbers(reader *grid.Reader, run grid.Run, col, k int, r *parse.Reading, t *Target) (missing int, ok bool) {
	values, err := reader.Floats(run, col, r)
	if err != nil {
		return 0, false
	}
	width := s.spec.TargetSize()
	for i, v := range values {
		y := &s.y[(run.From+i)*width+k]
		if v != v {
			*y = float32(math.NaN())
			missing++
		} else if *y, err = feature.Standardize(v, t.Mean, t.Std); err != nil {
			return 0, false
		}
	}
	return missing, true
}

// putTargets encodes targets of some rows; read says what a cell becomes, or what is
// wrong with it, and is asked once for cells that are alike and right.
func (s *encodedTable) putTargets(cells *grid.Cells, run grid.Run, k int, read func(row int, cell string) (float32, string)) {
	width := s.spec.TargetSize()
	known, asked := make([]float32, cells.Texts()), make([]bool, cells.Texts())
	for i, code := range cells.Codes {
		row := run.From + i
		y := &s.y[row*width+k]
		if asked[code] {
			*y = known[code]
			continue
		}
		problem := ""
		if *y, problem = read(row, string(cells.Text(int(code)))); problem == "" && *y == *y {
			known[code], asked[code] = *y, true
		}
		if problem != "" {
			*y = float32(math.NaN())
			if len(s.wrong) < 100 {
				s.wrong[row] = problem
			}
		}
	}
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
