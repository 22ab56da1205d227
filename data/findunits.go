package data

import (
	"fmt"
	"strings"
)

// commonUnit returns the unit that stands behind more than half of the numbers,
// if there is one that is neither money nor percent.
func commonUnit(cells []uniqueCell) string {
	count := make(map[string]int)
	rows := 0
	for _, cell := range cells {
		if f, ok := takeApart(cell.text); ok {
			rows += cell.count
			count[f.after] += cell.count
		}
	}
	for unit, n := range count {
		if 2*n > rows && !isMoney(unit) {
			return unit
		}
	}
	return ""
}

// findUnits finds what stands beside the numbers: nothing, or one currency,
// percent or unit.
func (f *finding) findUnits(g *grid, col int, figures []figure, read []uniqueCell, all bool) (bool, error) {
	var first [3]int // the first figure without, with one before and with one behind; 0: none
	for i, fig := range figures {
		bare := fig.before == "" && fig.after == ""
		if bare && strings.Trim(fig.body, "0.,") != "" && first[0] == 0 {
			first[0] = i + 1
		}
		for side, unit := range []string{fig.before, fig.after} {
			known := []*string{&f.notation.before, &f.notation.after}[side]
			switch {
			case unit == "":
			case first[side+1] == 0:
				first[side+1], *known = i+1, unit
			case *known != unit && all && isMoney(*known) && isMoney(unit):
				return false, twoUnits(g, col, read[first[side+1]-1], read[i], "but of different things")
			case *known != unit:
				return false, nil
			}
		}
	}
	unit := f.notation.after
	if first[1] > 0 && first[2] > 0 && unit != f.notation.before && figures[first[1]-1].after == "" {
		if !all || !isMoney(unit) {
			return false, nil
		}
		return false, twoUnits(g, col, read[min(first[1], first[2])-1], read[max(first[1], first[2])-1], "but of different things")
	}
	switch {
	case unit == "%" && first[0] > 0 && !all:
		return false, nil
	case unit == "%" && first[0] > 0:
		return false, twoUnits(g, col, read[first[2]-1], read[first[0]-1], "with % and without")
	case unit != "" && !isMoney(unit) && f.want == "":
		return len(figures) > fewIntegers, nil
	}
	return true, nil
}

func isMoney(unit string) bool { return unit == "%" || isCurrency(unit) }

func twoUnits(g *grid, col int, a, b uniqueCell, how string) error {
	return fmt.Errorf("%s: %q beside %q in line %d: the column looks like numbers, %s; write all in one way, or make the column a category",
		g.at(a.row, col), a.text, b.text, g.line(b.row), how)
}
