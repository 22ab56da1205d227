package schema

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"

	"descent/data/internal/fault"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/internal/human"
)

// labelTarget finds the labels of which any number holds in a row: those of columns
// that say yes or no, or those in the cells of one column.
func labelTarget(g *grid.Grid, cfg Config) (Target, error) {
	t := Target{Task: Labels, Names: cfg.Targets}
	for _, name := range cfg.Targets {
		t.Columns = append(t.Columns, g.Index(name))
	}
	if col := t.Columns[0]; len(t.Columns) == 1 && !saysYesOrNo(g, col) {
		t.Reason = "asked for; the labels of a row stand in one cell"
		t.Separator = separatorIn(g, col)
		t.Names = labelsIn(g, col, t.Separator)
		switch {
		case len(t.Names) == 0:
			return t, fault.Errorf(fault.ErrNoRows, "data: %s: no row has a label in the target %q", g.File, cfg.Targets[0])
		case len(t.Names) > manyClasses && len(t.Names) > g.Rows()/2:
			return t, fmt.Errorf("data: %s: the target %q has %d labels in %d rows, few of each to learn from; name another target: %w",
				g.File, cfg.Targets[0], len(t.Names), g.Rows(), ErrDoubtfulTarget)
		}
		return t, nil
	}
	t.Reason = "asked for; each target says yes or no"
	t.Blank = make([]bool, len(t.Columns))
	for i, col := range t.Columns {
		blank, err := blankIsNo(g, col)
		if err != nil {
			return t, err
		}
		t.Blank[i] = blank
	}
	return t, nil
}

// saysYesOrNo reports whether all cells of a column that are there say yes or no.
func saysYesOrNo(g *grid.Grid, col int) bool {
	for cell := range grid.Unique(g, col).All() {
		if _, ok := parse.YesNo(cell.Text); !ok {
			return false
		}
	}
	return true
}

// blankIsNo reports whether an empty cell means no: the column holds crosses or the
// like where the label holds, and nothing elsewhere. A cell that says neither yes
// nor no is an error.
func blankIsNo(g *grid.Grid, col int) (bool, error) {
	saysNo := false
	for cell := range grid.Unique(g, col).All() {
		yes, ok := parse.YesNo(cell.Text)
		if !ok {
			return false, fault.Errorf(fault.ErrCell, "%s: %q says neither yes nor no; labels are columns of true and false, yes and no, 1 and 0 or crosses, or one column with all labels of a row, as in \"a;b\"",
				g.At(cell.Row, col), cell.Text)
		}
		saysNo = saysNo || !yes
	}
	return !saysNo, nil
}

// separatorIn returns what stands between the labels of a column.
func separatorIn(g *grid.Grid, col int) string {
	for _, separator := range parse.Separators {
		for cell := range grid.Unique(g, col).All() {
			if strings.Contains(cell.Text, separator) {
				return separator
			}
		}
	}
	return parse.Separators[0]
}

// labelsIn returns the labels of a column in order: numbers by value if all are
// numbers, and else as text. Of two spellings of accents it takes the first.
func labelsIn(g *grid.Grid, col int, separator string) []string {
	var labels []string
	met := make(map[string]bool)
	value := make(map[string]float64)
	numbers := true
	for cell := range grid.Unique(g, col).All() {
		for _, label := range parse.Labels(cell.Text, separator) {
			if name := naming.Normal(label); !met[name] {
				met[name] = true
				labels = append(labels, label)
				v, ok := parse.Number(label)
				value[label], numbers = v, numbers && ok
			}
		}
	}
	sort.Strings(labels)
	if numbers {
		slices.SortStableFunc(labels, func(a, b string) int { return int(min(1, max(-1, value[a]-value[b]))) })
	}
	return labels
}

// lacks reports whether a row has no value for the labels: a cell that is missing, but
// where that means no label.
func (t *Target) lacks(g *grid.Grid, row int) (col int, lacks bool) {
	for i, col := range t.Columns {
		cell := g.Cell(row, col)
		blank := cell == "" && (t.Separator != "" || t.Blank[i])
		if parse.Missing(cell) && !blank {
			return col, true
		}
	}
	return -1, false
}

// noteLabels says how many rows have no label, and which labels no row has.
func (t *Target) noteLabels(g *grid.Grid) (notes []string) {
	bare, held := 0, make([]bool, len(t.Columns))
	for row := range g.Rows() {
		some := false
		for i, col := range t.Columns {
			cell := g.Cell(row, col)
			yes := t.Separator != "" && cell != ""
			if t.Separator == "" {
				yes, _ = parse.YesNo(cell)
			}
			held[i] = held[i] || yes
			some = some || yes
		}
		if !some {
			bare++
		}
	}
	if bare > 0 {
		notes = append(notes, fmt.Sprintf("%s of %s rows have none of the labels", human.Thousands(float64(bare)), human.Thousands(float64(g.Rows()))))
	}
	if t.Separator == "" {
		for i, name := range t.Names {
			if !held[i] {
				notes = append(notes, fmt.Sprintf("no row has the label %q, which cannot be learned", name))
			}
		}
	}
	return notes
}

// noteLists says that targets, whose task was not asked for, look like labels.
func (t *Target) noteLists(g *grid.Grid) []string {
	if len(t.Columns) == 1 {
		if t.Task != Classes {
			return nil
		}
		if example := listIn(g, t.Columns[0]); example != "" {
			return []string{fmt.Sprintf("the target %q looks like lists of labels, such as %q, and each list is taken for a class; task multilabel takes the labels in them", t.Names[0], example)}
		}
		return nil
	}
	for _, col := range t.Columns {
		if !saysYesOrNo(g, col) {
			return nil
		}
	}
	return []string{"all targets say yes or no, and are taken for numbers; task multilabel takes them for labels"}
}

// listIn returns a cell of a column whose cells look like lists of labels, or "". A
// third of its rows are lists, and their labels are fewer than the lists, as they
// occur in several.
func listIn(g *grid.Grid, col int) (example string) {
	separated := false
	g.Tallies(col, false, func(t grid.Tally) bool {
		separated = bytes.ContainsAny(t.Text, strings.Join(parse.Separators, ""))
		return !separated
	})
	if !separated {
		return ""
	}
	cells := levelsOf(g, col)
	for _, separator := range parse.Separators {
		lists, rows, shortest := 0, 0, ""
		for cell, count := range cells {
			if labels := parse.Labels(cell, separator); len(labels) > 1 {
				lists, rows = lists+1, rows+count
				if shortest == "" || len(cell) < len(shortest) || len(cell) == len(shortest) && cell < shortest {
					shortest = cell
				}
			}
		}
		if lists > 1 && 3*rows >= g.Rows() && len(labelsIn(g, col, separator)) < len(cells) {
			return shortest
		}
	}
	return ""
}
