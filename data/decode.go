package data

import "math"

// Cell is a value of a raw row of a table, under the name of its column.
type Cell struct{ Column, Value string }

// DecodeRow returns the row of a table that a sample stands for: numbers in the
// digits that standardizing in float32 keeps, and categories, where levels that
// share a slot are <rare>, and what training did not have is <unk>; dates as
// 2006-01-02, with the time of day where it matters. What is
// missing is empty.
// Columns that were left out are not in it. Of a table with images, x is the field
// [RowField].
func (e *Encoder) DecodeRow(x []float32) []Cell {
	if e.Kind == imageKind || e.Kind == seriesKind {
		return nil
	}
	var row []Cell
	for i := range e.Columns {
		c := &e.Columns[i]
		f, err := c.feature()
		if err != nil || f == nil || len(x) < f.Width() {
			continue
		}
		row = append(row, Cell{c.Name, f.Decode(x[:f.Width()])})
		x = x[f.Width():]
	}
	return row
}

// Decode returns the cell that the features of a column stand for, in the form of
// [Encoder.DecodeRow]; "" is a missing one, as is that of a column that was dropped.
func (c Column) Decode(x []float32) string {
	f, err := c.feature()
	if err != nil || f == nil || len(x) < f.Width() {
		return ""
	}
	return f.Decode(x[:f.Width()])
}

// DecodePixels returns the image that a sample stands for, as bytes in its own
// order [height width channels]; nil if samples are no images. One of 16 bits is
// stretched from its least value to its greatest, as it may use few of them.
func (e *Encoder) DecodePixels(x []float32) []byte {
	if e.Kind != imageKind && e.Kind != pictureKind || len(x) == 0 {
		return nil
	}
	low, high := math.Inf(1), math.Inf(-1)
	if e.wide() {
		for i, v := range x {
			low, high = min(low, e.pixel(i, v)), max(high, e.pixel(i, v))
		}
	}
	pixels := make([]byte, len(x))
	for i, v := range x {
		p := e.pixel(i, v)
		if e.wide() {
			p = (p - low) * 255 / max(1, high-low)
		}
		pixels[i] = byte(math.Round(min(max(p, 0), 255)))
	}
	return pixels
}

// pixel returns the pixel that value i of a sample stands for.
func (e *Encoder) pixel(i int, v float32) float64 {
	mean, std := e.channel(i % e.Shape[len(e.Shape)-1])
	return float64(float64(v)*std) + mean
}
