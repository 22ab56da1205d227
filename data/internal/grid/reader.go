package grid

import (
	"math"
	"slices"
	"sort"

	"descent/data/internal/fault"
	"descent/data/internal/parse"
)

// Run is some of the rows that are visited, which stand in one block.
type Run struct {
	block    *block
	From, To int // among the rows that are visited
	rows     []int
}

// Runs cuts the given rows into those of blocks; nil means all.
func (g *Grid) Runs(rows []int) []Run {
	var runs []Run
	n := g.n
	if rows != nil {
		n = len(rows)
	}
	for i := 0; i < n; {
		row := i
		if rows != nil {
			row = rows[i]
		}
		b := g.blockOf(g.Lines.under(row))
		end := b.from + b.rows // of the rows that were read
		j := i + 1
		switch {
		case rows == nil && g.Lines.kept == nil:
			j = min(n, end)
		case rows == nil:
			j += sort.Search(n-j, func(k int) bool { return int(g.Lines.kept[j+k]) >= end })
		default:
			for j < n && rows[j] >= rows[j-1] && g.Lines.under(rows[j]) < end {
				j++
			}
		}
		runs = append(runs, Run{b, i, j, rows})
		i = j
	}
	return runs
}

// blockOf returns the block of a row that was read.
func (g *Grid) blockOf(row int) *block {
	i := sort.Search(len(g.blocks), func(i int) bool { return g.blocks[i].from > row }) - 1
	return &g.blocks[i]
}

// Row returns the row of the grid that is visited as number i.
func (r *Run) Row(i int) int {
	if r.rows != nil {
		return r.rows[i]
	}
	return i
}

// is reports whether runs are of the same rows.
func (r *Run) is(other Run) bool {
	same := r.block == other.block && r.From == other.From && r.To == other.To && len(r.rows) == len(other.rows)
	return same && (len(r.rows) == 0 || &r.rows[0] == &other.rows[0])
}

// Reader reads the cells of runs. It is for one goroutine; what it returns is valid
// until it reads again.
type Reader struct {
	grid   *Grid
	buffer []byte
	places []uint16 // of the rows of a run in their block
	run    Run      // of these
	values []float64
	cells  Cells
	known  []float64 // the value of each text
	bad    []error
	number []byte
	slot   []uint16
	digits []int64
	forms  []uint8
	counts []uint32 // of each text
	firsts []uint32
	order  []uint16
}

// NewReader returns a reader of a table.
func NewReader(g *Grid) *Reader { return &Reader{grid: g} }

// at finds the rows of a run in their block.
func (r *Reader) at(run Run) []uint16 {
	if r.places != nil && r.run.is(run) {
		return r.places
	}
	n, from := run.To-run.From, run.block.from
	r.run, r.places = run, slices.Grow(r.places[:0], n)[:n]
	switch {
	case r.grid.Lines.kept != nil:
		for i := range r.places {
			r.places[i] = uint16(r.grid.Lines.under(run.Row(run.From+i)) - from)
		}
	case run.rows != nil:
		for i, row := range run.rows[run.From:run.To] {
			r.places[i] = uint16(row - from)
		}
	default:
		for i := range r.places {
			r.places[i] = uint16(run.From + i - from)
		}
	}
	return r.places
}

// column reads a column of a run's block.
func (r *Reader) column(run Run, col int) (c column, err error) {
	c, r.buffer, err = r.grid.shelf.column(run.block, col, r.buffer)
	return c, err
}

