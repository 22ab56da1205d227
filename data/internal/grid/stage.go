package grid

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"
)

// Bounds on a block: its rows, so that a number of 16 bits tells each; and the bytes
// of a text that become one, but that of many columns is more, so that a column has
// some rows.
const (
	maxBlockRows    = 1 << 15
	blockText       = 1 << 20
	columnBlockText = 1 << 9
)

// blockBytes is how much text is a block in a table of so many columns.
func blockBytes(columns int) int { return max(blockText, columns*columnBlockText) }

// stage is a column of the rows of a block as they come.
type stage struct {
	isText bool
	rows   int
	digits []int64  // of each row, while it is no text
	forms  []uint8  // likewise; see [column]
	wide   []uint16 // the text of each row, of texts
	texts  texts
}

// add takes the cell of the next row. It reports whether it is UTF-8.
func (s *stage) add(cell []byte) bool {
	s.rows++
	if !s.isText {
		if digits, behind, ok := decimal(cell); ok {
			s.digits, s.forms = append(s.digits, digits), append(s.forms, uint8(behind))
			return true
		}
	}
	code, valid := s.texts.number(cell)
	if !s.isText && code >= maxOdd {
		s.becomeText()
		code, valid = s.texts.number(cell)
	}
	if s.isText {
		s.wide = append(s.wide, uint16(code))
		return valid
	}
	last := int64(0) // as near to the numbers as can be
	if n := len(s.digits); n > 0 {
		last = s.digits[n-1]
	}
	s.digits, s.forms = append(s.digits, last), append(s.forms, uint8(maxDigits+1+code))
	return valid
}

// pad gives the rows that the column lacks empty cells.
func (s *stage) pad(rows int) {
	for s.rows < rows {
		s.add(nil)
	}
}

// becomeText makes texts of the rows so far.
func (s *stage) becomeText() {
	var before texts
	before, s.texts = s.texts, texts{}
	s.isText, s.wide = true, s.wide[:0]
	var number [maxDigits + 3]byte
	for i, form := range s.forms {
		cell := number[:0]
		if form > maxDigits {
			cell = before.at(int(form) - maxDigits - 1)
		} else {
			cell = appendDecimal(cell, s.digits[i], int(form))
		}
		code, _ := s.texts.number(cell)
		s.wide = append(s.wide, uint16(code))
	}
}

// reset empties the stage. What was text will most likely be text again.
func (s *stage) reset() {
	s.rows, s.digits, s.forms, s.wide = 0, s.digits[:0], s.forms[:0], s.wide[:0]
	s.isText = s.isText && len(s.texts.ends) > maxOdd
	s.texts.reset()
}

// texts are distinct texts in the order in which they came.
type texts struct {
	text []byte
	ends []uint32
	slot []uint16 // hash table: the number of a text + 1, or 0
}

// seed makes hashes, which tell nothing but where to look.
var seed = maphash.MakeSeed()

// number returns the number of a text, which it keeps if it is new, and whether it
// is UTF-8.
func (t *texts) number(text []byte) (code int, valid bool) {
	if 2*(len(t.ends)+1) > len(t.slot) {
		t.grow()
	}
	mask := uint64(len(t.slot) - 1)
	at := maphash.Bytes(seed, text) & mask
	for t.slot[at] != 0 {
		code := int(t.slot[at]) - 1
		if bytes.Equal(t.at(code), text) {
			return code, true
		}
		at = (at + 1) & mask
	}
	t.text = append(t.text, text...)
	t.ends = append(t.ends, uint32(len(t.text)))
	t.slot[at] = uint16(len(t.ends))
	return len(t.ends) - 1, utf8.Valid(text)
}

// at returns the text of a number.
func (t *texts) at(code int) []byte {
	from := uint32(0)
	if code > 0 {
		from = t.ends[code-1]
	}
	return t.text[from:t.ends[code]]
}

// grow doubles the hash table.
func (t *texts) grow() {
	t.slot = make([]uint16, max(16, 2*len(t.slot)))
	mask := uint64(len(t.slot) - 1)
	for code := range t.ends {
		at := maphash.Bytes(seed, t.at(code)) & mask
		for t.slot[at] != 0 {
			at = (at + 1) & mask
		}
		t.slot[at] = uint16(code + 1)
	}
}

func (t *texts) reset() {
	t.text, t.ends = t.text[:0], t.ends[:0]
	clear(t.slot)
}

// sheet is the rows of a block as they come.
type sheet struct {
	stages  []stage // of each column
	rows    int
	taken   int // bytes of text
	scratch []byte
}

// full reports whether the rows are enough for a block.
func (s *sheet) full() bool { return s.rows == maxBlockRows || s.taken > blockBytes(len(s.stages)) }

// pack appends the columns of all rows to bytes, and says where each begins.
func (s *sheet) pack(to []byte) (bytes []byte, at []uint32) {
	at = make([]uint32, 0, len(s.stages)+1)
	at = append(at, 0)
	for i := range s.stages {
		s.stages[i].pad(s.rows)
		to = appendColumn(to, &s.stages[i], s.rows)
		at = append(at, uint32(len(to)))
	}
	return to, at
}

// reset takes the rows away.
func (s *sheet) reset() {
	s.rows, s.taken = 0, 0
	for i := range s.stages {
		s.stages[i].reset()
	}
}
