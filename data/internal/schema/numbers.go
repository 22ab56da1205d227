package schema

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strings"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// finding is what a column may be, before all columns are known.
type finding struct {
	parse.Reading
	want   string // asNumber or asDate, where it was asked for
	how    string // howComma or howPoint, or the order of dates
	target bool   // rows without it are left out

	explains    uint            // the marks that explain all numbers, a bit for each of [parse.AllMarks]
	ordersKnown bool            // of day and month, in dates
	example     grid.UniqueCell // which leaves a doubt
	notes       []string
}

// census counts the cells of a column that may be of numbers or dates.
type census struct {
	read, rows int               // distinct cells that are, and their rows
	fractions  bool              // some have a decimal mark or thousands
	words      []grid.UniqueCell // that mean missing among numbers
	others     []grid.UniqueCell // the first of those that are neither
	strange    int               // the rows of all of these
	digits     bool              // some of these have digits
}

// maxOthers is how many cells that are not read are kept: more are no words that
// recur.
const maxOthers = 3

// add counts a cell that is not read, and reports whether it is.
func (c *census) add(cell grid.UniqueCell, read bool) bool {
	switch {
	case read:
		c.rows += cell.Count
		if c.read++; cell.Later {
			c.read += cell.Count - 1
		}
	case parse.LooseWord(cell.Text):
		c.word(cell)
	default:
		c.strange += cell.Count
		c.digits = c.digits || strings.ContainsAny(cell.Text, parse.Digits)
		if cell.Later {
			cell.Count = 1
		}
		if len(c.others) <= maxOthers {
			c.others = append(c.others, cell)
		}
	}
	return read
}

// word counts a cell that means missing; there are few such words.
func (c *census) word(cell grid.UniqueCell) {
	for i := range c.words {
		if c.words[i].Text == cell.Text {
			c.words[i].Count += cell.Count
			return
		}
	}
	c.words = append(c.words, cell)
}

// agreed reports whether a column is what most of its cells are, where few
// words recur among them. A slip among many is an error.
func (f *finding) agreed(g *grid.Grid, col int, c census, what string) (bool, error) {
	if c.rows == 0 && (f.want == "" || len(c.others) == 0) {
		return false, nil
	}
	count, recur := c.strange, len(c.others) <= maxOthers && !c.digits
	for _, cell := range c.others {
		recur = recur && cell.Count > 1
	}
	switch {
	case count > 0 && f.want != "":
		return false, fmt.Errorf("%s: %q is not a %s, as was asked for%s", g.At(c.others[0].Row, col), c.others[0].Text, what, f.inOrder())
	case f.target && f.want == "" && (count > 0 || len(c.words) > 0 && c.read <= fewIntegers): // may be classes
		return false, nil
	case count == 0:
	case recur && c.read > fewIntegers && count <= c.rows:
	case c.rows >= 20 && c.read > fewIntegers && (count <= max(1, c.rows/100) || c.slips(count)):
		return false, fmt.Errorf("%s: %q is not a %s, and %d of %d values of this column are; leave the cell empty where a value is missing, or make the column a category",
			g.At(c.others[0].Row, col), c.others[0].Text, what, c.rows, c.rows+count)
	default:
		return false, nil
	}
	f.takeAbsent(g, col, c)
	return true, nil
}

// hopeless reports early whether a column is what its cells seldom are: so many are
// no words that mean missing, and not read, that [finding.agreed] will say no.
func (f *finding) hopeless(g *grid.Grid, cells grid.Uniques, read func(text string) bool) bool {
	if f.want != "" || f.how != "" {
		return false
	}
	var c census
	for cell := range cells.All() {
		if c.add(cell, read(cell.Text)); len(c.others) > maxOthers && c.strange > g.Rows()/9 && c.strange > 1 {
			return true
		}
	}
	return false
}

// mayBeNumber reports whether a cell is a number in any notation, with any unit.
func mayBeNumber(text string) bool {
	_, ok := parse.AnyNumber(text)
	return ok
}

