package steps

import (
	"math"
	"testing"
	"time"
)

func days(text string) float64 {
	when, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return float64(when.Unix()) / secondsOfDay
}

// TestFind finds the step of times that are made by it, and each time again.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		step   Step
		text   string
		season int
		origin string
	}{
		{Step{Days, 1. / 24}, "1 hour", 24, "2024-02-28 22:00"},
		{Step{Days, 1. / 96}, "15 minutes", 96, "2024-02-28 22:00"},
		{Step{Days, 1}, "1 day", 7, "2023-12-30 00:00"},
		{Step{Days, 7}, "1 week", 52, "2023-12-30 00:00"},
		{Step{Weekdays, 1}, "1 weekday", 5, "2024-02-28 00:00"},
		{Step{Months, 1}, "1 month", 12, "2023-11-30 00:00"},
		{Step{Months, 1}, "1 month", 12, "1949-01-01 00:00"},
		{Step{Months, 3}, "3 months", 4, "2023-12-31 00:00"},
		{Step{Months, 12}, "1 year", 1, "1900-07-01 00:00"},
		{Step{Months, 1}, "1 month", 12, "2010-01-15 00:00"}, // over months 256 and 512
		{Step{Months, 12}, "1 year", 1, "1950-06-15 00:00"},
	} {
		times := make([]float64, 60)
		for i := range times {
			times[i] = c.step.At(days(c.origin), i)
		}
		got, err := Find(times, true)
		if err != nil || got.Unit != c.step.Unit || math.Abs(got.Size-c.step.Size) > 1e-9 {
			t.Errorf("%v from %s: found %v, %v", c.step, c.origin, got, err)
			continue
		}
		if got.String() != c.text || got.Season() != c.season {
			t.Errorf("%v is called %q and has a season of %d; want %q and %d", c.step, got, got.Season(), c.text, c.season)
		}
		places, between := got.Place(times)
		for i, p := range places {
			if p != i || between > 0 {
				t.Errorf("%v from %s: time %d is at %d, %d are between steps", c.step, c.origin, i, p, between)
				break
			}
		}
	}
}
