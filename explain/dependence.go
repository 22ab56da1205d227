package explain

import (
	"context"
	"fmt"
	"slices"
)

// Dependence is how the predictions of a model go with one column.
type Dependence struct {
	Column  string    `json:"column"`
	Kind    string    `json:"kind"`
	Rows    int       `json:"rows"`
	Outputs []string  `json:"outputs"`         // what is predicted
	Mean    []float64 `json:"mean_prediction"` // of each output
	Points  []Point   `json:"points"`          // in order: numbers ascending, levels by their likeness
	Missing *Point    `json:"missing,omitempty"`
}

// Point is one value of the column.
type Point struct {
	Value   float64   `json:"value"`           // of a number; days since 1970 of a date; the place of a level
	Text    string    `json:"text"`            // the cell
	Rows    int       `json:"rows"`            // that have it, or of a number lie between it and the point before
	Partial []float64 `json:"partial"`         // of each output: the mean prediction if all rows had it
	Local   []float64 `json:"local,omitempty"` // of each output: the accumulated local effect, with the mean 0 over the rows
}

// Dependence computes partial dependence and accumulated local effects of a column.
//
// Partial dependence at v is the mean prediction over the rows with the column set
// to v. Where columns go together it asks the model about rows that do not occur,
// such as large houses of one room.
//
// Accumulated local effects add up how the prediction of the rows between two
// neighbouring values differs between them, and so stay where rows are:
//
//	ALE(zₖ) = Σ_{j≤k} mean over rows in (zⱼ₋₁, zⱼ] of f(zⱼ, rest) - f(zⱼ₋₁, rest)    minus its mean over the rows
//
// The values z of a number are quantiles of the rows, each a value that occurs, at
// most as many as the configuration's points; fewer where few differ. Levels are
// ordered by how alike the rows are that have them in the other columns; rare ones
// and missing ones count as levels. Where a number is missing it has no order: it
// is a point of partial dependence beside the others.
//
// Sources: Friedman, "Greedy function approximation", Annals of Statistics 29,
// 2001; Apley and Zhu, "Visualizing the effects of predictor variables in black box
// supervised learning models", JRSS B 82, 2020, arXiv:1612.08468v2, equations 14
// to 16, and for levels section 5 as their R package ALEPlot has it.
func (e *Explainer) Dependence(ctx context.Context, rows *Rows, column int) (*Dependence, error) {
	if column < 0 || column >= len(e.columns) {
		return nil, fmt.Errorf("explain: there is no column %d; the model reads %d", column, len(e.columns))
	}
	c := &e.columns[column]
	if !c.HasCurve() {
		return nil, fmt.Errorf("explain: column %q is text, which has no curve; numbers, dates and categories have", c.Name)
	}
	d := &Dependence{Column: c.Name, Kind: c.Kind, Rows: rows.Len(), Outputs: e.Outputs()}
	g := e.gridOf(c, rows)
	if err := e.partial(ctx, rows, g, d); err != nil {
		return nil, err
	}
	if err := e.local(ctx, rows, g, d); err != nil {
		return nil, err
	}
	y, err := e.predict(ctx, rows.Len(), func(i int, x []float32) { copy(x, rows.Row(i)) })
	d.Mean = e.means(y)
	return d, err
}

// grid is the values of a column that a curve goes through.
type grid struct {
	column  *Column
	from    []int // a row that has the value
	missing int   // a row where it is missing, of a number; -1: none
	at      []int // the value of each row, or of a number the first that is not below it; -1: missing
}

// gridOf returns the values of a column among rows.
func (e *Explainer) gridOf(c *Column, rows *Rows) grid {
	if c.Kind == categoryKind {
		return e.levelGrid(c, rows)
	}
	g := grid{column: c, missing: -1, at: make([]int, rows.Len())}
	values := make([]float64, rows.Len())
	var order []int
	for i := range values {
		if values[i] = c.number(rows.Row(i)); values[i] == values[i] {
			order = append(order, i)
		} else if g.missing < 0 {
			g.missing = i
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	var distinct []int
	for k, i := range order {
		if k == 0 || values[i] != values[order[k-1]] {
			distinct = append(distinct, i)
		}
	}
	g.from = distinct
	if most := max(2, e.cfg.Points); len(distinct) > most {
		g.from = nil
		for k := range most {
			i := order[k*(len(order)-1)/(most-1)]
			if len(g.from) == 0 || values[i] != values[g.from[len(g.from)-1]] {
				g.from = append(g.from, i)
			}
		}
	}
	for i, v := range values {
		g.at[i] = -1
		if v == v {
			g.at[i], _ = slices.BinarySearchFunc(g.from, v, func(row int, v float64) int {
				switch {
				case values[row] < v:
					return -1
				case values[row] > v:
					return 1
				}
				return 0
			})
		}
	}
	return g
}

// levelGrid returns the levels of a category that occur among rows.
func (e *Explainer) levelGrid(c *Column, rows *Rows) grid {
	g := grid{column: c, missing: -1, at: make([]int, rows.Len())}
	first := map[int]int{} // row by slot
	var slots []int
	for i := range g.at {
		slot := c.slot(rows.Row(i))
		if _, seen := first[slot]; !seen {
			first[slot] = i
			slots = append(slots, slot)
		}
		g.at[i] = slot
	}
	slices.Sort(slots)
	slots = e.byLikeness(c, rows, slots, g.at)
	for _, slot := range slots {
		g.from = append(g.from, first[slot])
	}
	for i, slot := range g.at {
		g.at[i] = slices.Index(slots, slot)
	}
	return g
}

// text names value k of a grid.
func (g *grid) text(rows *Rows, k int) (float64, string) {
	x := rows.Row(g.from[k])
	if g.column.Kind == categoryKind {
		return float64(k), g.column.level(g.column.slot(x))
	}
	return g.column.number(x), g.column.text(x)
}

// partial computes the partial dependence at each value.
func (e *Explainer) partial(ctx context.Context, rows *Rows, g grid, d *Dependence) error {
	from := g.from
	if g.missing >= 0 {
		from = append(slices.Clone(from), g.missing)
	}
	points := make([]Point, len(from))
	err := e.each(ctx, len(from), func(k int) error {
		y, err := e.predict(ctx, rows.Len(), func(i int, x []float32) {
			copy(x, rows.Row(i))
			g.column.put(x, rows.Row(from[k]))
		})
		points[k].Partial = e.means(y)
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range g.at {
		if k >= 0 {
			points[k].Rows++
		} else {
			points[len(points)-1].Rows++
		}
	}
	if g.missing >= 0 {
		last := points[len(points)-1]
		last.Text = "missing"
		d.Missing, points = &last, points[:len(points)-1]
	}
	for k := range points {
		points[k].Value, points[k].Text = g.text(rows, k)
	}
	d.Points = points
	return nil
}

// means is the mean of each output over rows of predictions.
func (e *Explainer) means(y []float64) []float64 {
	wide := len(e.of.Names)
	out := make([]float64, wide)
	for i, v := range y {
		out[i%wide] += v
	}
	for k := range out {
		out[k] /= float64(len(y) / wide)
	}
	return out
}