// inOrder says in which order dates were asked for.
func (f *finding) inOrder() string {
	if name := parse.FormNames[f.how]; name != "" {
		return ", written " + name
	}
	return ""
}

// slips reports whether others are words among nine times as many numbers that
// are amounts: they are mostly different, or have fractions.
func (c *census) slips(count int) bool {
	if count*9 > c.rows || c.read*2 < c.rows && !c.fractions {
		return false
	}
	return !c.digits
}

// takeAbsent makes words mean missing, and notes them.
func (f *finding) takeAbsent(g *grid.Grid, col int, c census) {
	cells := append(c.words, c.others...)
	slices.SortFunc(cells, func(a, b grid.UniqueCell) int { return strings.Compare(a.Text, b.Text) })
	var said []string
	for _, cell := range cells {
		f.Absent = append(f.Absent, cell.Text)
		said = append(said, fmt.Sprintf("%q (%d cells, first in %s)", cell.Text, cell.Count, g.Place(cell.Row)))
	}
	are := "is"
	if len(said) > 1 {
		are = "are"
	}
	if len(said) > 0 && !f.target {
		f.notes = append(f.notes, fmt.Sprintf("column %q: %s %s read as missing; --category %q makes every cell a value like any", g.Columns[col], strings.Join(said, ", "), are, g.Columns[col]))
	}
}

// findNumbers finds out whether a column holds numbers, and which marks they
// may have. Where it holds some that no notation explains together, it fails.
func (f *finding) findNumbers(g *grid.Grid, col int, cells grid.Uniques) (bool, error) {
	if f.hopeless(g, cells, mayBeNumber) {
		return false, nil
	}
	var c census
	f.explains = 1<<len(parse.AllMarks) - 1
	plain, unit := true, commonUnit(cells)
	var marked figureCell // the first with marks, or else the first
	for cell := range cells.All() {
		fig := figureIn(cell, unit)
		if c.add(cell, fig.read) {
			plain = plain && fig.plain
			c.fractions = c.fractions || fig.Marked()
			f.explains &= fig.fits
			if c.read == 1 || fig.Marked() && !marked.Marked() {
				marked = fig
			}
		}
	}
	figures := figuresOf(cells, unit)
	if f.want == "" && (areAddresses(figures) || areTelephones(figures)) {
		return false, nil
	}
	if ok, err := f.findUnits(g, col, figures, c); !ok || err != nil {
		return false, err
	}
	if f.explains == 0 && len(c.others) > 0 && f.want == "" {
		return false, nil
	}
	if f.explains == 0 {
		return false, mixed(g, col, figures)
	}
	if err := f.narrow(g, col, figures); err != nil {
		return false, err
	}
	if ok, err := f.agreed(g, col, c, "number"); !ok || err != nil {
		return false, err
	}
	f.Kind = parse.NumberKind
	if plain && f.explains&(1<<parse.PointMarks) != 0 {
		f.Notation = parse.Notation{}
	} else {
		f.example = marked.UniqueCell
		f.choose(0)
	}
	return true, nil
}

// figureCell is a cell that may be a number.
type figureCell struct {
	grid.UniqueCell
	parse.Figure
	read  bool // it is
	plain bool // as programs write them
	fits  uint // the marks that it may have
}

// figureIn reads a cell of a column that has a common unit.
func figureIn(cell grid.UniqueCell, unit string) figureCell {
	c := figureCell{UniqueCell: cell}
	_, c.plain = parse.Number(cell.Text)
	var ok bool
	c.Figure, ok = parse.TakeApart(cell.Text)
	ok = ok && (c.After == unit || c.After == "" || isMoney(c.After))
	c.fits = c.ExplainedBy()
	if c.plain && c.fits&(1<<parse.PointMarks) == 0 { // infinity, and what programs write alone
		c.fits = 1 << parse.PointMarks
	}
	c.read = c.plain || ok && c.fits != 0
	return c
}

