package grid

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"

	"descent/data/internal/input"
	"descent/internal/human"
)

// records are the lines of a table, as cells, in a text of whole ones.
type records struct {
	form  csvForm
	text  []byte
	at    int // where the next begins
	line  int // on which it does
	first int // on which the text begins
	cells [][]byte

	quoted  *csv.Reader // reads records with quotes, from a place of the text on
	from    int
	started int    // the line there
	scratch []byte // cells of such a record
}

// begin takes a text that begins on a line.
func (r *records) begin(text []byte, line int) {
	r.text, r.at, r.line, r.first, r.quoted = text, 0, line, line, nil
}

// strings copies the cells.
func (r *records) strings() []string {
	cells := make([]string, len(r.cells))
	for i, cell := range r.cells {
		cells[i] = string(cell)
	}
	return cells
}

// next finds the cells of the next record, without blanks around them, and its line;
// they are valid until the next call. It ends with io.EOF.
func (r *records) next() (line int, err error) {
	if r.form.comma == blanks {
		return r.betweenBlanks()
	}
	for r.at < len(r.text) {
		line, at := r.line, r.at
		if r.skipped() {
			continue
		}
		if !r.plain() {
			if line, err = r.withQuotes(); err != nil {
				return line, err
			}
		}
		if r.at-at > input.MaxLine {
			return line, input.ErrLongLine
		}
		if r.form.comma != '|' || !bytes.Contains(r.text[at:r.at], []byte("---")) || !isRuler(string(bytes.Join(r.cells, []byte("|")))) {
			return line, nil
		}
	}
	return r.line, io.EOF
}

// skipped passes over a line that is empty or a comment, if the next is one.
func (r *records) skipped() bool {
	switch c := r.text[r.at]; {
	case c == '\n':
	case c == '\r' && (r.at+1 == len(r.text) || r.text[r.at+1] == '\n'):
	case c == '#' && r.form.comment:
	default:
		return false
	}
	r.skipLine()
	return true
}

func (r *records) skipLine() {
	end := bytes.IndexByte(r.text[r.at:], '\n')
	if end < 0 {
		r.at = len(r.text)
		return
	}
	r.at += end + 1
	r.line++
}

const (
	ones   = 0x0101010101010101
	sevens = 0x7f7f7f7f7f7f7f7f
)

// equal marks the bytes of a word that are those of another: the first bit of each.
func equal(word, other uint64) uint64 {
	x := word ^ other
	return ^((x&sevens + sevens) | x | sevens)
}

// plain finds the cells of a record without quotes, eight bytes at a time. It reports
// whether it is one.
func (r *records) plain() bool {
	r.cells = r.cells[:0]
	text, i, from := r.text, r.at, r.at
	comma := byte(r.form.comma)
	commas := ones * uint64(comma)
	for ; i+8 <= len(text); i += 8 {
		word := binary.LittleEndian.Uint64(text[i:])
		met := equal(word, commas) | equal(word, ones*'\n') | equal(word, ones*'"')
		for ; met != 0; met &= met - 1 {
			at := i + bits.TrailingZeros64(met)/8
			switch text[at] {
			case comma:
				r.cells = append(r.cells, trim(text[from:at]))
				from = at + 1
			case '\n':
				r.cells = append(r.cells, trim(text[from:at]))
				r.at = at + 1
				r.line++
				return true
			default:
				return false
			}
		}
	}
	for ; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case comma:
			r.cells = append(r.cells, trim(text[from:i]))
			from = i + 1
		case '"':
			return false
		}
	}
	r.cells = append(r.cells, trim(text[from:i]))
	if r.at = i; i < len(text) {
		r.at++
		r.line++
	}
	return true
}

// trim takes blanks off the ends of a cell.
func trim(cell []byte) []byte {
	if n := len(cell); n == 0 || isMark(cell[0]) && isMark(cell[n-1]) {
		return cell
	}
	return bytes.TrimSpace(cell)
}

// isMark reports whether a byte is of ASCII and no blank.
func isMark(b byte) bool { return b > ' ' && b < 0x80 }

