package data

import (
	"io"

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
// Form, Absent and Levels count. A level is spelt as in Levels if one is meant, and "" is a
// missing one. name stands for the table in messages.
func ReadCells(r io.Reader, name string, columns []Column) ([]Cells, error) {
	g, err := readGrid(r, name)
	if err != nil {
		return nil, err
	}
	var names, absent []string
	for _, c := range columns {
		names = append(names, c.Name)
		if g.Find(c.Name) < 0 {
			absent = append(absent, c.Name)
		}
	}
	if len(absent) > 0 {
		return nil, absentError(g.File, absent, names, g.Columns)
	}
	list := make([]Cells, len(columns))
	reader := grid.NewReader(g)
	for i, c := range columns {
		reading, err := c.readsAs()
		if err != nil {
			return nil, err
		}
		levels := feature.NewCategory(c.Levels, nil, false)
		for _, run := range g.Runs(nil) {
			if c.Kind != parse.CategoryKind {
				values, err := reader.Floats(run, g.Find(c.Name), &reading)
				if err != nil {
					return nil, err
				}
				list[i].Numbers = append(list[i].Numbers, values...)
				continue
			}
			cells, err := reader.Cells(run, g.Find(c.Name))
			if err != nil {
				return nil, err
			}
			texts := make([]string, cells.Texts())
			for code := range texts {
				texts[code] = string(cells.Text(code))
				if slot, fate := levels.Slot(texts[code]); slot != feature.None {
					texts[code] = c.Levels[slot]
				} else if fate == feature.AsNoLevel {
					texts[code] = ""
				}
			}
			for _, code := range cells.Codes {
				list[i].Texts = append(list[i].Texts, texts[code])
			}
		}
	}
	return list, nil
}
