package data

import "descent/data/internal/feature"

// NewCell counts the cells of a column whose like training did not have.
type NewCell struct {
	Levels  int // that none of the known ones stands for
	Rare    int // likewise, which count as rare ones
	Missing int // where training missed none
}

// NewCells returns of each column of a table that an [Encoder] encoded how many of
// its cells training did not have the like of; nothing of columns without any, and
// of sets other than a whole table.
func NewCells(s Source) map[string]NewCell {
	t, ok := s.(*encodedTable)
	if !ok {
		return nil
	}
	all := map[string]NewCell{}
	for _, as := range []feature.Fate{feature.AsNone, feature.AsRare, feature.AsNoLevel, feature.AsMedian} {
		t.unknown.Cells(as, func(column string, cells int) {
			c := all[column]
			switch as {
			case feature.AsNone:
				c.Levels += cells
			case feature.AsRare:
				c.Rare += cells
			default:
				c.Missing += cells
			}
			all[column] = c
		})
	}
	return all
}
