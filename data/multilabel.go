package data

import (
	"fmt"
	"math"
	"slices"

	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/data/internal/schema"
)

// LabelColumn is a column whose cells hold all labels of a row.
type LabelColumn struct {
	Name      string `json:"name"`
	Separator string `json:"separator"` // between them: ";", "|" or ","
}

// labelReader reads the labels of a row as 1 and 0.
type labelReader struct {
	encoder *Encoder
	number  naming.Index // of the labels that stand in one column
}

func (e *Encoder) labelReader() labelReader {
	names := make([]string, len(e.Targets))
	for i, t := range e.Targets {
		names[i] = t.Name
	}
	return labelReader{e, naming.NewIndex(names)}
}

// columns returns the columns that hold labels: one, or one for each.
func (e *Encoder) labelColumns() []string {
	if e.LabelColumn != nil {
		return []string{e.LabelColumn.Name}
	}
	var names []string
	for _, t := range e.Targets {
		names = append(names, t.Name)
	}
	return names
}

// put writes the labels that a cell of column i tells to y, one value for each, and
// reports whether the cell tells nothing.
func (r *labelReader) put(y []float32, i int, cell string) (missing bool, err error) {
	e := r.encoder
	if e.LabelColumn == nil {
		t := e.Targets[i]
		yes, ok := parse.YesNo(cell)
		switch {
		case cell == "" && t.Blank: // no
		case parse.Missing(cell):
			return true, nil
		case !ok:
			return false, fmt.Errorf("%q says neither yes nor no, as the labels of training do", cell)
		}
		y[0] = 0
		if yes {
			y[0] = 1
		}
		return false, nil
	}
	if cell != "" && parse.Missing(cell) {
		return true, nil
	}
	clear(y)
	for _, label := range parse.Labels(cell, e.LabelColumn.Separator) {
		k, known := r.number.Of(label)
		if !known {
			return false, r.unknown(label)
		}
		y[k] = 1
	}
	return false, nil
}

// unknown says that training did not have a label.
func (r *labelReader) unknown(label string) error {
	var names []string
	for _, t := range r.encoder.Targets {
		names = append(names, t.Name)
	}
	meant := ""
	if other := feature.InOtherCase(label, names); other != "" {
		meant = fmt.Sprintf("; did you mean %q?", other)
	}
	return fmt.Errorf("%q is no label of the training data%s; those are %s", label, meant, naming.List(names))
}

// encodeLabels encodes the labels where they are, as [Encoder.encodeTargets] does
// other targets.
func (e *Encoder) encodeLabels(s *encodedTable, g *grid.Grid) {
	width := len(e.Targets)
	s.y = make([]float32, g.Rows()*width)
	s.wrong = make(map[int]string)
	reader := e.labelReader()
	missing, columns := 0, e.labelColumns()
	for k, name := range columns {
		col := g.Find(name)
		for row := range g.Rows() {
			y := s.y[row*width : (row+1)*width]
			if e.LabelColumn == nil {
				y = y[k : k+1]
			}
			lacks, err := true, error(nil)
			if col >= 0 {
				lacks, err = reader.put(y, k, g.Cell(row, col))
			}
			if err != nil && len(s.wrong) < 100 {
				s.wrong[row] = cellError(g.At(row, col), err).Error()
			}
			if lacks {
				missing++
			}
			if lacks || err != nil {
				for i := range y {
					y[i] = float32(math.NaN())
				}
			}
		}
	}
	if missing == g.Rows()*len(columns) {
		s.spec.Unlabeled, s.y = true, nil
	}
}

// fitLabels takes over the labels that the schema found.
func (e *Encoder) fitLabels(t schema.Target, columns []string) {
	for i, name := range t.Names {
		goal := Target{Name: name}
		if t.Separator == "" {
			goal.Blank = t.Blank[i]
		}
		e.Targets = append(e.Targets, goal)
	}
	if t.Separator != "" {
		e.LabelColumn = &LabelColumn{Name: columns[t.Columns[0]], Separator: t.Separator}
	}
}

// validateLabels checks what encodes labels.
func (e *Encoder) validateLabels() error {
	seen := make(map[string]bool)
	for _, t := range e.Targets {
		if seen[t.Name] {
			return fmt.Errorf("data: encoder: two labels are called %q", t.Name)
		}
		seen[t.Name] = true
	}
	if c := e.LabelColumn; c != nil && (c.Name == "" || !slices.Contains(parse.Separators, c.Separator)) {
		return fmt.Errorf("data: encoder: labels in column %q are separated by %q; want a name, and one of %s", c.Name, c.Separator, naming.List(parse.Separators))
	}
	return nil
}
