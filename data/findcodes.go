package data

import (
	"slices"
	"strconv"
	"strings"
)

// areCodes reports whether what looks like numbers is none: addresses such as
// 192.168.101.100, or telephone numbers such as +49 170 123 456.
func areCodes(figures []figure, read []uniqueCell) bool {
	if len(figures) == 0 {
		return false
	}
	address := func(f figure) bool {
		parts := strings.Split(f.body, ".")
		return len(parts) == 4 && !slices.ContainsFunc(parts, func(part string) bool {
			v, err := strconv.Atoi(part)
			return err != nil || v > 255
		})
	}
	spaced := false
	for i, f := range figures {
		spaced = spaced || strings.Contains(f.body, " ")
		if !strings.HasPrefix(read[i].text, "+") || strings.ContainsAny(f.body, ".,") {
			return !slices.ContainsFunc(figures, func(f figure) bool { return !address(f) })
		}
	}
	return spaced
}

// areSeasons reports whether all cells are a year and the next, as in 2009/10,
// which may look like a month of it.
func areSeasons(cells []uniqueCell) bool {
	return len(cells) > 0 && !slices.ContainsFunc(cells, func(cell uniqueCell) bool {
		parts := splitDay(cell.text)
		if len(parts) != 2 || len(parts[0]) != 4 || len(parts[1]) != 2 {
			return true
		}
		year, err := strconv.Atoi(parts[0])
		next, err2 := strconv.Atoi(parts[1])
		return err != nil || err2 != nil || (year+1)%100 != next
	})
}
