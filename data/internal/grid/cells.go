package grid

import (
	"bytes"
	"hash/maphash"
	"sort"
)

// cells is a column of text. It is kept in blocks of rows, each with its
// distinct values once and, for each row, the number of its value: a category
// takes a byte a row, numbers that are all different a few bytes more than in
// their file, and nothing in it points anywhere.
type cells []block

// block is some rows of a column. Rows that are all equal take no numbers.
type block struct {
	text   string   // the distinct values, one behind the other
	ends   []uint32 // of each of them in text
	narrow []uint8  // the value of each row, where there are few,
	wide   []uint16 // and where there are many
}

// at returns row i of a block.
func (b *block) at(i int) string {
	value := 0
	switch {
	case b.narrow != nil:
		value = int(b.narrow[i])
	case b.wide != nil:
		value = int(b.wide[i])
	}
	if value == 0 {
		return b.text[:b.ends[0]]
	}
	return b.text[b.ends[value-1]:b.ends[value]]
}

// empty is a block without any value.
var empty = block{ends: []uint32{0}}

// Bounds on a block: its rows, its cells over all columns, so that what waits to
// be sorted into columns stays small, and the bytes of one column.
const (
	maxBlockRows  = 1 << 12
	maxBlockCells = 1 << 20
	maxBlockText  = 1 << 30
)

// blockRows returns how many rows a block has in a table of so many columns.
func blockRows(columns int) int {
	rows := maxBlockRows
	for rows > 1 && rows*columns > maxBlockCells {
		rows /= 2
	}
	return rows
}

// stage is a column of the rows of a block as they come. Rows at the end that it
// lacks have no value.
type stage struct {
	text []byte
	ends []int // of each cell in text
}

// add takes the cell of a row of the block.
func (s *stage) add(row int, cell string) {
	for len(s.ends) < row {
		s.ends = append(s.ends, len(s.text))
	}
	s.text = append(s.text, cell...)
	s.ends = append(s.ends, len(s.text))
}

// cell returns the cell of a row of the block.
func (s *stage) cell(row int) []byte {
	switch {
	case row >= len(s.ends):
		return nil
	case row == 0:
		return s.text[:s.ends[0]]
	}
	return s.text[s.ends[row-1]:s.ends[row]]
}

func (s *stage) reset() { s.text, s.ends = s.text[:0], s.ends[:0] }

// sorter finds the distinct values of stages.
type sorter struct {
	seed maphash.Seed
	slot []uint16 // hash table: the number of a value + 1, or 0
	code []uint16 // of each row
}

// block makes a block of so many rows of a stage.
func (t *sorter) block(s *stage, rows int) block {
	size := 4
	for size < 2*rows {
		size *= 2
	}
	if len(t.slot) < size {
		t.slot, t.seed = make([]uint16, size), maphash.MakeSeed()
	}
	slot := t.slot[:size]
	clear(slot)
	t.code = t.code[:0]
	distinct := stage{}
	for row := range rows {
		cell := s.cell(row)
		at := maphash.Bytes(t.seed, cell) & uint64(size-1)
		for slot[at] != 0 && !bytes.Equal(distinct.cell(int(slot[at])-1), cell) {
			at = (at + 1) & uint64(size-1)
		}
		if slot[at] == 0 {
			distinct.text = append(distinct.text, cell...)
			distinct.ends = append(distinct.ends, len(distinct.text))
			slot[at] = uint16(len(distinct.ends))
		}
		t.code = append(t.code, slot[at]-1)
	}
	b := block{text: string(distinct.text), ends: make([]uint32, len(distinct.ends))}
	for i, end := range distinct.ends {
		b.ends[i] = uint32(end)
	}
	switch {
	case len(b.ends) == 1:
	case len(b.ends) <= 256:
		b.narrow = make([]uint8, rows)
		for i, code := range t.code {
			b.narrow[i] = uint8(code)
		}
	default:
		b.wide = append(make([]uint16, 0, rows), t.code...)
	}
	return b
}

// RowLines says in which line of a file each row stands: as a rule in the one
// after that of the row before. Only the exceptions are kept.
type RowLines struct {
	marks []lineMark
	kept  []int32 // the rows that were kept of those read; nil: all
	rowPlaces
}

// lineMark says that a row and those after it stand in consecutive lines.
type lineMark struct{ row, line uint32 }

// add says where the next row stands.
func (l *RowLines) add(row, line int) {
	if n := len(l.marks); n > 0 {
		if last := l.marks[n-1]; int(last.line)+row-int(last.row) == line {
			return
		}
	}
	l.marks = append(l.marks, lineMark{uint32(row), uint32(line)})
}

// under returns what number a row had when it was read.
func (l *RowLines) under(row int) int {
	if l.kept == nil {
		return row
	}
	return int(l.kept[row])
}

// Of returns the line of a row.
func (l *RowLines) Of(row int) int {
	row = l.under(row)
	i := sort.Search(len(l.marks), func(i int) bool { return int(l.marks[i].row) > row }) - 1
	return int(l.marks[i].line) + row - int(l.marks[i].row)
}