// withQuotes finds the cells of a record that has quotes, perhaps over several lines.
func (r *records) withQuotes() (line int, err error) {
	if r.quoted == nil || r.from+int(r.quoted.InputOffset()) != r.at {
		r.from, r.started = r.at, r.line
		r.quoted = csv.NewReader(bytes.NewReader(r.text[r.at:]))
		r.quoted.ReuseRecord, r.quoted.FieldsPerRecord = true, -1
		r.quoted.Comma, r.quoted.TrimLeadingSpace = r.form.comma, r.form.comma != '\t'
	}
	record, err := r.quoted.Read()
	var bad *csv.ParseError
	switch {
	case errors.As(err, &bad):
		if r.unended(bad) {
			return r.line, input.ErrLongLine
		}
		return bad.StartLine + r.started - 1, quoteError(bad)
	case err != nil:
		return 0, err
	}
	line, _ = r.quoted.FieldPos(0)
	end := r.from + int(r.quoted.InputOffset())
	r.line += bytes.Count(r.text[r.at:end], []byte{'\n'})
	r.at = end
	r.cells, r.scratch = r.cells[:0], r.scratch[:0]
	for _, cell := range record {
		r.scratch = append(r.scratch, cell...)
	}
	rest := r.scratch
	for _, cell := range record {
		r.cells = append(r.cells, trim(rest[:len(cell)]))
		rest = rest[len(cell):]
	}
	return line + r.started - 1, nil
}

// quoteError says what is wrong with the quotes of a record.
func quoteError(bad *csv.ParseError) error {
	switch {
	case errors.Is(bad.Err, csv.ErrBareQuote):
		return fmt.Errorf("byte %d is a quote in a cell that has none around it; put quotes around the cell, and write each one inside twice", bad.Column)
	case bad.Line > bad.StartLine:
		return fmt.Errorf("a cell that opens with a quote here is not closed, or wrongly %s below, at byte %d; a quote inside a quoted cell is written twice", human.Plural(bad.Line-bad.StartLine, "line"), bad.Column)
	}
	return fmt.Errorf("byte %d: a quoted cell is not closed, or has a single quote inside; a quote inside a quoted cell is written twice", bad.Column)
}

// unended reports whether a quote is open where the text ends, which is cut off
// there as it is longer than any record.
func (r *records) unended(bad *csv.ParseError) bool {
	return errors.Is(bad.Err, csv.ErrQuote) && len(r.text)-r.at > input.MaxLine && r.quoted.InputOffset() >= int64(len(r.text)-r.from)
}

// betweenBlanks finds the cells of the next line, between any number of blanks.
func (r *records) betweenBlanks() (line int, err error) {
	for r.at < len(r.text) {
		line, at := r.line, r.at
		r.skipLine()
		if r.at-at > input.MaxLine {
			return line, input.ErrLongLine
		}
		text := strings.TrimSpace(string(r.text[at:r.at]))
		if text == "" || r.form.comment && text[0] == '#' || isRuler(text) {
			continue
		}
		cells, err := splitBlanks(nil, text)
		r.cells = r.cells[:0]
		for _, cell := range cells {
			r.cells = append(r.cells, []byte(strings.TrimSpace(cell)))
		}
		return line, err
	}
	return r.line, io.EOF
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

// whole returns how many bytes of a text are whole records, if it goes on.
func (f csvForm) whole(text []byte) int {
	end := bytes.LastIndexByte(text, '\n') + 1
	if f.comma == blanks || bytes.IndexByte(text[:end], '"') < 0 {
		return end
	}
	quotes, end, at := 0, 0, 0
	for {
		n := bytes.IndexByte(text[at:], '\n')
		if n < 0 {
			return end
		}
		if !(f.comment && quotes%2 == 0 && text[at] == '#') {
			quotes += bytes.Count(text[at:at+n], []byte{'"'})
		}
		if at += n + 1; quotes%2 == 0 {
			end = at
		}
	}
}
