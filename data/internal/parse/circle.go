package parse

import (
	"math"
	"time"
)

// The parts of a date. Days since 1970 are a number; the others go round, and
// become the sine and cosine of their place in the circle.
const (
	DaysPart     = "days"
	monthPart    = "month"
	monthdayPart = "monthday"
	weekdayPart  = "weekday"
	HourPart     = "hour"
)

// Circle is a part of a date that goes round.
type Circle struct {
	Part   string
	Places int                    // on the circle; 0: any
	Place  func(days float64) int // of a date, from 0 on
}

// Circles are the parts that go round.
var Circles = []Circle{
	{monthPart, 12, func(days float64) int { return int(DateOf(days).Month()) - 1 }},
	{monthdayPart, 31, func(days float64) int { return DateOf(days).Day() - 1 }},
	{weekdayPart, 7, func(days float64) int { return int(DateOf(days).Weekday()) }},
	{HourPart, 0, nil},
}

// Share returns the place of a date as a share of the circle.
func (c Circle) Share(days float64) float64 {
	if c.Places == 0 {
		return days - math.Floor(days)
	}
	return float64(c.Place(days)) / float64(c.Places)
}

// OnCircle returns the sine and the cosine of 2πs, for s in [0, 1), to 1e-15. Each
// product is rounded by itself, so that all machines have the same bits.
func OnCircle(s float64) (sin, cos float64) {
	quarter := math.Floor(float64(4*s) + 0.5)
	r := float64((s - float64(quarter/4)) * (2 * math.Pi)) // in [-π/4, π/4]
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

// DateOf returns the date of days since 1970.
func DateOf(days float64) time.Time {
	return time.Unix(int64(math.Floor(days))*secondsOfDay, 0).UTC()
}

// PartsOf returns the circles that dates of a form have.
func PartsOf(form string) []string {
	switch form {
	case MonthForm:
		return []string{monthPart}
	case TimeForm:
		return []string{HourPart}
	}
	return []string{monthPart, monthdayPart, weekdayPart, HourPart}
}
