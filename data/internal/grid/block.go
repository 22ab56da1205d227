package grid

import (
	"encoding/binary"
	"math"
)

// A column of the rows of a block is kept in one of two forms, in which nothing
// points anywhere, so that it can stand in memory or in a file:
//
//   - as numbers, where cells are decimals such as -12.50: their digits as a whole
//     number, and for each row how many of them stand behind the point. Other texts
//     between them, such as the empty one, have a number each in place of that;
//   - as texts, each distinct one once, and for each row the number of its text.
//
// From both the text of a cell comes back as it was.
const (
	asNumbers = iota
	asTexts
)

// Bounds on numbers: their digits, so that they are an int64; and the distinct texts
// between them, which share a byte with the places behind the point.
const (
	maxDigits = 18
	maxOdd    = math.MaxUint8 - maxDigits
)

// column is a column of a block as it is kept.
type column struct {
	rows   int
	kind   byte
	form   byte   // of all rows, where forms is nil
	forms  []byte // of each row: digits behind the point, or behind those the number of a text
	base   int64  // the least of the numbers
	width  int    // bytes of each number, less base
	digits []byte
	codes  []byte // of each row: the number of its text, 2 bytes; nil: that of the row
	texts  int
	ends   []byte // of each text, 4 bytes
	text   []byte
}

// headBytes is how many bytes stand before those of the rows.
const headBytes = 20

// appendColumn appends a column to the bytes of a block.
func appendColumn(to []byte, s *stage, rows int) []byte {
	kind, form, flat := byte(asNumbers), byte(0), true
	width, base := 0, int64(0)
	codes := s.wide
	if s.isText {
		kind = asTexts
		flat = len(s.texts.ends) == rows // each row has its own, in order
	} else {
		form = s.forms[0]
		for _, f := range s.forms {
			flat = flat && f == form
		}
		base, width = spanOf(s.digits)
	}
	var head [headBytes]byte
	head[0], head[1], head[2], head[3] = kind, form, byte(width), 0
	if flat {
		head[3] = 1
	}
	binary.LittleEndian.PutUint64(head[4:], uint64(base))
	binary.LittleEndian.PutUint32(head[12:], uint32(len(s.texts.ends)))
	binary.LittleEndian.PutUint32(head[16:], uint32(len(s.texts.text)))
	to = append(to, head[:]...)
	switch {
	case s.isText && !flat:
		for _, code := range codes {
			to = binary.LittleEndian.AppendUint16(to, code)
		}
	case !s.isText:
		if !flat {
			to = append(to, s.forms...)
		}
		to = appendDigits(to, s.digits, base, width)
	}
	for _, end := range s.texts.ends {
		to = binary.LittleEndian.AppendUint32(to, end)
	}
	return append(to, s.texts.text...)
}

// spanOf returns the least of numbers and how many bytes hold the others, less that.
func spanOf(digits []int64) (base int64, width int) {
	least, most := digits[0], digits[0]
	for _, v := range digits {
		least, most = min(least, v), max(most, v)
	}
	switch span := uint64(most) - uint64(least); {
	case span == 0:
		return least, 0
	case span <= math.MaxUint8:
		return least, 1
	case span <= math.MaxUint16:
		return least, 2
	case span <= math.MaxUint32:
		return least, 4
	}
	return least, 8
}

func appendDigits(to []byte, digits []int64, base int64, width int) []byte {
	switch width {
	case 1:
		for _, v := range digits {
			to = append(to, byte(v-base))
		}
	case 2:
		for _, v := range digits {
			to = binary.LittleEndian.AppendUint16(to, uint16(v-base))
		}
	case 4:
		for _, v := range digits {
			to = binary.LittleEndian.AppendUint32(to, uint32(v-base))
		}
	case 8:
		for _, v := range digits {
			to = binary.LittleEndian.AppendUint64(to, uint64(v-base))
		}
	}
	return to
}

// readColumn finds the parts of a column in its bytes, which it keeps.
func readColumn(b []byte, rows int) column {
	c := column{rows: rows, kind: b[0], form: b[1], width: int(b[2]), base: int64(binary.LittleEndian.Uint64(b[4:]))}
	flat := b[3] != 0
	c.texts = int(binary.LittleEndian.Uint32(b[12:]))
	size := int(binary.LittleEndian.Uint32(b[16:]))
	b = b[headBytes:]
	take := func(n int) (part []byte) {
		part, b = b[:n:n], b[n:]
		return part
	}
	switch {
	case c.kind == asTexts && !flat:
		c.codes = take(2 * rows)
	case c.kind == asNumbers:
		if !flat {
			c.forms = take(rows)
		}
		c.digits = take(rows * c.width)
	}
	c.ends = take(4 * c.texts)
	c.text = take(size)
	return c
}

// textAt returns one of the texts.
func (c *column) textAt(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = binary.LittleEndian.Uint32(c.ends[4*(i-1):])
	}
	return c.text[from:binary.LittleEndian.Uint32(c.ends[4*i:])]
}

// code returns which text a row of texts holds.
func (c *column) code(row int) int {
	if c.codes == nil {
		return row
	}
	return int(binary.LittleEndian.Uint16(c.codes[2*row:]))
}

// number returns what a row of numbers holds: digits and how many of them stand
// behind the point; or the number of a text, from maxDigits+1 on.
func (c *column) number(row int) (digits int64, form int) {
	form = int(c.form)
	if c.forms != nil {
		form = int(c.forms[row])
	}
	switch c.width {
	case 0:
		return c.base, form
	case 1:
		return c.base + int64(c.digits[row]), form
	case 2:
		return c.base + int64(binary.LittleEndian.Uint16(c.digits[2*row:])), form
	case 4:
		return c.base + int64(binary.LittleEndian.Uint32(c.digits[4*row:])), form
	}
	return int64(uint64(c.base) + binary.LittleEndian.Uint64(c.digits[8*row:])), form
}

// cell returns the text of a row: that of a number is appended to scratch.
func (c *column) cell(row int, scratch []byte) []byte {
	if c.kind == asTexts {
		return c.textAt(c.code(row))
	}
	digits, form := c.number(row)
	if form > maxDigits {
		return c.textAt(form - maxDigits - 1)
	}
	return appendDecimal(scratch, digits, form)
}
