package grid

import (
	"iter"

	"descent/data/internal/parse"
)

// UniqueCell is a cell that a column holds, once or more.
type UniqueCell struct {
	Text  string
	Count int
	Row   int // the first
}

// Uniques are the cells of a column that are there, each once, in the order of
// their first rows. Of a column that holds very many, those behind the first ones
// come as often as they stand there, so that they need not be kept.
type Uniques struct {
	grid  *Grid
	col   int
	First []UniqueCell
	at    map[string]int // of these
	after int            // the row from which others come; behind all rows if there are none
}

// MaxUnique is how many cells are the first ones.
const MaxUnique = 1 << 16

// Unique finds the cells of a column.
func Unique(g *Grid, col int) Uniques {
	u := Uniques{grid: g, col: col, at: make(map[string]int), after: g.Rows()}
	for row := range g.Rows() {
		text := g.Cell(row, col)
		if parse.Missing(text) {
			continue
		}
		i, met := u.at[text]
		if !met && len(u.First) == MaxUnique {
			u.after = min(u.after, row)
			continue
		}
		if !met {
			i = len(u.First)
			u.at[text] = i
			u.First = append(u.First, UniqueCell{Text: text, Row: row})
		}
		u.First[i].Count++
	}
	return u
}

// All visits the cells.
func (u Uniques) All() iter.Seq[UniqueCell] {
	return func(yield func(UniqueCell) bool) {
		for _, cell := range u.First {
			if !yield(cell) {
				return
			}
		}
		for row := u.after; row < u.grid.Rows(); row++ {
			text := u.grid.Cell(row, u.col)
			if _, met := u.at[text]; !met && !parse.Missing(text) && !yield(UniqueCell{text, 1, row}) {
				return
			}
		}
	}
}
