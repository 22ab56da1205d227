package grid

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"descent/data/internal/fault"
	"descent/data/internal/input"
	"descent/data/internal/parse"
)

// ReadJSON reads objects, one behind the other as in JSON lines or in one array,
// as rows of a table. A key names a column, as key.key within objects. What an
// object lacks, or is null, is missing.
func ReadJSON(r io.Reader, file string) (*Grid, error) {
	guard := &input.Guard{R: input.Text(r)}
	lines := &lineCounter{r: guard}
	t := &jsonTable{guard: guard, lines: lines, decoder: json.NewDecoder(lines)}
	t.decoder.UseNumber()
	if err := t.begin(file, nil, 1); err != nil {
		return nil, err
	}
	t.grid.Plain, t.grid.spelt = true, make(map[int]bool)
	if err := t.read(); err != nil {
		return nil, err
	}
	if len(t.grid.Columns) == 0 {
		return nil, fault.Errorf(fault.ErrNoRows, "data: %s: no object names a column; want one JSON object a line, or an array of objects", file)
	}
	return t.end()
}

// jsonTable reads objects into a grid.
type jsonTable struct {
	gridder
	guard   *input.Guard
	lines   *lineCounter
	decoder *json.Decoder
	begun   int   // the line on which the object begins that is read
	cells   int64 // of all rows
	set     []int // the row, counted from 1, in which a column was named last
}

// Bounds on objects: how deep they may be nested, and how many cells a table of
// them may have for each of its bytes, since keys that are not there cost none.
const (
	maxNesting   = 32
	cellsPerByte = 16
	freeCells    = 1 << 24
)

// read reads all objects.
func (t *jsonTable) read() error {
	array := false
	for {
		t.guard.Begin()
		token, err := t.decoder.Token()
		t.begun = t.lines.at(t.decoder.InputOffset())
		switch {
		case err == io.EOF && !array:
			return nil
		case err != nil:
			return t.fail(err)
		case token == json.Delim('[') && !array && t.grid.n == 0:
			array = true
		case token == json.Delim(']') && array:
			if _, err := t.decoder.Token(); err != io.EOF {
				return t.fail(errors.New("something follows the array of objects"))
			}
			return nil
		case token == json.Delim('{'):
			if err := t.object("", 0); err != nil {
				return err
			}
			if err := t.row(); err != nil {
				return err
			}
		default:
			return t.fail(fmt.Errorf("%v stands where an object should; want one JSON object a line, or an array of objects", token))
		}
	}
}

// row ends the row of an object.
func (t *jsonTable) row() error {
	read := t.decoder.InputOffset()
	if t.cells += int64(len(t.grid.Columns)); t.cells > freeCells+cellsPerByte*read {
		return t.fail(fmt.Errorf("%d objects have %d different keys, most of which they do not share; that is no table", t.grid.n+1, len(t.grid.Columns)))
	}
	if err := t.next(t.begun); err != nil {
		return err
	}
	t.lines.forget(read)
	return nil
}

// object reads the keys and values of an object whose brace was read; prefix
// stands before its keys.
func (t *jsonTable) object(prefix string, depth int) error {
	if depth == maxNesting {
		return t.fail(fmt.Errorf("objects are nested deeper than %d", maxNesting))
	}
	for t.decoder.More() {
		key, err := t.decoder.Token()
		if err != nil {
			return t.fail(err)
		}
		name := prefix + key.(string) // the decoder takes nothing else here
		value, err := t.decoder.Token()
		switch {
		case err != nil:
			return t.fail(err)
		case value == json.Delim('{'):
			err = t.object(name+".", depth+1)
		case value == json.Delim('['):
			return t.fail(fmt.Errorf("%q is an array; a cell is text, a number, true, false or null", name))
		default:
			err = t.cell(name, value)
		}
		if err != nil {
			return err
		}
	}
	_, err := t.decoder.Token() // the closing brace
	return t.fail(err)
}

// cell takes a value as the cell of a column.
func (t *jsonTable) cell(name string, value json.Token) error {
	col := t.grid.Index(name)
	if col < 0 {
		if err := t.column(name, t.begun); err != nil {
			return err
		}
		col = len(t.grid.Columns) - 1
		t.set = append(t.set, 0)
	}
	if t.set[col] == t.grid.n+1 {
		return t.fail(fmt.Errorf("an object has the key %q twice", name))
	}
	t.set[col] = t.grid.n + 1
	text := ""
	switch v := value.(type) {
	case nil:
	case string:
		text = v
		if parse.PointedGroups(v) {
			t.grid.spelt[col] = true
		}
	default:
		text = fmt.Sprint(v) // a number as it is spelt, true or false
	}
	return t.put(col, strings.TrimSpace(text), t.begun)
}

// fail adds the place to an error.
func (t *jsonTable) fail(err error) error {
	if err == nil {
		return nil
	}
	at := t.decoder.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		at = t.lines.offset
		err = fmt.Errorf("the text ends within an object or array: %w", io.ErrUnexpectedEOF)
	case errors.As(err, &syntax):
		err = fmt.Errorf("%w; want one JSON object a line, or an array of objects", err)
	}
	return fmt.Errorf("data: %s, line %d: %w", t.grid.File, t.lines.at(at), input.Explain(err))
}

// lineCounter knows the lines of what was read last.
type lineCounter struct {
	r      io.Reader
	offset int64   // bytes read
	passed int     // line ends before those in ends
	ends   []int64 // offsets behind line ends
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.ends = append(c.ends, c.offset+int64(i)+1)
		}
	}
	c.offset += int64(n)
	return n, err
}

// at returns the line of an offset that was not forgotten.
func (c *lineCounter) at(offset int64) int {
	line := c.passed + 1
	for _, end := range c.ends {
		if end > offset {
			break
		}
		line++
	}
	return line
}

// forget drops the line ends up to an offset.
func (c *lineCounter) forget(offset int64) {
	i := 0
	for i < len(c.ends) && c.ends[i] <= offset {
		i++
	}
	c.passed += i
	c.ends = append(c.ends[:0], c.ends[i:]...)
}