// Floats returns the numbers or dates of a run as a column is read, NaN where one is
// missing. The error names the first cell that is neither.
func (r *Reader) Floats(run Run, col int, reading *parse.Reading) ([]float64, error) {
	c, err := r.column(run, col)
	if err != nil {
		return nil, err
	}
	places := r.at(run)
	r.values = slices.Grow(r.values[:0], len(places))[:len(places)]
	plain := r.grid.IsPlain(col)
	direct := reading.Form == "" && (plain || reading.Notation.Plain())
	if c.kind == asTexts || !direct {
		cells := r.cellsOf(&c, places)
		r.know(cells.Texts(), cells.Text, reading, plain)
		for i, code := range cells.Codes {
			if r.values[i] = r.known[code]; r.bad[code] != nil {
				return nil, r.failed(run, i, col, r.bad[code])
			}
		}
		return r.values, nil
	}
	r.know(c.texts, c.textAt, reading, plain)
	if c.forms == nil && c.form <= maxDigits && c.width > 0 {
		r.alike(&c, places)
		return r.values, nil
	}
	for i, place := range places {
		digits, form := c.number(int(place))
		if form <= maxDigits {
			r.values[i] = valueOf(digits, form)
			continue
		}
		code := form - maxDigits - 1
		if r.values[i] = r.known[code]; r.bad[code] != nil {
			return nil, r.failed(run, i, col, r.bad[code])
		}
	}
	return r.values, nil
}

// alike reads numbers that all have as many digits behind the point.
func (r *Reader) alike(c *column, places []uint16) {
	behind := int(c.form)
	for i, place := range places {
		digits, _ := c.number(int(place))
		r.values[i] = valueOf(digits, behind)
	}
}

// know reads texts as numbers or dates.
func (r *Reader) know(n int, text func(i int) []byte, reading *parse.Reading, plain bool) {
	r.known, r.bad = r.known[:0], r.bad[:0]
	for i := range n {
		v, err := math.NaN(), error(nil)
		if cell := text(i); len(cell) > 0 {
			v, err = reading.Value(string(cell), plain)
		}
		r.known, r.bad = append(r.known, v), append(r.bad, err)
	}
}

// failed says where a cell is that cannot be read.
func (r *Reader) failed(run Run, i, col int, err error) error {
	return fault.Errorf(fault.ErrCell, "%s: %w", r.grid.At(run.Row(run.From+i), col), err)
}

// Cells are the cells of a run: for each row the number of its text.
type Cells struct {
	Codes  []uint16
	column column
	reader *Reader
}

// Texts returns how many texts there are, some of which may be those of no row.
func (c *Cells) Texts() int {
	if c.column.kind == asTexts {
		return c.column.texts
	}
	return len(c.reader.forms)
}

// Text returns a text, which is valid until the next call.
func (c *Cells) Text(code int) []byte {
	r := c.reader
	switch {
	case c.column.kind == asTexts:
		return c.column.textAt(code)
	case r.forms[code] > maxDigits:
		return c.column.textAt(int(r.forms[code]) - maxDigits - 1)
	}
	r.number = appendDecimal(r.number[:0], r.digits[code], int(r.forms[code]))
	return r.number
}

// Cells returns the cells of a run as texts.
func (r *Reader) Cells(run Run, col int) (*Cells, error) {
	c, err := r.column(run, col)
	if err != nil {
		return nil, err
	}
	return r.cellsOf(&c, r.at(run)), nil
}

// cellsOf numbers the distinct cells of some rows.
func (r *Reader) cellsOf(c *column, places []uint16) *Cells {
	cells := &r.cells
	cells.column, cells.reader = *c, r
	cells.Codes = slices.Grow(cells.Codes[:0], len(places))[:len(places)]
	if c.kind == asTexts {
		for i, place := range places {
			cells.Codes[i] = uint16(c.code(int(place)))
		}
		return cells
	}
	size := 16
	for size < 2*len(places) {
		size *= 2
	}
	if len(r.slot) != size {
		r.slot = make([]uint16, size)
	} else {
		clear(r.slot)
	}
	r.digits, r.forms = r.digits[:0], r.forms[:0]
	mask := uint64(size - 1)
	for i, place := range places {
		digits, form := c.number(int(place))
		if form > maxDigits {
			digits = 0 // which may be any
		}
		at := (uint64(digits)<<5 + uint64(form)) * 0x9e3779b97f4a7c15 >> 20 & mask
		for {
			if r.slot[at] == 0 {
				r.digits, r.forms = append(r.digits, digits), append(r.forms, uint8(form))
				r.slot[at] = uint16(len(r.forms))
			}
			if code := int(r.slot[at]) - 1; r.digits[code] == digits && int(r.forms[code]) == form {
				cells.Codes[i] = uint16(code)
				break
			}
			at = (at + 1) & mask
		}
	}
	return cells
}
