package data

import "iter"

// uniqueCell is a cell that a column holds, once or more.
type uniqueCell struct {
	text  string
	count int
	row   int // the first
}

// uniqueCells are the cells of a column that are there, each once, in the order of
// their first rows. Of a column that holds very many, those behind the first ones
// come as often as they stand there, so that they need not be kept.
type uniqueCells struct {
	grid  *grid
	col   int
	first []uniqueCell
	at    map[string]int // of these
	after int            // the row from which others come; behind all rows if there are none
}

// maxUnique is how many cells are the first ones.
const maxUnique = 1 << 16

// uniqueIn finds the cells of a column.
func uniqueIn(g *grid, col int) uniqueCells {
	u := uniqueCells{grid: g, col: col, at: make(map[string]int), after: g.rows()}
	for row := range g.rows() {
		text := g.cell(row, col)
		if isMissing(text) {
			continue
		}
		i, met := u.at[text]
		if !met && len(u.first) == maxUnique {
			u.after = min(u.after, row)
			continue
		}
		if !met {
			i = len(u.first)
			u.at[text] = i
			u.first = append(u.first, uniqueCell{text: text, row: row})
		}
		u.first[i].count++
	}
	return u
}

// all visits the cells.
func (u uniqueCells) all() iter.Seq[uniqueCell] {
	return func(yield func(uniqueCell) bool) {
		for _, cell := range u.first {
			if !yield(cell) {
				return
			}
		}
		for row := u.after; row < u.grid.rows(); row++ {
			text := u.grid.cell(row, u.col)
			if _, met := u.at[text]; !met && !isMissing(text) && !yield(uniqueCell{text, 1, row}) {
				return
			}
		}
	}
}
