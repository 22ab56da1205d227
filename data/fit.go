package data

import (
	"fmt"
	"math"
	"sort"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/data/internal/schema"
)

// rareCount is how often a level must occur in training to have a slot of its
// own, where there are more than maxLevels.
const rareCount = 10

// Fit learns the encoding from the given rows; nil means all.
func (t *Table) Fit(rows []int) (*Encoder, error) {
	g := t.grid
	if rows != nil && len(rows) == 0 {
		return nil, fmt.Errorf("data: %s: nothing to fit on: %w", g.File, errEmpty)
	}
	for _, r := range rows {
		if r < 0 || r >= g.Rows() {
			return nil, fmt.Errorf("data: %s has no row %d; it has rows 0 to %d", g.File, r, g.Rows()-1)
		}
	}
	e := &Encoder{Kind: tableKind, Task: Task(t.plan.Target.Task), Reason: t.plan.Target.Reason, Classes: t.plan.Target.Classes}
	for _, p := range t.plan.Columns {
		c := Column{Name: g.Columns[p.Col], Kind: p.Kind, Why: p.Why}
		var err error
		switch p.Kind {
		case parse.NumberKind:
			err = c.fitNumber(g, p.Col, rows, p.Reading)
		case parse.DateKind:
			err = c.fitDate(g, p.Col, rows, p.Reading)
		case parse.CategoryKind:
			c.fitCategory(g, p.Col, rows)
		}
		if err != nil {
			return nil, err
		}
		e.Columns = append(e.Columns, c)
	}
	if len(e.inputNames()) == 0 {
		return nil, fmt.Errorf("data: %s: no column is left to predict from in its training rows: %s", g.File, naming.List(e.Notes()))
	}
	for i, col := range t.plan.Target.Columns {
		goal := Target{Name: t.plan.Target.Names[i]}
		if t.plan.Target.Task == schema.Amounts {
			r := t.plan.Target.Readings[i]
			goal.Notation, goal.Absent = r.Notation.String(), r.Absent
			values, _, err := numbersAt(g, col, rows, r)
			if err != nil {
				return nil, err
			}
			if goal.Mean, goal.Std, err = spread(g, col, values); err != nil {
				return nil, err
			}
		}
		e.Targets = append(e.Targets, goal)
	}
	return e, nil
}

// fitNumber measures a column of numbers, or of dates in days.
func (c *Column) fitNumber(g *grid.Grid, col int, rows []int, r parse.Reading) error {
	values, missing, err := numbersAt(g, col, rows, r)
	if err != nil {
		return err
	}
	if len(values) == 0 {
		c.Kind, c.Why = parse.DroppedKind, "holds no values in the training part"
		return nil
	}
	if c.Mean, c.Std, err = spread(g, col, values); err != nil {
		return err
	}
	sort.Float64s(values)
	half := len(values) / 2
	c.Median = values[half]
	if len(values)%2 == 0 {
		c.Median = values[half-1]/2 + values[half]/2
	}
	c.Missing = missing > 0
	c.Notation, c.Form, c.Absent = r.Notation.String(), r.Form, r.Absent
	if values[0] == values[len(values)-1] && !c.Missing {
		*c = Column{Name: c.Name, Kind: parse.DroppedKind, Why: fmt.Sprintf("is constant in the training part (%s)", parse.FormatNumber(values[0]))}
	}
	return nil
}

// numbersAt returns the numbers of the given rows that are there.
func numbersAt(g *grid.Grid, col int, rows []int, r parse.Reading) (values []float64, missing int, err error) {
	n := len(rows)
	if rows == nil {
		n = g.Rows()
	}
	values = make([]float64, 0, n)
	for row := range g.Among(rows) {
		v, err := g.Value(row, col, &r)
		if err != nil {
			return nil, 0, err
		}
		if v != v {
			missing++
			continue
		}
		values = append(values, v)
	}
	return values, missing, nil
}

// spread returns the mean and the standard deviation of the population, in
// two passes; 1 for values that are all equal.
func spread(g *grid.Grid, col int, values []float64) (mean, std float64, err error) {
	same := true
	for _, v := range values {
		mean += v
		same = same && v == values[0]
	}
	mean /= float64(len(values))
	if same {
		return values[0], 1, nil
	}
	for _, v := range values {
		std += float64((v - mean) * (v - mean)) // rounded, on every machine
	}
	std = math.Sqrt(std / float64(len(values)))
	if !(std > 0) || math.IsInf(std, 0) {
		return 0, 0, fmt.Errorf("data: %s, column %q: its numbers cannot be standardized: mean %v, standard deviation %v; rescale the column",
			g.File, g.Columns[col], mean, std)
	}
	return mean, std, nil
}

// fitCategory counts the levels of a column. Beyond maxLevels, the most
// frequent keep a slot and the others share one.
func (c *Column) fitCategory(g *grid.Grid, col int, rows []int) {
	count := make(map[string]int)
	missing := 0
	for row := range g.Among(rows) {
		if cell := g.Cell(row, col); parse.Missing(cell) {
			missing++
		} else {
			count[cell]++
		}
	}
	for level, n := range count { // with accents behind their letters
		if as := naming.Normal(level); as != level && count[as] > 0 {
			count[as] += n
			delete(count, level)
		}
	}
	c.Missing = missing > 0
	switch {
	case len(count) == 0:
		*c = Column{Name: c.Name, Kind: parse.DroppedKind, Why: "holds no values in the training part"}
		return
	case len(count) == 1 && !c.Missing:
		for level := range count {
			*c = Column{Name: c.Name, Kind: parse.DroppedKind, Why: fmt.Sprintf("is constant in the training part (%s)", level)}
		}
		return
	}
	for level := range count {
		c.Levels = append(c.Levels, level)
	}
	if len(c.Levels) > schema.MaxLevels {
		sort.Slice(c.Levels, func(i, j int) bool {
			a, b := c.Levels[i], c.Levels[j]
			return count[a] > count[b] || count[a] == count[b] && a < b
		})
		keep := 0
		for keep < schema.MaxLevels && count[c.Levels[keep]] >= rareCount {
			keep++
		}
		c.Levels, c.Rare = c.Levels[:keep:keep], c.Levels[keep:]
		sort.Strings(c.Rare)
	}
	sort.Strings(c.Levels)
}
