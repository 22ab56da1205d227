package data

import (
	"fmt"

	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// Words is the text of a cell cut into words, any run of which can be left out, to see
// what a model goes by. A word is letters and digits, also around an apostrophe, a letter of a
// language without blanks between words, or other characters that stand side by side.
// It is for one goroutine at a time.
type Words struct {
	Text  string   // as it is read: without blanks around it, accents composed, U+FFFD for each byte that is no UTF-8; "" of a missing one
	Spans [][2]int // where each word begins and ends in Text, in bytes

	of *feature.Words
}

// Words cuts the text of a cell of the column into words. It is an error if the column is
// not one of text.
func (c Column) Words(cell string) (*Words, error) {
	if c.Kind != parse.TextKind || c.Text == nil {
		return nil, fmt.Errorf("data: column %q is no text to be cut into words", c.Name)
	}
	of := c.Text.text().Words(cell)
	return &Words{of.Cell, of.Spans, of}, nil
}

// Encode writes the features of the column, as many as there are, without the words from one to before another,
// in whose place a blank stands: the bits of the cell that is left. If there are none to
// leave out, the text is whole.
func (w *Words) Encode(x []float32, from, before int) { w.of.Encode(x, from, before) }

// TextOf returns the cell of a column of text in a row of a set, as it stood in the
// table. Sets that an [Encoder] makes of tables have it, and views of these.
func TextOf(s Source, row int, column string) (text string, err error) {
	if row < 0 || row >= s.Len() {
		return "", fmt.Errorf("data: there is no row %d; the set has rows 0 to %d", row, s.Len()-1)
	}
	switch s := s.(type) {
	case *subset:
		return TextOf(s.of, s.rows[row], column)
	case *encodedTable:
		if s.texts != nil && s.texts.Find(column) >= 0 {
			defer grid.Recover(&err)
			return s.texts.Cell(row, s.texts.Find(column)), nil
		}
	}
	return "", fmt.Errorf("data: %s does not know the text of column %q", s.Spec().name(), column)
}
