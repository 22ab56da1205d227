package grid

import (
	"iter"

	"descent/data/internal/parse"
)

// UniqueCell is a cell that a column holds, once or more.
type UniqueCell struct {
	Text  string
	Count int
	Row   int  // the first
	Later bool // it is none of the first cells, and may come again: each of its cells counts as one
}

// Uniques are the cells of a column that are there, each once, in the order of
// their first rows. Of a column that holds very many, those behind the first ones
// come as often as blocks of the table hold them, so that they need not be kept.
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
	g.Tallies(col, true, func(t Tally) bool {
		if i, met := u.at[string(t.Text)]; met {
			u.First[i].Count += t.Count
			return true
		}
		text := string(t.Text)
		switch {
		case parse.Missing(text):
		case len(u.First) == MaxUnique:
			u.after = min(u.after, t.First)
		default:
			u.at[text] = len(u.First)
			u.First = append(u.First, UniqueCell{Text: text, Count: t.Count, Row: t.First})
		}
		return true
	})
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
		if u.after == u.grid.Rows() {
			return
		}
		r := NewReader(u.grid)
		for _, run := range u.grid.Runs(nil) {
			if run.To <= u.after {
				continue
			}
			going := true
			err := r.Tallies(run, u.col, true, func(t Tally) bool {
				if _, met := u.at[string(t.Text)]; met {
					return true
				}
				if text := string(t.Text); !parse.Missing(text) {
					going = yield(UniqueCell{text, t.Count, t.First, true})
				}
				return going
			})
			if err != nil {
				panic(Unread{err})
			}
			if !going {
				return
			}
		}
	}
}
