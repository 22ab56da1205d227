package grid

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"descent/data/internal/input"
	"descent/data/internal/parallel"
)

// piece is a chunk on its way to become rows.
type piece struct {
	text []byte
	cut  bool // the chunk is too long and ends within a record
	read chan rows
}

// rows are the records of a chunk. Lines are counted from 1, its first.
type rows struct {
	blocks []packed
	n      int // rows in them, or up to an error
	lines  int
	marks  RowLines
	odd    []odd
	err    error // of the record behind the last row
	line   int   // on which that is
}

// packed is the bytes of a block.
type packed struct {
	bytes []byte
	at    []uint32
	rows  int
}

// notText is the error of a cell that is not UTF-8, by its column.
type notText int

func (notText) Error() string { return "a cell is not UTF-8" }

// mostWorkers is how many goroutines read rows, each of which holds a few chunks.
const mostWorkers = 8

// rows reads the rows of a table: those of the chunk that was begun, and of the next
// ones, several at a time. It ends with io.EOF.
func (t *csvTable) rows(text []byte, c *chunks) error {
	c.size = cmp.Or(t.chunk, blockBytes(len(t.grid.Columns)))
	workers := min(mostWorkers, parallel.Workers())
	if c.err == io.EOF || workers == 1 {
		return t.rowsInTurn(text, c)
	}
	var (
		inOrder  = make(chan *piece, workers)
		work     = make(chan *piece, workers)
		stop     = make(chan struct{})
		free     = make(chan []byte, 2*workers) // buffers of chunks
		freePack = make(chan []byte, 2*workers) // and of blocks
		over     error
	)
	defer close(stop)
	go func() {
		defer close(inOrder)
		defer close(work)
		cut := c.cut
		for {
			p := &piece{text, cut, make(chan rows, 1)}
			select {
			case inOrder <- p:
				work <- p // has as much room
			case <-stop:
				return
			}
			var buffer []byte
			select {
			case buffer = <-free:
			default:
			}
			if text, over = c.next(buffer); over != nil {
				return
			}
			cut = c.cut
		}
	}()
	for range workers {
		go func() {
			w := newRowReader(t, freePack)
			for p := range work {
				p.read <- w.read(p.text, p.cut)
				give(free, p.text)
			}
		}()
	}
	for p := range inOrder {
		if err := t.take(<-p.read, freePack); err != nil {
			return err
		}
	}
	return t.fail(0, over)
}

// rowsInTurn is rows on one goroutine.
func (t *csvTable) rowsInTurn(text []byte, c *chunks) error {
	freePack := make(chan []byte, 1)
	w := newRowReader(t, freePack)
	for {
		if err := t.take(w.read(text, c.cut), freePack); err != nil {
			return err
		}
		var err error
		if text, err = c.next(text); err != nil {
			return t.fail(0, err)
		}
	}
}

// give keeps a buffer for others, unless there are enough.
func give(free chan []byte, buffer []byte) {
	select {
	case free <- buffer:
	default:
	}
}

// rowReader reads the rows of chunks.
type rowReader struct {
	records
	sheet
	columns int
	free    chan []byte
}

func newRowReader(t *csvTable, free chan []byte) *rowReader {
	n := len(t.grid.Columns)
	return &rowReader{records: records{form: t.form}, sheet: sheet{stages: make([]stage, n)}, columns: n, free: free}
}

// read reads the rows of a chunk.
func (w *rowReader) read(text []byte, cut bool) (r rows) {
	w.records.begin(text, 1)
	last := 0
	for {
		line, err := w.records.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			cells := w.cells
			if n := w.columns; len(cells) == n+1 && len(cells[n]) == 0 { // each line ends in a delimiter
				cells = cells[:n]
			}
			if len(cells) != w.columns {
				r.odd = append(r.odd, odd{line: line, cells: len(cells), text: string(cells[0]), rows: r.n, last: last})
				continue
			}
			err = w.row(cells)
		}
		if r.err, r.line = err, line; err != nil {
			return r
		}
		r.marks.add(r.n, line)
		r.n++
		if last = line; w.rows == maxBlockRows {
			r.blocks = append(r.blocks, w.pack())
		}
	}
	if r.lines = w.line - 1; cut {
		r.err, r.line = input.ErrLongLine, max(1, last)
	}
	if w.rows > 0 {
		r.blocks = append(r.blocks, w.pack())
	}
	return r
}

// row takes the cells of a row.
func (w *rowReader) row(cells [][]byte) error {
	for col, cell := range cells {
		if !w.stages[col].add(cell) {
			return notText(col)
		}
	}
	w.rows++
	return nil
}

// pack makes a block of the rows.
func (w *rowReader) pack() packed {
	var buffer []byte
	select {
	case buffer = <-w.free:
	default:
	}
	p := packed{rows: w.rows}
	p.bytes, p.at = w.sheet.pack(buffer[:0])
	w.reset()
	return p
}

// take takes the rows of the next chunk into the grid.
func (t *csvTable) take(r rows, free chan []byte) error {
	if err := t.nameRows(&r); err != nil {
		return err
	}
	done := 0
	for _, o := range r.odd {
		if o.rows > done && len(t.after) > 0 {
			break
		}
		done, o.line = o.rows, o.line+t.line-1
		if o.last > 0 {
			t.last = o.last + t.line - 1
		}
		if t.after = append(t.after, o); !t.isFooter(o, t.grid.n+done) {
			return t.ragged(t.after[0])
		}
	}
	if r.n > done && len(t.after) > 0 {
		return t.ragged(t.after[0])
	}
	if r.err != nil {
		line := r.line + t.line - 1
		var col notText
		if errors.As(r.err, &col) {
			return notUTF8(t.file, line, int(col))
		}
		return t.fail(line, r.err)
	}
	if t.grid.n > maxRows-r.n {
		return fmt.Errorf("data: %s, line %d: a table of more than %d rows is not read", t.file, t.line, maxRows)
	}
	for _, mark := range r.marks.marks {
		t.grid.Lines.add(t.grid.n+int(mark.row), int(mark.line)+t.line-1)
	}
	for _, b := range r.blocks {
		if copied := t.grid.take(b.bytes, b.at, b.rows); copied {
			give(free, b.bytes)
		}
	}
	if t.grid.n += r.n; r.n > 0 {
		t.last = r.line + t.line - 1
	}
	t.line += r.lines
	return nil
}

// nameRows asks that the first cells of the first rows, which the header does not
// name, are different.
func (t *csvTable) nameRows(r *rows) error {
	row := 0
	for _, b := range r.blocks {
		c := readColumn(b.bytes[b.at[0]:b.at[1]], b.rows)
		for i := 0; i < b.rows && t.names != nil && t.grid.n+row < manyNames; i++ {
			name := string(c.cell(i, nil))
			if t.names[name] { // no name of a row, so that a comma in a cell is likelier
				n := len(t.grid.Columns)
				return fmt.Errorf("data: %s, line %d has %d cells; the header has %d, and the first cells do not name rows, as %q occurs twice", t.file, r.marks.Of(row)+t.line-1, n, n-1, name)
			}
			t.names[name] = true
			row++
		}
	}
	return nil
}
