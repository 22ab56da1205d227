package onnxwrite

import (
	"math"
	"slices"

	"descent/data"
	"descent/internal/onnxproto"
)

// calendar computes parts of dates in float64, which holds days exactly.
type calendar struct {
	*builder
	name string
}

func (c calendar) number(v float64) string { return c.doubles("date.const", nil, []float64{v}) }

func (c calendar) op(op string, in ...string) string { return c.node(op, c.name+"."+op, in) }

func (c calendar) plus(x string, v float64) string  { return c.op("Add", x, c.number(v)) }
func (c calendar) times(x string, v float64) string { return c.op("Mul", x, c.number(v)) }
func (c calendar) whole(x string, by float64) string {
	return c.op("Floor", c.op("Div", x, c.number(by)))
}

// shares returns of days since 1970 what share of its circle each part has gone.
//
// Month and day are counted in years that begin in March and eras of 400 years.
// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
func (c calendar) shares(days string) map[string]string {
	day := c.op("Floor", days)
	z := c.plus(day, 719468)
	inEra := c.op("Sub", z, c.times(c.whole(z, 146097), 146097))
	year := c.op("Sub", c.op("Add", c.op("Sub", inEra, c.whole(inEra, 1460)), c.whole(inEra, 36524)), c.whole(inEra, 146096))
	year = c.whole(year, 365)
	inYear := c.op("Sub", inEra, c.op("Sub", c.op("Add", c.times(year, 365), c.whole(year, 4)), c.whole(year, 100)))
	march := c.whole(c.plus(c.times(inYear, 5), 2), 153) // months since March
	inMonth := c.op("Sub", inYear, c.whole(c.plus(c.times(march, 153), 2), 5))
	january := c.plus(march, 2)
	january = c.op("Sub", january, c.times(c.whole(january, 12), 12))
	weekday := c.plus(day, 4) // 1970 began on a Thursday
	weekday = c.op("Sub", weekday, c.times(c.whole(weekday, 7), 7))
	return map[string]string{
		"month": c.times(january, 1./12), "monthday": c.times(inMonth, 1./31), "weekday": c.times(weekday, 1./7), "hour": c.op("Sub", days, day),
	}
}

// date declares a column of dates, and returns its features side by side.
func (b *builder) date(column data.Column) string {
	c := calendar{b, column.Name}
	doc := "days since 1970-01-01, with the time of day as a fraction; NaN is missing"
	if column.Form == "time" {
		doc = "a time of day as a fraction of it; NaN is missing"
	}
	x := b.input(column.Name, onnxproto.Float64, doc, rowsOf(1)).name
	missing := b.node("IsNaN", c.name+".missing", []string{x})
	days := c.op("Where", missing, c.number(column.Median), x)
	z := c.op("Div", c.plus(days, -column.Mean), c.number(column.Std))
	parts := []string{z}
	shares := c.shares(days)
	for _, part := range []string{"month", "monthday", "weekday", "hour"} {
		if !slices.Contains(column.Parts, part) {
			continue
		}
		angle := c.times(shares[part], 2*math.Pi)
		for _, op := range []string{"Sin", "Cos"} {
			parts = append(parts, c.op("Where", missing, c.number(0), c.op(op, angle)))
		}
	}
	if column.Missing {
		parts = append(parts, b.node("Cast", c.name+".indicator", []string{missing}, attr{"to", int(onnxproto.Float64)}))
	}
	row := parts[0]
	if len(parts) > 1 {
		row = b.node("Concat", c.name+".features", parts, attr{"axis", 1})
	}
	return b.node("Cast", c.name+".float32", []string{row}, attr{"to", int(onnxproto.Float32)})
}
