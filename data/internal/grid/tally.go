package grid

import "slices"

// Tally is a text that some rows of a run hold.
type Tally struct {
	Text  []byte // valid until the reader reads again
	Count int    // of the rows
	First int    // of these, among the rows that are visited
}

// Tallies visits the distinct cells of a run, in the order of their first rows, until
// visit returns false. Without decimals, those are left out that are plain decimals:
// they are numbers, and no word that could mean anything else.
func (r *Reader) Tallies(run Run, col int, decimals bool, visit func(Tally) bool) error {
	c, err := r.column(run, col)
	if err != nil {
		return err
	}
	if !decimals && c.kind == asNumbers {
		r.odd(run, &c, visit)
		return nil
	}
	cells := r.cellsOf(&c, r.at(run))
	r.count(cells.Codes, cells.Texts())
	for _, code := range r.order {
		if !visit(Tally{cells.Text(int(code)), int(r.counts[code]), run.From + int(r.firsts[code])}) {
			break
		}
	}
	return nil
}

// EachCell visits what the cells of a column mean, row by row; mean is asked once for
// a text of each block.
func (g *Grid) EachCell(col int, mean func(text []byte) int32, visit func(int32)) {
	r := NewReader(g)
	var meant []int32
	for _, run := range g.Runs(nil) {
		cells, err := r.Cells(run, col)
		if err != nil {
			panic(Unread{err})
		}
		meant = meant[:0]
		for code := range cells.Texts() {
			meant = append(meant, mean(cells.Text(code)))
		}
		for _, code := range cells.Codes {
			visit(meant[code])
		}
	}
}

// HasPoints reports whether numbers of a column may have digits behind a point.
func (g *Grid) HasPoints(col int) bool {
	r := NewReader(g)
	return slices.ContainsFunc(g.Runs(nil), func(run Run) bool { return r.HasPoints(run, col) })
}

// HasPoints reports whether numbers of a run's block may have digits behind a point.
func (r *Reader) HasPoints(run Run, col int) bool {
	c, err := r.column(run, col)
	if err != nil {
		panic(Unread{err})
	}
	return c.kind == asTexts || c.texts > 0 || c.forms != nil || c.form > 0
}

// count counts how often each code occurs.
func (r *Reader) count(codes []uint16, n int) {
	r.counts, r.firsts, r.order = zeros(r.counts, n), zeros(r.firsts, n), r.order[:0]
	for i, code := range codes {
		if r.counts[code] == 0 {
			r.firsts[code] = uint32(i)
			r.order = append(r.order, code)
		}
		r.counts[code]++
	}
}

// zeros returns n zeros, in the memory of s if it has room.
func zeros(s []uint32, n int) []uint32 {
	if cap(s) < n {
		return make([]uint32, n+n/4)[:n]
	}
	s = s[:n]
	clear(s)
	return s
}

// odd visits the texts between numbers.
func (r *Reader) odd(run Run, c *column, visit func(Tally) bool) {
	if c.texts == 0 {
		return
	}
	r.counts, r.firsts, r.order = zeros(r.counts, c.texts), zeros(r.firsts, c.texts), r.order[:0]
	for i, place := range r.at(run) {
		form := c.form
		if c.forms != nil {
			form = c.forms[place]
		}
		if form <= maxDigits {
			continue
		}
		code := uint16(form - maxDigits - 1)
		if r.counts[code] == 0 {
			r.firsts[code] = uint32(i)
			r.order = append(r.order, code)
		}
		r.counts[code]++
	}
	for _, code := range r.order {
		if !visit(Tally{c.textAt(int(code)), int(r.counts[code]), run.From + int(r.firsts[code])}) {
			return
		}
	}
}

// Tallies visits the cells of a column, each as often as blocks hold it, in the order
// of the first rows within each; see [Reader.Tallies]. It stops when visit returns
// false.
func (g *Grid) Tallies(col int, decimals bool, visit func(Tally) bool) {
	r := NewReader(g)
	for _, run := range g.Runs(nil) {
		going := true
		err := r.Tallies(run, col, decimals, func(t Tally) bool {
			going = visit(t)
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
