package schema

import (
	"iter"
	"strconv"
	"strings"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// areAddresses reports whether what looks like numbers is none but addresses such
// as 192.168.101.100.
func areAddresses(figures iter.Seq[figureCell]) bool {
	some := false
	for f := range figures {
		parts := strings.Split(f.Body, ".")
		if len(parts) != 4 {
			return false
		}
		for _, part := range parts {
			if v, err := strconv.Atoi(part); err != nil || v > 255 {
				return false
			}
		}
		some = true
	}
	return some
}

// areTelephones reports whether all are telephone numbers such as +49 170 123 456.
func areTelephones(figures iter.Seq[figureCell]) bool {
	spaced := false
	for f := range figures {
		if !strings.HasPrefix(f.Text, "+") || f.Marked() {
			return false
		}
		spaced = spaced || strings.Contains(f.Body, " ")
	}
	return spaced
}

// areSeasons reports whether all cells are a year and the next, as in 2009/10,
// which may look like a month of it.
func areSeasons(cells grid.Uniques) bool {
	for cell := range cells.All() {
		parts := parse.SplitDay(cell.Text)
		if len(parts) != 2 || len(parts[0]) != 4 || len(parts[1]) != 2 {
			return false
		}
		year, err := strconv.Atoi(parts[0])
		next, err2 := strconv.Atoi(parts[1])
		if err != nil || err2 != nil || (year+1)%100 != next {
			return false
		}
	}
	return true
}
