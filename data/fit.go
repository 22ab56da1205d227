package data

import (
	"fmt"

	"descent/data/internal/feature"
	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parallel"
	"descent/data/internal/parse"
	"descent/data/internal/schema"
)

// Fit learns the encoding from the given rows; nil means all.
func (t *Table) Fit(rows []int) (_ *Encoder, err error) {
	defer grid.Recover(&err)
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
	e.Columns = make([]Column, len(t.plan.Columns))
	err = parallel.Each(len(e.Columns), func(_, i int) (err error) {
		e.Columns[i], err = fitColumn(g, t.plan.Columns[i], rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	if t.plan.Weight >= 0 {
		var err error
		if e.Weight, err = fitWeight(g, t.plan.Weight, t.plan.Weigh, rows); err != nil {
			return nil, err
		}
	}
	if t.images != nil {
		e.Kind, e.Image = pictureKind, g.Columns[t.plan.Image]
		if err := t.images.measure(e, rows); err != nil {
			return nil, err
		}
	}
	if len(e.inputNames()) == 0 {
		return nil, fmt.Errorf("data: %s: no column is left to predict from in its training rows: %s", g.File, naming.List(e.Notes()))
	}
	if t.plan.Target.Task == schema.Labels {
		e.fitLabels(t.plan.Target, g.Columns)
		return e, nil
	}
	for i, col := range t.plan.Target.Columns {
		goal := Target{Name: t.plan.Target.Names[i]}
		if t.plan.Target.Task == schema.Amounts {
			r := t.plan.Target.Readings[i]
			goal.Notation, goal.Absent = r.Notation.String(), r.Absent
			var err error
			if goal.Mean, goal.Std, err = feature.Spread(g, col, rows, r); err != nil {
				return nil, err
			}
		}
		e.Targets = append(e.Targets, goal)
	}
	return e, nil
}

// fitColumn measures a column on the given rows.
func fitColumn(g *grid.Grid, p schema.Column, rows []int) (Column, error) {
	c := Column{Name: g.Columns[p.Col], Kind: p.Kind, Why: p.Why}
	var dropped feature.Dropped
	switch p.Kind {
	case parse.NumberKind, parse.DateKind:
		var date feature.Date
		var err error
		if p.Kind == parse.DateKind {
			date, dropped, err = feature.FitDate(g, p.Col, rows, p.Reading)
		} else {
			date.Number, dropped, err = feature.FitNumber(g, p.Col, rows, p.Reading)
		}
		if err != nil {
			return c, err
		}
		c.Median, c.Mean, c.Std, c.Missing, c.Parts = date.Median, date.Mean, date.Std, date.Missing, date.Parts
		c.Notation, c.Form, c.Absent = p.Reading.Notation.String(), p.Reading.Form, p.Reading.Absent
	case parse.CategoryKind:
		var category *feature.Category
		var err error
		if category, dropped, err = feature.FitCategory(g, p.Col, rows, p.Levels); err != nil {
			return c, err
		}
		if category != nil {
			c.Levels, c.Rare, c.Missing = category.Levels, category.Rare, category.Missing
			if c.Hashed, c.Empty = category.Hashed, category.Empty; c.Hashed > 0 {
				c.Levels = nil // which their number says
			}
		}
	case parse.TextKind:
		text, without, err := feature.FitText(g, p.Col, rows)
		if err != nil {
			return c, err
		}
		if dropped = without; text != nil {
			c.Text = &NGrams{text.Grams, text.Weights, text.Length}
		}
	}
	if dropped != "" {
		c = Column{Name: c.Name, Kind: parse.DroppedKind, Why: string(dropped)}
	}
	return c, nil
}
