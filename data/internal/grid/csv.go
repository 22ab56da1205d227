package grid

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"descent/data/internal/fault"
	"descent/data/internal/input"
	"descent/data/internal/parse"
)

// ReadCSV reads a table whose cells stand between delimiters. What stands around
// the table is passed over, as [examine] finds it.
func ReadCSV(r io.Reader, file string) (*Grid, error) { return readCSV(r, file, 0) }

// readCSV is ReadCSV of chunks of so many bytes; 0: as many as a block has.
func readCSV(r io.Reader, file string, chunk int) (*Grid, error) {
	text := input.Text(r)
	sample, _ := text.Peek(input.Ahead)
	form := examine(string(sample))
	for range form.skip {
		if err := skipLine(text); err != nil {
			return nil, fmt.Errorf("data: %s: %w", file, err)
		}
	}
	t := &csvTable{file: file, form: form, notes: form.notes, chunk: chunk}
	g, err := t.read(&chunks{text: text, form: form, size: cmp.Or(chunk, blockText)})
	if err == nil {
		g.Comma = form.comma
	}
	return g, err
}

// skipLine passes over a line.
func skipLine(text *bufio.Reader) error {
	for {
		_, err := text.ReadSlice('\n')
		if !errors.Is(err, bufio.ErrBufferFull) {
			return input.Explain(err)
		}
	}
}

// csvTable reads records into a grid.
type csvTable struct {
	file  string
	form  csvForm
	notes []string
	chunk int // bytes of a chunk; 0: of a block
	gridder
	line  int             // on which the next chunk begins
	last  int             // the line of the last row
	after []odd           // lines of another width, behind which no row came so far
	names map[string]bool // of the first rows, where the header does not name their column
}

// odd is a line that is no row.
type odd struct {
	line, cells int
	text        string
	rows, last  int // rows of the chunk before it, and the line of the last of them
}

const (
	maxFooter = 3    // how many lines may stand below a table
	manyNames = 1000 // how many rows tell whether their first cells are names
)

func (t *csvTable) read(c *chunks) (*Grid, error) {
	r := &records{form: t.form}
	r.begin(nil, t.form.skip+1)
	at, err := t.next(r, c)
	if err == io.EOF {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s is empty; want a header line and rows", t.file)
	}
	if err != nil {
		return nil, t.fail(at, err)
	}
	header := r.strings()
	from := *r
	line, err := t.next(r, c)
	if err == nil {
		n := len(header)
		if header = fitHeader(header, r.strings()); len(header) > n {
			t.names = make(map[string]bool)
			t.notes = append(t.notes, fmt.Sprintf("rows have one cell more than the header, so the first is taken for the name of the row, and %q for the name of the second column", header[1]))
		}
	}
	if begun := t.begin(t.file, header, at); begun != nil {
		return nil, begun
	}
	if err == nil {
		if &from.text[0] != &r.text[0] { // nothing but empty lines was left of the chunk
			from.text, from.at = r.text, 0
			from.line = r.first
		}
		t.line = from.line
		err = t.rows(from.text[from.at:], c)
	} else {
		err = t.fail(line, err)
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(t.after) > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%s below the table %s left out", t.quoted(), areOr(len(t.after))))
	}
	t.grid.Notes = append(t.grid.Notes, t.notes...)
	return t.end()
}

// next returns the line of the next record, which may be in one of the next chunks.
func (t *csvTable) next(r *records, c *chunks) (int, error) {
	for {
		line, err := r.next()
		if err != io.EOF {
			return line, err
		}
		chunk, err := c.next(nil)
		if err != nil {
			return 0, err
		}
		r.begin(chunk, r.line)
	}
}

// fail adds the place to an error.
func (t *csvTable) fail(line int, err error) error {
	switch {
	case err == io.EOF:
		return err
	case line > 0:
		return fmt.Errorf("data: %s, line %d: %w", t.file, line, input.Explain(err))
	}
	return fmt.Errorf("data: %s: %w", t.file, input.Explain(err))
}

// fitHeader completes a header by the first row. Names of rows often have no
// name themselves, and a delimiter may end each line.
func fitHeader(header, row []string) []string {
	n := len(header)
	switch {
	case len(row) == n+1 && row[n] != "":
		return append([]string{""}, header...)
	case len(row) == n-1 && n > 2 && header[n-1] == "":
		return header[:n-1]
	}
	return header
}

// isFooter tells a line below a table of so many rows from a row that was cut off: it
// is text by itself, with words or apart from the rows.
func (t *csvTable) isFooter(o odd, rows int) bool {
	if _, number := parse.Number(o.text); number || o.cells > 1 || len(t.after) > maxFooter || rows == 0 {
		return false
	}
	return len(t.after) > 1 || strings.ContainsAny(o.text, " :") || o.line > t.last+1
}

func (t *csvTable) ragged(o odd) error {
	return fmt.Errorf("data: %s, line %d has %d cells; the header has %d", t.file, o.line, o.cells, len(t.grid.Columns))
}

// quoted names the lines below the table.
func (t *csvTable) quoted() string {
	if len(t.after) == 1 {
		return fmt.Sprintf("line %d (%q)", t.after[0].line, shorten(t.after[0].text))
	}
	return fmt.Sprintf("%d lines from line %d (%q) on", len(t.after), t.after[0].line, shorten(t.after[0].text))
}

func areOr(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// shorten cuts a text for a message.
func shorten(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
