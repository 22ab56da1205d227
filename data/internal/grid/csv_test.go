package grid

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"descent/data/internal/input"
)

// readPlainly reads a table record by record with encoding/csv, as the documentation
// of [ReadCSV] says, without any of its haste.
func readPlainly(text string) (rows [][]string, lines []int, err error) {
	form := examine(text)
	for range form.skip {
		_, text, _ = strings.Cut(text, "\n")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.Comma, r.TrimLeadingSpace = -1, form.comma, form.comma != '\t'
	if form.comment {
		r.Comment = '#'
	}
	for {
		record, err := r.Read()
		var bad *csv.ParseError
		switch {
		case errors.As(err, &bad):
			return nil, nil, fmt.Errorf("line %d: byte %d: %w", bad.Line+form.skip, bad.Column, bad.Err)
		case errors.Is(err, io.EOF):
			return rows, lines, nil
		}
		if form.comma == '|' && isRuler(strings.Join(record, "|")) {
			continue
		}
		for i, cell := range record {
			record[i] = strings.TrimSpace(cell)
		}
		line, _ := r.FieldPos(0)
		if len(rows) > 0 {
			n := len(rows[0])
			if len(record) == n+1 && record[n] == "" {
				record = record[:n]
			}
			if len(record) != n {
				return nil, nil, fmt.Errorf("line %d has %d cells", line+form.skip, len(record))
			}
		}
		rows, lines = append(rows, record), append(lines, line+form.skip)
	}
}

// FuzzCSV reads texts in chunks of all sizes, and compares rows, lines and errors with
// those of encoding/csv.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n\r\n3,\"x\ny\"\r\n", "a;b\n1;\"2;3\"\n;\n", "a|b\n---|---\n1|2\n", "# c\na,b\n1,2\n#\"\n3,4",
		"a\tb\n 1\t2 \n", "a,b\n1,2,\n3,4,\n", "a,b\n1,\"2\n3,4\n", "a,b\n1,2\"\n", "a,b\n\"1\"\"x\",2\n\"\",\n", "a,b\n-0.50,1e3\n007,1.\n\xff,1\n", "sep=;\na;b\n1;2\n",
	} {
		f.Add(seed, uint8(len(seed)))
	}
	f.Fuzz(func(t *testing.T, text string, chunk uint8) { compareWithPlain(t, text, 1+int(chunk)) })
}

func compareWithPlain(t *testing.T, text string, chunk int) {
	t.Helper()
	if strings.HasPrefix(text, "\xef\xbb\xbf") || strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") || !strings.Contains(text, "\n") {
		return
	}
	if f := examine(text); f.comma == blanks || f.skip > strings.Count(text, "\n") {
		return
	}
	g, err := readCSV(strings.NewReader(text), "t", chunk)
	rows, lines, plainErr := readPlainly(text)
	if err != nil {
		if plainErr == nil && len(rows) > 1 && !isOwn(err) {
			t.Fatalf("%q in chunks of %d: %v; want %q", text, chunk, err, rows)
		}
		var bad *csv.ParseError
		if errors.As(plainErr, &bad) && !isOwn(err) && !strings.Contains(err.Error(), plainErr.Error()) {
			t.Fatalf("%q in chunks of %d: %v; want %v", text, chunk, err, plainErr)
		}
		return
	}
	if plainErr != nil {
		if !strings.Contains(plainErr.Error(), " cells") { // a footer
			t.Fatalf("%q in chunks of %d: no error; want %v", text, chunk, plainErr)
		}
		return
	}
	if len(g.Columns) != len(rows[0]) { // the header lacks a name, or has one too many
		return
	}
	if g.Rows() != len(rows)-1 {
		t.Fatalf("%q in chunks of %d: %d rows, want %d", text, chunk, g.Rows(), len(rows)-1)
	}
	for i, row := range rows[1:] {
		if g.Line(i) != lines[i+1] {
			t.Fatalf("%q in chunks of %d: row %d stands in line %d, want %d", text, chunk, i, g.Line(i), lines[i+1])
		}
		for col, want := range row {
			if got := g.Cell(i, col); got != want {
				t.Fatalf("%q in chunks of %d: row %d has %q, want %q", text, chunk, i, got, want)
			}
		}
	}
}

// isOwn reports whether an error is of what encoding/csv does not ask: names of
// columns, cells in UTF-8, rows of one width.
func isOwn(err error) bool {
	for _, own := range []string{"named", "UTF-8", "numbers where", "do not name rows", " cells", "no rows", "is empty", input.ErrLongLine.Error()} {
		if strings.Contains(err.Error(), own) {
			return true
		}
	}
	return false
}

// TestChunks reads random tables in chunks of few bytes.
func TestChunks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		comma := []string{",", ";", "\t", "|"}[r.IntN(4)]
		end := []string{"\n", "\r\n"}[r.IntN(2)]
		var b strings.Builder
		if r.IntN(5) == 0 {
			b.WriteString("# \"made\" by hand" + end)
		}
		columns := 1 + r.IntN(4)
		for row := range 2 + r.IntN(12) {
			for col := range columns {
				if col > 0 {
					b.WriteString(comma)
				}
				if row == 0 {
					fmt.Fprintf(&b, "c%d", col)
					continue
				}
				cells := []string{"1", "-2.50", "x y", " z ", "", "\"a" + comma + "b\"", "\"q\"\"\nr\"", "ä", "12345678901234567890", "#"}
				if r.IntN(40) == 0 {
					cells = []string{"1\"", "\"1\" ", "\"2"} // which are wrong
				}
				b.WriteString(cells[r.IntN(len(cells))])
			}
			b.WriteString(end)
			if r.IntN(8) == 0 {
				b.WriteString(end)
			}
		}
		text := b.String()
		if r.IntN(3) == 0 {
			text = strings.TrimSuffix(text, end)
		}
		compareWithPlain(t, text, 1+r.IntN(60))
	}
}
