package data

import (
	"io"
	"slices"

	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// Cells are what the cells of a column say: numbers, NaN where one is missing and dates in
// days since 1970; or texts.
type Cells struct {
	Numbers []float64
	Texts   []string
}

// ReadCells reads the named columns of a table as an encoder does that has them, without
// making features of them, for networks that do. Of a column its Name, Kind, Notation,
// Form, Absent, Levels, Rare and Missing count. A level is spelt as in Levels if one is
// meant, and "" is a missing one. name stands for the table in messages. Notes say what was
// passed over in the table, and what it holds that training did not have, as those of
// [Encoder.EncodeCSV]; a category without Levels takes any text as it stands.
func ReadCells(r io.Reader, name string, columns []Column) (cells []Cells, notes []string, err error) {
	g, err := readGrid(r, name)
	if err != nil {
		return nil, nil, err
	}
	return columnsOf(g, columns)
}

// OpenCells is [ReadCells] of a table by what a user names, as [Open] takes it.
func OpenCells(path string, columns []Column) (cells []Cells, notes []string, err error) {
	g, err := openGrid(path)
	if err != nil {
		return nil, nil, err
	}
	return columnsOf(g, columns)
}

// columnsOf reads the columns of a grid.
func columnsOf(g *grid.Grid, columns []Column) ([]Cells, []string, error) {
	var names, absent []string
	for _, c := range columns {
		names = append(names, c.Name)
		if g.Find(c.Name) < 0 {
			absent = append(absent, c.Name)
		}
	}
	if len(absent) > 0 {
		return nil, nil, absentError(g.File, absent, names, g.Columns)
	}
	list := make([]Cells, len(columns))
	reader := grid.NewReader(g)
	var unknown feature.Unknowns
	for i, c := range columns {
		reading, err := c.readsAs()
		if err != nil {
			return nil, nil, err
		}
		at := g.Find(c.Name)
		for _, run := range g.Runs(nil) {
			if c.Kind == parse.CategoryKind {
				err = list[i].levels(reader, run, at, &c, &unknown)
			} else {
				err = list[i].numbers(reader, run, at, &c, &reading, &unknown)
			}
			if err != nil {
				return nil, nil, err
			}
		}
	}
	return list, append(slices.Clone(g.Notes), unknown.Notes(g.Rows())...), nil
}

// numbers adds the numbers of some rows.
func (to *Cells) numbers(reader *grid.Reader, run grid.Run, at int, c *Column, reading *parse.Reading, unknown *feature.Unknowns) error {
	values, err := reader.Floats(run, at, reading)
	for i, v := range values {
		if v != v && !c.Missing {
			unknown.Add(feature.AsMedian, run.From+i, c.Name, nil, "")
		}
	}
	to.Numbers = append(to.Numbers, values...)
	return err
}

// levels adds the levels of some rows.
func (to *Cells) levels(reader *grid.Reader, run grid.Run, at int, c *Column, unknown *feature.Unknowns) error {
	cells, err := reader.Cells(run, at)
	if err != nil {
		return err
	}
	levels, open := feature.NewCategory(c.Levels, c.Rare, c.Missing), len(c.Levels)+len(c.Rare) == 0
	texts, fates := make([]string, cells.Texts()), make([]feature.Fate, cells.Texts())
	for code := range texts {
		text := string(cells.Text(code))
		slot, fate := levels.Slot(text)
		switch {
		case open:
			fate = feature.Known
		case slot != feature.None && slot < len(c.Levels):
			text = c.Levels[slot]
		case fate == feature.AsNoLevel, fate == feature.Known && parse.Missing(text):
			text = ""
		}
		texts[code], fates[code] = text, fate
	}
	for i, code := range cells.Codes {
		to.Texts = append(to.Texts, texts[code])
		unknown.Add(fates[code], run.From+i, c.Name, levels, texts[code])
	}
	return nil
}
