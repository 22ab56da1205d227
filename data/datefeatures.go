package data

import (
	"fmt"
	"math"
	"slices"
	"time"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

// dateFeatures names the features of a date, but for the indicator.
func (c *Column) dateFeatures() []string {
	var names []string
	for _, part := range c.Parts {
		if part == parse.DaysPart {
			names = append(names, c.Name+"."+part)
		} else {
			names = append(names, c.Name+"."+part+".sin", c.Name+"."+part+".cos")
		}
	}
	return names
}

// dateWidth is their number.
func (c *Column) dateWidth() int { return max(0, 2*len(c.Parts)-1) }

// checkDate checks what a date becomes.
func (c *Column) checkDate() error {
	if c.Kind != parse.DateKind {
		return nil
	}
	if parse.FormNames[c.Form] == "" {
		return fmt.Errorf("data: encoder: column %q has dates of form %q; it is ymd, dmy, mdy, ym, time or unix", c.Name, c.Form)
	}
	known := append([]string{parse.DaysPart}, parse.PartsOf(c.Form)...)
	for i, part := range c.Parts {
		if i == 0 != (part == parse.DaysPart) || !slices.Contains(known, part) || slices.Contains(c.Parts[:i], part) {
			return fmt.Errorf("data: encoder: column %q has the parts %s; they are days first, and each of %s once", c.Name, naming.List(c.Parts), naming.List(known[1:]))
		}
	}
	if len(c.Parts) == 0 {
		return fmt.Errorf("data: encoder: column %q has dates without parts; the first is days", c.Name)
	}
	return nil
}

// fitDate measures a column of dates.
func (c *Column) fitDate(g *grid.Grid, col int, rows []int, r parse.Reading) error {
	if err := c.fitNumber(g, col, rows, r); err != nil || c.Kind == parse.DroppedKind {
		return err
	}
	values, _, err := numbersAt(g, col, rows, r)
	if err != nil {
		return err
	}
	c.Parts = []string{parse.DaysPart}
	has := parse.PartsOf(r.Form)
	for _, circle := range parse.Circles {
		first := circle.Share(values[0])
		varies := func(days float64) bool { return circle.Share(days) != first }
		if slices.Contains(has, circle.Part) && slices.ContainsFunc(values, varies) {
			c.Parts = append(c.Parts, circle.Part)
		}
	}
	return nil
}

// encodeDate writes the features of each row, one after the other: the days as
// a number, where a missing one counts as the median; and points on circles,
// where a missing one is in the middle.
func (c *Column) encodeDate(g *grid.Grid, col int, r parse.Reading, u *unknowns) ([]float32, error) {
	width := c.width()
	all := make([]float32, g.Rows()*width)
	for row := range g.Rows() {
		to := all[row*width : (row+1)*width]
		days, err := g.Value(row, col, &r)
		if err != nil {
			return nil, err
		}
		missing := days != days
		if missing {
			days = c.Median
			if c.Missing {
				to[width-1] = 1
			} else {
				u.add(asMedian, row, c, "")
			}
		}
		if to[0], err = standardize(g, row, col, days, c.Mean, c.Std); err != nil {
			return nil, err
		}
		if missing {
			continue
		}
		at := 1
		for _, circle := range parse.Circles {
			if slices.Contains(c.Parts, circle.Part) {
				sin, cos := parse.OnCircle(circle.Share(days))
				to[at], to[at+1] = float32(sin), float32(cos)
				at += 2
			}
		}
	}
	return all, nil
}

// decodeDate returns the date that features stand for, to the minute where
// times of day matter.
func (c *Column) decodeDate(x []float32) string {
	if c.Missing && x[c.width()-1] != 0 {
		return ""
	}
	days := float64(x[0])*c.Std + c.Mean
	minutes, hours := math.Round(days*24*60), math.Round(days*24)
	t := time.Unix(int64(minutes)*60, 0).UTC()
	switch {
	case c.Form == parse.TimeForm:
		return t.Format("15:04")
	case c.Form == parse.MonthForm:
		return parse.DateOf(hours / 24).Format("2006-01")
	case slices.Contains(c.Parts, parse.HourPart):
		return t.Format("2006-01-02 15:04")
	}
	return parse.DateOf(hours / 24).Format("2006-01-02")
}
