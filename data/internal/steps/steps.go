// Package steps finds out how far apart the rows of a series are, and which place in
// time each has: every hour, every working day, every month.
package steps

import (
	"fmt"
	"math"
	"slices"
	"time"

	"descent/data/internal/parse"
	"descent/internal/canonical"
)

// The units of a step.
const (
	Rows     = "row"     // one row after the other, without times
	Number   = "number"  // of a column of numbers
	Days     = "day"     // and parts of them
	Weekdays = "weekday" // Monday to Friday
	Months   = "month"
)

// Step is how far apart the rows of a series are.
type Step struct {
	Unit string  `json:"unit"`
	Size float64 `json:"size"` // in units, above 0
}

// Index returns how many steps a time is after an origin.
func (s Step) Index(origin, t float64) float64 {
	switch s.Unit {
	case Months:
		return (months(t) - months(origin)) / s.Size
	case Weekdays:
		return weekdays(t) - weekdays(origin)
	}
	return (t - origin) / s.Size
}

// At returns the time so many steps after an origin.
func (s Step) At(origin float64, i int) float64 {
	switch s.Unit {
	case Months:
		from := parse.DateOf(origin)
		first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, i*int(s.Size), 0)
		last := first.AddDate(0, 1, -1).Day()
		day := min(from.Day(), last)
		if from.AddDate(0, 0, 1).Day() == 1 { // the ends of months
			day = last
		}
		return float64(first.AddDate(0, 0, day-1).Unix()/secondsOfDay) + origin - math.Floor(origin)
	case Weekdays:
		n := weekdays(origin) + float64(i)
		return float64(7*math.Floor(n/5)) + n - float64(5*math.Floor(n/5)) + monday
	}
	return origin + float64(float64(i)*s.Size)
}

const (
	secondsOfDay = 24 * 60 * 60
	monday       = 4 // January 5, 1970, in days
	tolerance    = 0.01
)

// months counts those since 1970, with days as parts of 31, so that equal days of
// months are whole months apart.
func months(t float64) float64 {
	d := parse.DateOf(t)
	day := d.Day()
	if d.AddDate(0, 0, 1).Day() == 1 {
		day = 31
	}
	return float64(12*(d.Year()-1970)+int(d.Month())-1) + float64(day-1)/31
}

// weekdays counts those since January 5, 1970; a weekend is the end of Friday.
func weekdays(t float64) float64 {
	days := math.Floor(t) - monday
	week := math.Floor(days / 7)
	return float64(5*week) + min(days-float64(7*week), 4.5)
}

// Find returns the step of times in ascending order, each once, which are dates in
// days or numbers: the commonest difference, or what months and working days are. The
// error says why there is none.
func Find(times []float64, dates bool) (Step, error) {
	if len(times) < 3 {
		return Step{}, fmt.Errorf("%d times are too few to tell how far apart they are", len(times))
	}
	unit := Number
	if dates {
		unit = Days
	}
	size, share := commonest(times, dates)
	if dates && size >= 28 {
		if s, ok := inMonths(times); ok {
			return s, nil
		}
	}
	if dates && size == 1 && working(times) {
		return Step{Weekdays, 1}, nil
	}
	s := Step{unit, size}
	if share < 0.5 {
		return s, fmt.Errorf("the commonest step, %s, is that of %.0f %% of the rows; want one a step, as a mean over each makes them", s, 100*share)
	}
	return s, nil
}

// commonest returns the commonest difference and its share.
func commonest(times []float64, dates bool) (size, share float64) {
	counts := map[float64]int{}
	n := 0
	for i := range len(times) - 1 {
		d := times[i+1] - times[i]
		if dates {
			d = math.Round(d*secondsOfDay) / secondsOfDay
		} else if d > 0 {
			digits := canonical.Pow(10, math.Floor(canonical.Log10(d))-6)
			d = math.Round(d/digits) * digits
		}
		if counts[d]++; counts[d] > n || counts[d] == n && d < size {
			n, size = counts[d], d
		}
	}
	return size, float64(n) / float64(len(times)-1)
}

