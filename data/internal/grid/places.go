package grid

import (
	"fmt"
	"sort"
	"strings"
)

// rowPlaces is what places are called.
type rowPlaces struct {
	ByRow bool      // rows are counted, as there are no lines
	files []rowFile // that rows stand in, if there are several
}

// rowFile says from which row on rows stand in a file.
type rowFile struct {
	row  int // as it was read
	file string
}

// unit is what rows are counted in.
func (l *RowLines) unit() string {
	if l.ByRow {
		return "row"
	}
	return "line"
}

// file returns the file of a row of several; "" where there is one.
func (l *RowLines) file(row int) string {
	if len(l.files) == 0 {
		return ""
	}
	row = l.under(row)
	return l.files[sort.Search(len(l.files), func(i int) bool { return l.files[i].row > row })-1].file
}

// Place says where a row stands, as it follows "in": "line 5", or of several files
// "a.csv, line 5".
func (l *RowLines) Place(row int) string {
	place := fmt.Sprint(l.unit(), " ", l.Of(row))
	if file := l.file(row); file != "" {
		return file + ", " + place
	}
	return place
}

// In is Place with the file, which is the one given unless there are several.
func (l *RowLines) In(file string, row int) string {
	if len(l.files) > 0 {
		return l.Place(row)
	}
	return file + ", " + l.Place(row)
}

// Places lists where rows stand: "lines 3, 5", or each with its file.
func (l *RowLines) Places(rows []int) string {
	var places []string
	for _, row := range rows {
		if l.file(row) != "" {
			places = append(places, l.Place(row))
		} else {
			places = append(places, fmt.Sprint(l.Of(row)))
		}
	}
	switch {
	case len(rows) > 0 && l.file(rows[0]) != "":
		return strings.Join(places, "; ")
	case len(rows) == 1:
		return l.unit() + " " + places[0]
	}
	return l.unit() + "s " + strings.Join(places, ", ")
}
