package human

import (
	"math"
	"strconv"
)

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
// score.
func apart(name string, v float64, text func(v float64, more int) string) string {
	out := text(v, 0)
	least, most := Bounds(name)
	for _, bound := range []float64{least, most} {
		const enough = 14 // digits more, which float64 hardly has
		for more := 1; v != bound && out == text(bound, more-1) && more <= enough; more++ {
			out = text(v, more)
		}
	}
	return out
}

// Unit is what a score is shown in, and how many of it make 1: shares of rows
// are in percent, others have no unit.
func Unit(name string) (times float64, unit string) {
	switch name {
	case "accuracy", "balanced_accuracy":
		return 100, "%"
	}
	return 1, ""
}

// Bounds are the least and the largest value that a score can have, perhaps
// infinite.
func Bounds(name string) (least, most float64) {
	switch name {
	case "accuracy", "balanced_accuracy", "f1", "auroc":
		return 0, 1
	case "r2":
		return math.Inf(-1), 1
	}
	return 0, math.Inf(1) // a loss or an error
}
