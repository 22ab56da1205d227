package human

import (
	"math"
	"strconv"
)

// Score writes the value of a score in its unit. One that is not the best or
// the worst there is never reads as if it were.
func Score(name string, v float64) string {
	times, unit := Unit(name)
	least, most := Bounds(name)
	text := func(v float64, more int) string {
		if unit != "" {
			return strconv.FormatFloat(times*v, 'f', 2+more, 64)
		}
		return Rounded(v, 4+more)
	}
	out := text(v, 0)
	for more := 1; more <= 12 && (v != most && out == text(most, more-1) || v != least && out == text(least, more-1)); more++ {
		out = text(v, more)
	}
	if unit != "" {
		out += " " + unit
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
