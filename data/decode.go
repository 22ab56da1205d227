package data

import (
	"math"
	"strconv"
)

// Cell is a value of a raw row of a table, under the name of its column.
type Cell struct{ Column, Value string }

// DecodeRow returns the row of a table that a sample stands for: numbers to
// the six digits that standardizing in float32 surely keeps, and categories,
// where levels that share a slot are <rare>, and what training did not have is
// <unk>; dates as 2006-01-02, with the time of day where it matters. What is
// missing is empty.
// Columns that were left out are not in it.
func (e *Encoder) DecodeRow(x []float32) []Cell {
	if e.Kind != tableKind {
		return nil
	}
	var row []Cell
	for _, c := range e.Columns {
		width := c.width()
		if width == 0 || len(x) < width {
			continue
		}
		row = append(row, Cell{c.Name, c.decode(x[:width])})
		x = x[width:]
	}
	return row
}

// decode returns the value that the features of a column stand for.
func (c Column) decode(x []float32) string {
	if c.Kind == dateKind {
		return c.decodeDate(x)
	}
	if c.Kind == numberKind {
		if c.Missing && x[1] != 0 {
			return ""
		}
		return strconv.FormatFloat(float64(x[0])*c.Std+c.Mean, 'g', 6, 64)
	}
	for i, v := range x {
		if v == 0 {
			continue
		}
		if name := c.Features()[i][len(c.Name)+1:]; name != "<missing>" {
			return name
		}
		return ""
	}
	return "<unk>" // as the sample of no level is
}

// DecodePixels returns the image that a sample stands for, as bytes in its own
// order [height width channels]; nil if samples are no images.
func (e *Encoder) DecodePixels(x []float32) []byte {
	if e.Kind != imageKind || len(x) == 0 {
		return nil
	}
	pixels := make([]byte, len(x))
	for i, v := range x {
		mean, std := e.channel(i % e.Shape[len(e.Shape)-1])
		pixels[i] = byte(math.Round(min(max(float64(v)*std+mean, 0), 255)))
	}
	return pixels
}
