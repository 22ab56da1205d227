// Package grid holds the text of tables, by column, and reads it from CSV and
// from JSON.
package grid

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"descent/data/internal/fault"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/data/internal/scratch"
)

// Grid is the text of a table: named columns, the cells of each, and the line
// that each row stands on.
type Grid struct {
	File    string // for messages
	Columns []string
	Lines   RowLines
	Notes   []string     // what was passed over
	Comma   rune         // between cells, if there is one
	Plain   bool         // numbers are as programs write them, whatever the notation of a column
	Types   []Type       // what each column is known to hold, if the table says so
	LeftOut []LeftOut    // columns that the file has, and that are not read
	spelt   map[int]bool // but for columns with text such as "1.234"

	n      int // rows
	blocks []block
	shelf  *shelf
	named  map[string]int
	last   *lastRead
}

// Rows returns the number of rows.
func (g *Grid) Rows() int { return g.n }

// Line returns the line of the file on which a row stands.
func (g *Grid) Line(row int) int { return g.Lines.Of(row) }

// Place says where a row stands, as it follows "in": the line, and the file if there
// are several.
func (g *Grid) Place(row int) string { return g.Lines.Place(row) }

// Cell returns the text of a cell, without blanks around it. To look at many cells of
// a column, [Grid.Runs] are faster.
func (g *Grid) Cell(row, col int) string {
	row = g.Lines.under(row)
	b := g.blockOf(row)
	var number [maxDigits + 3]byte
	if b.bytes != nil || col+1 >= len(b.at) {
		c, _, _ := g.shelf.column(b, col, nil)
		return string(c.cell(row-b.from, number[:0]))
	}
	return g.last.cell(g.shelf, b, col, row-b.from)
}

// lastRead remembers the column of a block in the file that was read last, of each
// column.
type lastRead struct {
	sync.Mutex
	columns map[int]readBlock
}

type readBlock struct {
	of     *block
	column column
}

// cell returns the text of a cell that stands in the file.
func (l *lastRead) cell(s *shelf, b *block, col, row int) string {
	l.Lock()
	read := l.columns[col]
	l.Unlock()
	if read.of != b {
		c, _, err := s.column(b, col, nil)
		if err != nil {
			panic(Unread{err})
		}
		read = readBlock{b, c}
		l.Lock()
		l.columns[col] = read
		l.Unlock()
	}
	var number [maxDigits + 3]byte
	return string(read.column.cell(row, number[:0]))
}

// Unread is the panic of [Grid.Cell] when the temporary file cannot be read.
type Unread struct{ error }

// Recover makes an error of a panic of [Grid.Cell]; it is to be deferred.
func Recover(err *error) {
	switch p := recover().(type) {
	case nil:
	case Unread:
		*err = p.error
	default:
		panic(p)
	}
}

// IsPlain reports whether the numbers of a column are as programs write them.
func (g *Grid) IsPlain(col int) bool { return g.Plain && !g.spelt[col] }

// At returns the place of a cell, to begin a message with.
func (g *Grid) At(row, col int) string {
	return fmt.Sprintf("data: %s, column %q", g.Lines.In(g.File, row), g.Columns[col])
}

// Index returns the number of a named column, or -1.
func (g *Grid) Index(name string) int {
	if i, there := g.named[name]; there {
		return i
	}
	return -1
}

// Keep leaves only the rows that a condition accepts.
func (g *Grid) Keep(wanted func(row int) bool) {
	var kept []int32
	for row := range g.n {
		switch ok := wanted(row); {
		case ok && kept != nil:
			kept = append(kept, int32(g.Lines.under(row)))
		case !ok && kept == nil: // the first that is not wanted
			kept = make([]int32, 0, g.n)
			for before := range row {
				kept = append(kept, int32(g.Lines.under(before)))
			}
		}
	}
	if kept != nil {
		g.Lines.kept, g.n = kept, len(kept)
	}
}

// Part returns a view of the rows from a number to another.
func (g *Grid) Part(from, to int) *Grid {
	view := *g
	view.n, view.Lines.kept = to-from, make([]int32, 0, to-from)
	for row := from; row < to; row++ {
		view.Lines.kept = append(view.Lines.kept, int32(g.Lines.under(row)))
	}
	return &view
}

// Bounds on a table: what is wider is no table, and what is longer would need
// other memory.
const (
	maxColumns = 1 << 16
	maxRows    = math.MaxInt32
)

// gridder makes a grid row by row.
type gridder struct {
	grid *Grid
	sheet
}

// newGrid returns a grid without columns.
func newGrid(file string) *Grid {
	return &Grid{File: file, named: make(map[string]int), shelf: &shelf{most: scratch.Budget(keptBytes, 16)}, last: &lastRead{columns: make(map[int]readBlock)}}
}

// begin takes the header, which stands in a line.
func (b *gridder) begin(file string, header []string, line int) error {
	b.grid = newGrid(file)
	numbers, fractions := 0, false
	for _, name := range header {
		if v, ok := parse.Number(name); ok {
			numbers++
			fractions = fractions || v != math.Trunc(v)
		}
	}
	if numbers > 0 && numbers == len(header) {
		return fmt.Errorf("data: %s, line %d holds numbers where the names of the columns should be; add a header line", file, line)
	}
	if 2*numbers >= len(header) && fractions { // years and pixels are whole
		b.grid.Notes = append(b.grid.Notes, fmt.Sprintf("line %d is taken for the names of the columns, though %d of %d are numbers; add a header line if there is none", line, numbers, len(header)))
	}
	for i, name := range header {
		if name == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		if err := b.column(name, line); err != nil {
			return err
		}
	}
	return nil
}

