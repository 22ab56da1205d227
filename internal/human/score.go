package human

import (
	"math"
	"strconv"
	"strings"

	"descent/metric"
)

// scored returns the metric that the name of a score means, which may stand
// behind the name of a goal, as in "age.mae". Of a name that this program does
// not know, as in a run of another, the metric has neither unit nor bounds.
func scored(name string) (m metric.Metric, goal string) {
	for rest := name; ; {
		if m, err := metric.ByName(rest); err == nil {
			return m, strings.TrimSuffix(strings.TrimSuffix(name, rest), ".")
		}
		_, after, more := strings.Cut(rest, ".")
		if !more {
			return metric.Metric{Name: name}, ""
		}
		rest = after
	}
}

// Label is what people read as the name of a score.
func Label(name string) string {
	m, goal := scored(name)
	return strings.TrimSpace(goal + " " + m.Label())
}

// Score writes the value of a score in its unit; "-" for one that could not be
// measured. One that is not the best or the worst there is does not read as if it
// were.
func Score(name string, v float64) string {
	times, unit := Unit(name)
	switch {
	case math.IsNaN(v):
		return "-"
	case unit == "":
		return Bare(name, v, 4)
	}
	return apart(name, v, func(v float64, more int) string {
		return strconv.FormatFloat(times*v, 'f', 2+more, 64)
	}) + " " + unit
}

// Bare writes the value of a score without a unit in that many digits, and
// otherwise as [Score] does.
func Bare(name string, v float64, digits int) string {
	return apart(name, v, func(v float64, more int) string { return Rounded(v, digits+more) })
}

// apart writes v in as many more digits as keep it apart from the bounds of the
// score, unless it is off one by what sums round to.
func apart(name string, v float64, text func(v float64, more int) string) string {
	out := text(v, 0)
	least, most := Bounds(name)
	for _, bound := range []float64{least, most} {
		const enough, rounding = 14, 1e-12
		for more := 1; math.Abs(v-bound) > rounding && out == text(bound, more-1) && more <= enough; more++ {
			out = text(v, more)
		}
	}
	return out
}

// Unit is what a score is shown in, and how many of it make 1: shares of rows
// are in percent, others have no unit.
func Unit(name string) (times float64, unit string) {
	m, _ := scored(name)
	return m.Unit.Scale()
}

// Bounds are the least and the largest value that a score can have, perhaps
// infinite.
func Bounds(name string) (least, most float64) {
	m, _ := scored(name)
	return m.Bounds()
}
