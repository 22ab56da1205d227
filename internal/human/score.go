package human

import (
	"fmt"
	"math"
)

// Score writes the value of a score in its unit; "-" for one that could not be
// measured.
func Score(name string, v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	if times, unit := Unit(name); unit != "" {
		return fmt.Sprintf("%.2f %s", times*v, unit)
	}
	return fmt.Sprintf("%.4g", v)
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