// figuresOf visits the cells that are numbers.
func figuresOf(u grid.Uniques, unit string) iter.Seq[figureCell] {
	return func(yield func(figureCell) bool) {
		for cell := range u.All() {
			if fig := figureIn(cell, unit); fig.read && !yield(fig) {
				return
			}
		}
	}
}

// narrow leaves the marks with the decimal mark that was asked for.
func (f *finding) narrow(g *grid.Grid, col int, figures iter.Seq[figureCell]) error {
	decimal := map[string]byte{howComma: ',', howPoint: '.'}[f.how]
	if decimal == 0 {
		return nil
	}
	var with uint
	for i, m := range parse.AllMarks {
		if m.Decimal == decimal {
			with |= 1 << i
		}
	}
	f.explains &= with
	if f.explains > 0 {
		return nil
	}
	odd := firstOf(figures, func(fig figureCell) bool { return fig.ExplainedBy()&with == 0 })
	return fmt.Errorf("%s: %q is not a number with a decimal %s, as was asked for", g.At(odd.Row, col), odd.Text, f.how)
}

// firstOf returns the first figure that is odd, or else the first.
func firstOf(figures iter.Seq[figureCell], odd func(figureCell) bool) (first figureCell) {
	begun := false
	for fig := range figures {
		if odd(fig) {
			return fig
		}
		if !begun {
			first, begun = fig, true
		}
	}
	return first
}

// hasMark reports whether marks explain a column.
func (f *finding) hasMark(i int) bool { return f.explains&(1<<i) != 0 }

// doubt reports whether the mark that all numbers have one of, with three
// digits behind it, may be the decimal mark or between thousands.
func (f *finding) doubt() bool {
	if f.Kind != parse.NumberKind || f.how != "" || parse.IsCurrency(f.Notation.Before) || parse.IsCurrency(f.Notation.After) {
		return false
	}
	return strings.Contains(f.example.Text, ",") && f.hasMark(parse.CommaMarks) && f.hasMark(parse.CommaGroups) ||
		strings.Contains(f.example.Text, ".") && f.hasMark(parse.PointMarks) && f.hasMark(parse.PointGroups)
}

// choose chooses the marks that explain a column, with the decimal mark given.
// Thousands get marks even if all numbers are less. Money has no three decimals.
func (f *finding) choose(decimal byte) {
	prefer := []int{parse.CommaGroups, parse.PointGroups, parse.PointMarks, parse.CommaMarks, 4, 5, 6, 7}
	money := parse.IsCurrency(f.Notation.Before) || parse.IsCurrency(f.Notation.After)
	if decimal == ',' || decimal == 0 && money && strings.Contains(f.example.Text, ".") && f.hasMark(parse.PointGroups) {
		prefer = []int{parse.PointGroups, parse.CommaMarks, 5, 7, parse.CommaGroups, parse.PointMarks, 4, 6}
	}
	for _, i := range prefer {
		if f.hasMark(i) {
			f.Notation.Marks = parse.AllMarks[i]
			return
		}
	}
}

// mixed names two cells that no notation explains together.
func mixed(g *grid.Grid, col int, figures iter.Seq[figureCell]) error {
	both := uint(1<<len(parse.AllMarks) - 1)
	for fig := range figures {
		own := fig.ExplainedBy()
		if both&own != 0 {
			both &= own
			continue
		}
		other := firstOf(figures, func(before figureCell) bool { return before.ExplainedBy()&own == 0 })
		return fmt.Errorf("%s: %q is a number as in %s, and %q in %s as in %s: no one notation explains the column; write all in one way, or make the column a category",
			g.At(other.Row, col), other.Text, exampleOf(other.Figure), fig.Text, g.Place(fig.Row), exampleOf(fig.Figure))
	}
	return nil
}

// exampleOf writes 1234.56 in the first notation that explains a figure.
func exampleOf(f parse.Figure) string {
	return parse.Notation{Marks: parse.AllMarks[bits.TrailingZeros(f.ExplainedBy())]}.String()
}
