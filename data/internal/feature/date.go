package feature

import (
	"math"
	"slices"
	"time"

	"descent/data/internal/grid"
	"descent/data/internal/parse"
)

// Date encodes days since 1970 as a number, the sine and the cosine of each part
// that goes round, and an indicator if training missed some.
type Date struct {
	Number
	Parts []string // days first
}

// FitDate measures a column of dates. Parts that do not vary are left out.
func FitDate(g *grid.Grid, col int, rows []int, r parse.Reading) (d Date, dropped Dropped, err error) {
	s, err := sampleOf(g, col, rows, r)
	if err != nil {
		return d, "", err
	}
	if d.Number, dropped, err = fitNumber(s); err != nil || dropped != "" {
		return d, dropped, err
	}
	began, err := s.first()
	if err != nil {
		return d, "", err
	}
	d.Parts = []string{parse.DaysPart}
	has := parse.PartsOf(r.Form)
	for _, circle := range parse.Circles {
		if !slices.Contains(has, circle.Part) {
			continue
		}
		first, varies := circle.Share(began), false
		err := s.each(func(values []float64) {
			varies = varies || slices.ContainsFunc(values, func(days float64) bool { return circle.Share(days) != first })
		})
		if err != nil {
			return d, "", err
		}
		if varies {
			d.Parts = append(d.Parts, circle.Part)
		}
	}
	return d, "", nil
}

// Width returns 1 for the days, 2 for each other part, and 1 for the indicator.
func (d *Date) Width() int {
	width := max(0, 2*len(d.Parts)-1)
	if d.Missing {
		width++
	}
	return width
}

// Encode writes the days as a number, where a missing one counts as the median; and
// points on circles, where a missing one is in the middle.
func (d *Date) Encode(to []float32, cell string, plain bool) (Fate, error) {
	days, err := d.Reading.Value(cell, plain)
	if err != nil {
		return Known, err
	}
	fate, missing := Known, days != days
	if missing {
		days = d.Median
		if d.Missing {
			to[len(to)-1] = 1
		} else {
			fate = AsMedian
		}
	}
	if to[0], err = Standardize(days, d.Mean, d.Std); err != nil || missing {
		return fate, err
	}
	at := 1
	for _, circle := range parse.Circles {
		if slices.Contains(d.Parts, circle.Part) {
			sin, cos := parse.OnCircle(circle.Share(days))
			to[at], to[at+1] = float32(sin), float32(cos)
			at += 2
		}
	}
	return fate, nil
}

// Decode returns a date, to the minute where times of day matter.
func (d *Date) Decode(x []float32) string {
	if d.Missing && x[d.Width()-1] != 0 {
		return ""
	}
	days := float64(float64(x[0])*d.Std) + d.Mean
	minutes, hours := math.Round(days*24*60), math.Round(days*24)
	t := time.Unix(int64(minutes)*60, 0).UTC()
	switch {
	case d.Reading.Form == parse.TimeForm:
		return t.Format("15:04")
	case d.Reading.Form == parse.MonthForm:
		return parse.DateOf(hours / 24).Format("2006-01")
	case slices.Contains(d.Parts, parse.HourPart):
		return t.Format("2006-01-02 15:04")
	}
	return parse.DateOf(hours / 24).Format("2006-01-02")
}
