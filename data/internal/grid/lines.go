package grid

import "sort"

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
		if last := &l.marks[n-1]; int(last.line)+row-int(last.row) == line {
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
