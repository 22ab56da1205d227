package data

import (
	"errors"
	"fmt"
	"strings"
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
func doubtful(g *grid, col, distinct int) error {
	if err := strayWords(g, col); err != nil {
		return err
	}
	name := g.columns[col]
	switch {
	case distinct == g.rows() && distinct > fewIntegers:
		return fmt.Errorf("data: %s: the target %q is different in each of %d rows, so that it names them, and what is learned from one says nothing about another; name another target: %w",
			g.file, name, g.rows(), ErrDoubtfulTarget)
	case distinct > manyClasses && distinct > g.rows()/2:
		return fmt.Errorf("data: %s: the target %q has %d classes in %d rows, few of each to learn from; name another target: %w",
			g.file, name, distinct, g.rows(), ErrDoubtfulTarget)
	}
	return nil
}

// strayWords refuses amounts among which a few cells hold words.
func strayWords(g *grid, col int) error {
	words := make(map[string]int)
	numbers := make(map[float64]bool)
	var lines []string
	first, text, whole := -1, 0, true
	for row := range g.rows() {
		cell := g.cell(row, col)
		if v, ok := anyNumber(cell); ok {
			numbers[v] = true
			whole = whole && v == float64(int64(v))
			continue
		}
		if text++; first < 0 {
			first = row
		}
		if len(lines) < 5 {
			lines = append(lines, fmt.Sprint(g.line(row)))
		}
		words[cell]++
	}
	few := text <= max(1, g.rows()/20) || len(words) <= 5
	amounts := len(numbers) > fewIntegers || !whole && len(numbers) > fewIntegers/2
	if !few || !amounts || 2*text >= g.rows() {
		return nil
	}
	where := "line " + lines[0]
	if text > 1 {
		where = "lines " + strings.Join(lines, ", ")
	}
	if text > len(lines) {
		where += fmt.Sprintf(" and %d more", text-len(lines))
	}
	return fmt.Errorf("%s: %q is not a number, and %d of %d values of the target are (all but %s); leave such cells empty to have their rows left out: %w",
		g.at(first, col), g.cell(first, col), g.rows()-text, g.rows(), where, ErrDoubtfulTarget)
}