// column adds a column, in which the rows before have no value.
func (b *gridder) column(name string, line int) error {
	g := b.grid
	if j, there := g.named[name]; there {
		return fmt.Errorf("data: %s, line %d: columns %d and %d are both named %q; each needs its own name", g.File, line, j+1, len(g.Columns)+1, name)
	}
	if len(g.Columns) == maxColumns {
		return fmt.Errorf("data: %s, line %d: a table of more than %d columns is not read", g.File, line, maxColumns)
	}
	if !utf8.ValidString(name) {
		return notUTF8(g.File, line, len(g.Columns))
	}
	name = strings.Clone(name) // of the line that it was read with
	g.named[name] = len(g.Columns)
	g.Columns = append(g.Columns, name)
	b.stages = append(b.stages, stage{})
	return nil
}

// put takes a cell, without blanks around it, of the row that is read, which
// stands in a line.
func (b *gridder) put(col int, cell string, line int) error {
	s := &b.stages[col]
	s.pad(b.rows)
	b.taken += len(cell) + 1
	b.scratch = append(b.scratch[:0], cell...)
	if !s.add(b.scratch) {
		return notUTF8(b.grid.File, line, col)
	}
	return nil
}

func notUTF8(file string, line, col int) error {
	return fmt.Errorf("data: %s, line %d, column %d is not UTF-8; save the file as UTF-8, which Excel calls CSV UTF-8, or convert it, as in iconv -f WINDOWS-1252 -t UTF-8", file, line, col+1)
}

// next ends the row that is read.
func (b *gridder) next(line int) error {
	g := b.grid
	if g.n == maxRows {
		return fmt.Errorf("data: %s, line %d: a table of more than %d rows is not read", g.File, line, maxRows)
	}
	g.Lines.add(g.n, line)
	g.n++
	if b.rows++; b.full() {
		b.seal()
	}
	return nil
}

// seal makes the waiting rows a block.
func (b *gridder) seal() {
	bytes, at := b.pack(nil)
	b.grid.take(bytes, at, b.rows)
	b.reset()
}

// take keeps the bytes of the next block, and reports whether it has copied them.
func (g *Grid) take(bytes []byte, at []uint32, rows int) (copied bool) {
	b := block{rows: rows, at: at}
	if n := len(g.blocks); n > 0 {
		b.from = g.blocks[n-1].from + g.blocks[n-1].rows
	}
	copied = g.shelf.put(&b, bytes)
	g.blocks = append(g.blocks, b)
	return copied
}

// end returns the grid when all rows are there.
func (b *gridder) end() (*Grid, error) {
	g := b.grid
	if b.rows > 0 {
		b.seal()
	}
	if g.n == 0 {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s holds a header and no rows", g.File)
	}
	b.stages = nil
	return g, nil
}

// Value reads a cell of numbers or dates as a column is read.
func (g *Grid) Value(row, col int, r *parse.Reading) (float64, error) {
	v, err := r.Value(g.Cell(row, col), g.IsPlain(col))
	if err != nil {
		return 0, fault.Errorf(fault.ErrCell, "%s: %w", g.At(row, col), err)
	}
	return v, nil
}

// Find returns the number of the column of that name, however its accents are
// written, or -1.
func (g *Grid) Find(name string) int {
	if i := g.Index(name); i >= 0 {
		return i
	}
	return slices.IndexFunc(g.Columns, func(column string) bool { return naming.Normal(column) == naming.Normal(name) })
}

// FromRows makes a grid of columns and rows that a program gives, whose numbers
// are as programs write them. Rows count as lines, or as rows.
func FromRows(file string, columns []string, rows iter.Seq2[[]string, error], byRow bool) (*Grid, error) {
	if len(columns) == 0 {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s has no columns", file)
	}
	var b gridder
	b.grid = newGrid(file)
	b.grid.Plain, b.grid.Lines.ByRow = true, byRow
	unit := b.grid.Lines.unit()
	for i, name := range columns {
		if _, there := b.grid.named[name]; there || name == "" {
			return nil, fmt.Errorf("data: %s: column %d is named %q; each needs a name of its own", file, i+1, name)
		}
		if err := b.column(name, 1); err != nil {
			return nil, err
		}
	}
	row := 0
	for cells, err := range rows {
		row++
		switch {
		case err != nil:
			return nil, fmt.Errorf("data: %s, %s %d: %w", file, unit, row, err)
		case len(cells) != len(columns):
			return nil, fmt.Errorf("data: %s, %s %d has %d cells; there are %d columns", file, unit, row, len(cells), len(columns))
		}
		for col, cell := range cells {
			if err := b.put(col, strings.TrimSpace(cell), row); err != nil {
				return nil, err
			}
		}
		if err := b.next(row); err != nil {
			return nil, err
		}
	}
	return b.end()
}