// inMonths returns a step of whole months, where all times are the same day of theirs.
func inMonths(times []float64) (Step, bool) {
	least := math.Inf(1)
	for i := range len(times) - 1 {
		between := months(times[i+1]) - months(times[i])
		d := math.Round(between)
		if math.Abs(between-d) > 1e-6 { // a day is more, and rounding less
			return Step{}, false
		}
		least = min(least, d)
	}
	return Step{Months, least}, least >= 1
}

// working reports whether all times are working days, with weekends between them.
func working(times []float64) bool {
	weekends := false
	for i, t := range times {
		if day := math.Mod(math.Floor(t)-monday, 7); day == 5 || day == 6 || day == -1 || day == -2 || t != math.Floor(t) {
			return false
		}
		weekends = weekends || i > 0 && t-times[i-1] == 3
	}
	return weekends
}

// Place returns the place of each time, which are ascending, in steps after the first,
// and how many are between steps, which go to the nearest.
func (s Step) Place(times []float64) (places []int, between int) {
	places = make([]int, len(times))
	for i, t := range times {
		at := s.Index(times[0], t)
		places[i] = int(math.Round(at))
		if math.Abs(at-math.Round(at)) > tolerance {
			between++
		}
	}
	return places, between
}

// names of steps of parts of days, in seconds.
var names = []struct {
	seconds float64
	name    string
}{{7 * secondsOfDay, "week"}, {secondsOfDay, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}

// String returns "1 hour", "15 minutes", "3 months".
func (s Step) String() string {
	size, name := s.Size, s.Unit
	switch {
	case s.Unit == Months && math.Mod(size, 12) == 0:
		size, name = size/12, "year"
	case s.Unit == Number:
		return fmt.Sprintf("%.6g", size)
	case s.Unit == Days:
		seconds := math.Round(size * secondsOfDay)
		for _, n := range names {
			if math.Mod(seconds, n.seconds) == 0 {
				size, name = seconds/n.seconds, n.name
				break
			}
		}
	}
	if size == 1 {
		return "1 " + name
	}
	return fmt.Sprintf("%.6g %ss", size, name)
}

// Season returns how many steps what repeats itself takes at that step, by custom: a
// day of hours, a week of days, a year of weeks or months; 1 where there is none.
func (s Step) Season() int {
	switch s.Unit {
	case Months:
		if n := 12 / s.Size; n == math.Trunc(n) {
			return int(n)
		}
	case Weekdays:
		return 5
	case Days:
		for _, season := range []float64{1, 7, 364} { // a day, a week, 52 weeks
			if n := math.Round(season / s.Size); n >= 2 && math.Abs(float64(n*s.Size)-season) < 1e-6*season {
				return int(n)
			}
		}
	}
	return 1
}

// Round is a part of the calendar, and how many days it takes to go round.
type Round struct {
	parse.Circle
	Days float64
}

// Circles returns the parts of the calendar that go round from step to step.
func (s Step) Circles() (list []Round) {
	for _, c := range parse.Circles {
		use, days := false, 1.0
		switch c.Part {
		case parse.HourPart:
			use = s.Unit == Days && s.Size < 1
		case "weekday":
			days, use = 7, s.Unit == Weekdays || s.Unit == Days && s.Size <= 1
		case "month":
			days, use = 365, s.Unit == Weekdays || s.Unit == Months && s.Size < 12 || s.Unit == Days && s.Size <= 31
		}
		if use {
			list = append(list, Round{c, days})
		}
	}
	return list
}

// Valid returns what is wrong with a step from a file.
func (s Step) Valid() error {
	if !slices.Contains([]string{Rows, Number, Days, Weekdays, Months}, s.Unit) || !(s.Size > 0) || math.IsInf(s.Size, 0) {
		return fmt.Errorf("a step of %v %ss", s.Size, s.Unit)
	}
	return nil
}
