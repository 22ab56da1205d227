package data

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// dateFeatures names the features of a date, but for the indicator.
func (c *Column) dateFeatures() []string {
	var names []string
	for _, part := range c.Parts {
		if part == daysPart {
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
	if c.Kind != dateKind {
		return nil
	}
	if formNames[c.Form] == "" {
		return fmt.Errorf("data: encoder: column %q has dates of form %q; it is ymd, dmy, mdy, ym, time or unix", c.Name, c.Form)
	}
	known := append([]string{daysPart}, partsOf(c.Form)...)
	for i, part := range c.Parts {
		if i == 0 != (part == daysPart) || !slices.Contains(known, part) || slices.Contains(c.Parts[:i], part) {
			return fmt.Errorf("data: encoder: column %q has the parts %s; they are days first, and each of %s once", c.Name, list(c.Parts), list(known[1:]))
		}
	}
	if len(c.Parts) == 0 {
		return fmt.Errorf("data: encoder: column %q has dates without parts; the first is days", c.Name)
	}
	return nil
}

// fitDate measures a column of dates.
func (c *Column) fitDate(g *grid, col int, rows []int, r reading) error {
	if err := c.fitNumber(g, col, rows, r); err != nil || c.Kind == droppedKind {
		return err
	}
	values, _, err := numbersAt(g, col, rows, r)
	if err != nil {
		return err
	}
	c.Parts = []string{daysPart}
	has := partsOf(r.form)
	for _, circle := range circles {
		first := circle.share(values[0])
		varies := func(days float64) bool { return circle.share(days) != first }
		if slices.Contains(has, circle.part) && slices.ContainsFunc(values, varies) {
			c.Parts = append(c.Parts, circle.part)
		}
	}
	return nil
}

// encodeDate writes the features of each row, one after the other: the days as
// a number, where a missing one counts as the median; and points on circles,
// where a missing one is in the middle.
func (c *Column) encodeDate(g *grid, col int, r reading, u *unknowns) ([]float32, error) {
	width := c.width()
	all := make([]float32, g.rows()*width)
	for row := range g.rows() {
		to := all[row*width : (row+1)*width]
		days, err := g.value(row, col, &r)
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
		for _, circle := range circles {
			if slices.Contains(c.Parts, circle.part) {
				sin, cos := onCircle(circle.share(days))
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
	case c.Form == timeForm:
		return t.Format("15:04")
	case c.Form == monthForm:
		return dateOf(hours / 24).Format("2006-01")
	case slices.Contains(c.Parts, hourPart):
		return t.Format("2006-01-02 15:04")
	}
	return dateOf(hours / 24).Format("2006-01-02")
}
