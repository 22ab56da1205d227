package data

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// The parts of a date. Days since 1970 are a number; the others go round, and
// become the sine and cosine of their place in the circle.
const (
	daysPart     = "days"
	monthPart    = "month"
	monthdayPart = "monthday"
	weekdayPart  = "weekday"
	hourPart     = "hour"
)

// circles are the parts that go round, as shares of the circle.
var circles = []struct {
	part  string
	share func(days float64) float64
}{
	{monthPart, func(days float64) float64 { return float64(dateOf(days).Month()-1) / 12 }},
	{monthdayPart, func(days float64) float64 { return float64(dateOf(days).Day()-1) / 31 }},
	{weekdayPart, func(days float64) float64 { return float64(dateOf(days).Weekday()) / 7 }},
	{hourPart, func(days float64) float64 { return days - math.Floor(days) }},
}

// onCircle returns the sine and the cosine of 2πs, for s in [0, 1), to 1e-15. Each
// product is rounded by itself, so that all machines have the same bits.
func onCircle(s float64) (sin, cos float64) {
	quarter := math.Floor(float64(4*s) + 0.5)
	r := float64((s - quarter/4) * (2 * math.Pi)) // in [-π/4, π/4]
	square := float64(r * r)
	series := func(n float64) float64 { // 1 - r²/n(n+1)·(1 - r²/(n+2)(n+3)·(…
		sum := 1.0
		for k := n + 16; k >= n; k -= 2 {
			sum = 1 - float64(square/float64(k*(k+1))*sum)
		}
		return sum
	}
	sin, cos = float64(r*series(2)), series(1)
	switch int(quarter) & 3 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}

func dateOf(days float64) time.Time {
	return time.Unix(int64(math.Floor(days))*secondsOfDay, 0).UTC()
}

// partsOf returns the circles that dates of a form have.
func partsOf(form string) []string {
	switch form {
	case monthForm:
		return []string{monthPart}
	case timeForm:
		return []string{hourPart}
	}
	return []string{monthPart, monthdayPart, weekdayPart, hourPart}
}

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
		days, err := r.value(g, row, col)
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
