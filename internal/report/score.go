package report

import "descent/internal/human"

// Score is the value of a score as a cell of a table, in its unit.
func Score(name string, v float64) Quantity { return Quantity{Value: v, Text: human.Score(name, v)} }

// ScoreAxis is the axis of a score in a chart, whose values are to be
// multiplied by times.
func ScoreAxis(name string) (axis Axis, times float64) {
	times, unit := human.Unit(name)
	axis.Label = human.Label(name)
	if unit != "" {
		axis.Label += ", " + unit
	}
	return axis, times
}
