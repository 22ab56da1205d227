package schema

import (
	"errors"
	"fmt"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// ErrDoubtfulTarget is wrapped by the error of a target of text that is hardly
// meant to be classes. The task Classification takes it as it is.
var ErrDoubtfulTarget = errors.New("is it meant to be classes?")

// manyClasses is from how many classes on a target needs more rows than two a
// class, unless classification is asked for.
const manyClasses = 200

// doubtful refuses a target of text that is hardly meant to be classes: one
// that is different in every row, has about as many classes as rows, or is
// numbers but for a few words.
func doubtful(g *grid.Grid, col, distinct int) error {
	if err := strayWords(g, col); err != nil {
		return err
	}
	name, lists := g.Columns[col], ""
	if example := listIn(g, col); example != "" {
		lists = fmt.Sprintf(", or, as cells such as %q look like lists of labels, task multilabel", example)
	}
	switch {
	case distinct == g.Rows() && distinct > fewIntegers:
		return fmt.Errorf("data: %s: the target %q is different in each of %d rows, so that it names them, and what is learned from one says nothing about another; name another target%s: %w",
			g.File, name, g.Rows(), lists, ErrDoubtfulTarget)
	case distinct > manyClasses && distinct > g.Rows()/2:
		return fmt.Errorf("data: %s: the target %q has %d classes in %d rows, few of each to learn from; name another target%s: %w",
			g.File, name, distinct, g.Rows(), lists, ErrDoubtfulTarget)
	}
	return nil
}

// strayWords refuses amounts among which a few cells hold words.
func strayWords(g *grid.Grid, col int) error {
	words := make(map[string]bool)
	numbers := make(map[float64]bool)
	first, text, whole := -1, 0, true
	g.Tallies(col, true, func(t grid.Tally) bool {
		cell := string(t.Text)
		if v, ok := parse.AnyNumber(cell); ok {
			if len(numbers) <= fewIntegers {
				numbers[v] = true
			}
			whole = whole && v == float64(int64(v))
			return true
		}
		if text += t.Count; first < 0 {
			first = t.First
		}
		if first = min(first, t.First); len(words) <= 5 {
			words[cell] = true
		}
		return true
	})
	few := text <= max(1, g.Rows()/20) || len(words) <= 5
	amounts := len(numbers) > fewIntegers || !whole && len(numbers) > fewIntegers/2
	if !few || !amounts || 2*text >= g.Rows() {
		return nil
	}
	var rows []int
	for row := first; row < g.Rows() && len(rows) < 5; row++ {
		if _, ok := parse.AnyNumber(g.Cell(row, col)); !ok {
			rows = append(rows, row)
		}
	}
	where := g.Lines.Places(rows)
	if text > len(rows) {
		where += fmt.Sprintf(" and %d more", text-len(rows))
	}
	return fmt.Errorf("%s: %q is not a number, and %d of %d values of the target are (all but %s); leave such cells empty to have their rows left out: %w",
		g.At(first, col), g.Cell(first, col), g.Rows()-text, g.Rows(), where, ErrDoubtfulTarget)
}
