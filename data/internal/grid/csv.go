package grid

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"descent/data/internal/fault"
	"descent/data/internal/input"
	"descent/data/internal/parse"
)

// records gives a table line by line, as cells; both are valid until the next
// call. It ends with io.EOF.
type records interface {
	next() (record []string, line int, err error)
}

// ReadCSV reads a table whose cells stand between delimiters. What stands around
// the table is passed over, as [examine] finds it.
func ReadCSV(r io.Reader, file string) (*Grid, error) {
	text := input.Text(r)
	sample, _ := text.Peek(input.Ahead)
	form := examine(string(sample))
	for range form.skip {
		if err := skipLine(text); err != nil {
			return nil, fmt.Errorf("data: %s: %w", file, err)
		}
	}
	t := &csvTable{file: file, lines: form.records(text), notes: form.notes}
	g, err := t.read()
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

// records returns the lines that come in that form after those above the table.
func (f csvForm) records(text *bufio.Reader) records {
	if f.comma == blanks {
		return &blankSeparated{text: text, line: f.skip, comment: f.comment}
	}
	guard := &input.Guard{R: text}
	r := csv.NewReader(guard)
	r.ReuseRecord = true
	r.FieldsPerRecord = -1
	r.Comma = f.comma
	r.TrimLeadingSpace = f.comma != '\t'
	if f.comment {
		r.Comment = '#'
	}
	return &separated{csv: r, guard: guard, skip: f.skip}
}

// separated reads cells between delimiters.
type separated struct {
	csv   *csv.Reader
	guard *input.Guard
	skip  int // lines above the first
	last  int // line of the record before
}

func (s *separated) next() ([]string, int, error) {
	s.guard.Begin()
	record, err := s.csv.Read()
	for err == nil && s.csv.Comma == '|' && isRuler(strings.Join(record, "|")) {
		record, err = s.csv.Read()
	}
	line := 0
	if len(record) > 0 {
		line, _ = s.csv.FieldPos(0)
	}
	var bad *csv.ParseError
	switch {
	case errors.Is(err, input.ErrLongLine):
		line = s.last + 1
	case errors.As(err, &bad):
		return nil, bad.Line + s.skip, fmt.Errorf("byte %d: %w; a quote inside a quoted cell is written twice", bad.Column, bad.Err)
	}
	s.last = line
	return record, line + s.skip, err
}

// blankSeparated reads cells between any number of blanks.
type blankSeparated struct {
	text    *bufio.Reader
	line    int
	comment bool
	cells   []string
}

func (s *blankSeparated) next() ([]string, int, error) {
	for {
		var whole strings.Builder
		for {
			part, err := s.text.ReadSlice('\n')
			whole.Write(part)
			if whole.Len() > input.MaxLine {
				return nil, s.line + 1, input.ErrLongLine
			}
			if err == nil || errors.Is(err, io.EOF) && whole.Len() > 0 {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return nil, s.line + 1, err
			}
		}
		s.line++
		text := strings.TrimSpace(whole.String())
		if text == "" || s.comment && text[0] == '#' || isRuler(text) {
			continue
		}
		cells, err := splitBlanks(s.cells[:0], text)
		s.cells = cells
		return cells, s.line, err
	}
}

// splitBlanks cuts a line at blanks that are not within quotes.
func splitBlanks(cells []string, line string) ([]string, error) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		end := strings.IndexAny(line, " \t")
		if quote := line[0]; quote == '"' {
			close := strings.IndexByte(line[1:], quote)
			if close < 0 {
				return cells, errors.New("a quote is not closed")
			}
			cells = append(cells, line[1:close+1])
			line = line[close+2:]
			continue
		}
		if end < 0 {
			end = len(line)
		}
		cells = append(cells, line[:end])
		line = line[end:]
	}
	return cells, nil
}

// csvTable reads records into a grid.
type csvTable struct {
	file  string
	lines records
	notes []string
	gridder
	after []odd           // lines of another width, behind which no row came so far
	names map[string]bool // of the first rows, where the header does not name their column
}

// odd is a line that is no row.
type odd struct {
	line, cells int
	text        string
}

const (
	maxFooter = 3    // how many lines may stand below a table
	manyNames = 1000 // how many rows tell whether their first cells are names
)

func (t *csvTable) read() (*Grid, error) {
	header, at, err := t.next()
	if err == io.EOF {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s is empty; want a header line and rows", t.file)
	}
	if err != nil {
		return nil, err
	}
	header = append([]string(nil), header...)
	record, line, err := t.next()
	if err == nil {
		n := len(header)
		if header = fitHeader(header, record); len(header) > n {
			t.names = make(map[string]bool)
			t.notes = append(t.notes, fmt.Sprintf("rows have one cell more than the header, so the first is taken for the name of the row, and %q for the name of the second column", header[1]))
		}
	}
	if begun := t.begin(t.file, header, at); begun != nil {
		return nil, begun
	}
	for ; err == nil; record, line, err = t.next() {
		if err := t.row(record, line); err != nil {
			return nil, err
		}
	}
	if err != io.EOF {
		return nil, err
	}
	if len(t.after) > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%s below the table %s left out", t.quoted(), areOr(len(t.after))))
	}
	t.grid.Notes = append(t.grid.Notes, t.notes...)
	return t.end()
}

// next returns the next line with its cells trimmed, or an error that names it.
func (t *csvTable) next() ([]string, int, error) {
	record, line, err := t.lines.next()
	switch {
	case err == nil || err == io.EOF:
	case line > 0:
		err = fmt.Errorf("data: %s, line %d: %w", t.file, line, input.Explain(err))
	default:
		err = fmt.Errorf("data: %s: %w", t.file, input.Explain(err))
	}
	for i, cell := range record {
		record[i] = strings.TrimSpace(cell)
	}
	return record, line, err
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

// row takes a line as a row, or keeps it as one that is none.
func (t *csvTable) row(record []string, line int) error {
	n := len(t.grid.Columns)
	if len(record) == n+1 && record[n] == "" { // each line ends in a delimiter
		record = record[:n]
	}
	if len(record) != n {
		o := odd{line, len(record), record[0]}
		if t.after = append(t.after, o); !t.isFooter(o) {
			return t.ragged(t.after[0])
		}
		return nil
	}
	if len(t.after) > 0 {
		return t.ragged(t.after[0])
	}
	if t.names != nil && t.grid.n < manyNames {
		if t.names[record[0]] { // no name of a row, so that a comma in a cell is likelier
			return fmt.Errorf("data: %s, line %d has %d cells; the header has %d, and the first cells do not name rows, as %q occurs twice", t.file, line, n, n-1, record[0])
		}
		t.names[strings.Clone(record[0])] = true
	}
	for col, cell := range record {
		if err := t.put(col, cell, line); err != nil {
			return err
		}
	}
	return t.gridder.next(line)
}

// isFooter tells a line below a table from a row that was cut off: it is text by
// itself, with words or apart from the rows.
func (t *csvTable) isFooter(o odd) bool {
	if _, number := parse.Number(o.text); number || o.cells > 1 || len(t.after) > maxFooter || t.grid.n == 0 {
		return false
	}
	return len(t.after) > 1 || strings.ContainsAny(o.text, " :") || o.line > t.grid.Line(t.grid.n-1)+1
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
