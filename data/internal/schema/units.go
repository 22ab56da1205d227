package schema

import (
	"fmt"
	"iter"
	"strings"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// commonUnit returns the unit that stands behind more than half of the numbers,
// if there is one that is neither money nor percent.
func commonUnit(cells grid.Uniques) string {
	count := make(map[string]int)
	rows := 0
	for cell := range cells.All() {
		if f, ok := parse.TakeApart(cell.Text); ok {
			rows += cell.Count
			if _, met := count[f.After]; met || len(count) < grid.MaxUnique {
				count[f.After] += cell.Count
			}
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
func (f *finding) findUnits(g *grid.Grid, col int, figures iter.Seq[figureCell], c census) (bool, error) {
	all := len(c.others) == 0
	var bare, before, after figureCell // the first without, with one before, and with one behind
	for fig := range figures {
		if fig.Before == "" && fig.After == "" && strings.Trim(fig.Body, "0.,") != "" && !bare.read {
			bare = fig
		}
		for _, side := range []struct {
			unit  string
			known *string
			first *figureCell
		}{{fig.Before, &f.Notation.Before, &before}, {fig.After, &f.Notation.After, &after}} {
			switch {
			case side.unit == "":
			case !side.first.read:
				*side.first, *side.known = fig, side.unit
			case *side.known != side.unit && all && isMoney(*side.known) && isMoney(side.unit):
				return false, twoUnits(g, col, *side.first, fig, "but of different things")
			case *side.known != side.unit:
				return false, nil
			}
		}
	}
	unit := f.Notation.After
	if before.read && after.read && unit != f.Notation.Before && before.After == "" {
		if !all || !isMoney(unit) {
			return false, nil
		}
		if after.Row < before.Row {
			before, after = after, before
		}
		return false, twoUnits(g, col, before, after, "but of different things")
	}
	switch {
	case unit == "%" && bare.read && !all:
		return false, nil
	case unit == "%" && bare.read:
		return false, twoUnits(g, col, after, bare, "with % and without")
	case unit != "" && !isMoney(unit) && f.want == "":
		return c.read > fewIntegers, nil
	}
	return true, nil
}

func isMoney(unit string) bool { return unit == "%" || parse.IsCurrency(unit) }

func twoUnits(g *grid.Grid, col int, a, b figureCell, how string) error {
	return fmt.Errorf("%s: %q beside %q in %s: the column looks like numbers, %s; write all in one way, or make the column a category",
		g.At(a.Row, col), a.Text, b.Text, g.Place(b.Row), how)
}
