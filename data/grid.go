package data

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// grid is the text of a CSV file: named columns and, for each row, its cells
// and the line that it stands on.
type grid struct {
	file    string // for messages
	columns []string
	cells   []string // [rows, columns]
	lines   []int    // of each row
	comma   rune     // between cells
	plain   bool     // numbers are as programs write them, whatever the notation of a column
}

func (g *grid) rows() int                 { return len(g.lines) }
func (g *grid) cell(row, col int) string  { return g.cells[row*len(g.columns)+col] }
func (g *grid) missing(row, col int) bool { return isMissing(g.cell(row, col)) }

// at returns the place of a cell, to begin a message with.
func (g *grid) at(row, col int) string {
	return fmt.Sprintf("data: %s, line %d, column %q", g.file, g.lines[row], g.columns[col])
}

// index returns the number of a named column, or -1.
func (g *grid) index(name string) int {
	for i, column := range g.columns {
		if column == name {
			return i
		}
	}
	return -1
}

// readGrid reads a CSV file with a header. The delimiter is a comma, a
// semicolon or a tab: whichever the header holds most. Spaces around cells
// are dropped, and so is a byte order mark.
func readGrid(r io.Reader, file string) (*grid, error) {
	fail := func(format string, args ...any) (*grid, error) {
		return nil, fmt.Errorf("data: %s"+format, append([]any{file}, args...)...)
	}
	text, _, err := unzip(r)
	if err != nil {
		return fail(": %w", err)
	}
	buffered := bufio.NewReaderSize(text, 1<<16)
	begin, err := buffered.Peek(3)
	switch mark := string(begin); {
	case mark == "\xef\xbb\xbf":
		buffered.Discard(3)
	case strings.HasPrefix(mark, "\xff\xfe"), strings.HasPrefix(mark, "\xfe\xff"):
		return fail(" is UTF-16; save it as UTF-8")
	case len(mark) == 0 && err != nil && err != io.EOF:
		return fail(": %w", explainRead(err))
	}
	cr := csv.NewReader(buffered)
	cr.ReuseRecord = true
	cr.Comma = delimiter(buffered)
	cr.TrimLeadingSpace = cr.Comma != '\t'

	g := &grid{file: file, comma: cr.Comma}
	for {
		record, err := cr.Read()
		if err == io.EOF {
			break
		}
		line := 0
		if len(record) > 0 {
			line, _ = cr.FieldPos(0)
		}
		var bad *csv.ParseError
		switch {
		case errors.Is(err, csv.ErrFieldCount):
			return fail(", line %d has %d cells; the header has %d", line, len(record), len(g.columns))
		case errors.As(err, &bad):
			return fail(", line %d, byte %d: %w; a quote inside a quoted cell is written twice", bad.Line, bad.Column, bad.Err)
		case err != nil:
			return fail(": %w", explainRead(err))
		}
		for i, cell := range record {
			if !utf8.ValidString(cell) {
				return fail(", line %d, column %d is not UTF-8; save the file as UTF-8", line, i+1)
			}
			record[i] = strings.TrimSpace(cell)
		}
		if g.columns == nil {
			g.columns = append([]string(nil), record...)
			if err := g.checkHeader(); err != nil {
				return nil, err
			}
			continue
		}
		g.cells = append(g.cells, record...)
		g.lines = append(g.lines, line)
	}
	switch {
	case g.columns == nil:
		return fail(" is empty; want a header line and rows")
	case len(g.lines) == 0:
		return fail(" holds a header and no rows")
	}
	return g, nil
}

// delimiter looks ahead at the header.
func delimiter(r *bufio.Reader) rune {
	ahead, _ := r.Peek(1 << 16)
	var commas, semicolons, tabs int
	quoted, text := false, false
	for _, b := range ahead {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ',':
			commas++
		case b == ';':
			semicolons++
		case b == '\t':
			tabs++
		}
		text = text || b > ' '
		if b == '\n' && !quoted && text {
			break
		}
	}
	switch {
	case semicolons > commas && semicolons >= tabs:
		return ';'
	case tabs > commas:
		return '\t'
	}
	return ','
}

// checkHeader names columns without a name by their number and refuses
// numbers and names that occur twice.
func (g *grid) checkHeader() error {
	first := make(map[string]int)
	numbers := 0
	for i, name := range g.columns {
		if _, ok := parseNumber(name); ok {
			numbers++
		}
		if name == "" {
			name = fmt.Sprintf("column %d", i+1)
			g.columns[i] = name
		}
		if j, there := first[name]; there {
			return fmt.Errorf("data: %s, line 1: columns %d and %d are both named %q; each needs its own name", g.file, j+1, i+1, name)
		}
		first[name] = i
	}
	if numbers == len(g.columns) {
		return fmt.Errorf("data: %s, line 1 holds numbers where the names of the columns should be; add a header line", g.file)
	}
	return nil
}

// keep leaves only the rows that a condition accepts.
func (g *grid) keep(wanted func(row int) bool) {
	n, width := 0, len(g.columns)
	for row := range g.lines {
		if wanted(row) {
			copy(g.cells[n*width:(n+1)*width], g.cells[row*width:(row+1)*width])
			g.lines[n] = g.lines[row]
			n++
		}
	}
	g.lines, g.cells = g.lines[:n], g.cells[:n*width]
}
