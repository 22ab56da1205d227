package data

import (
	"fmt"
	"slices"
	"strconv"

	"descent/data/internal/fault"
	"descent/data/internal/feature"
	"descent/data/internal/naming"
	"descent/data/internal/value"
	"descent/internal/suggest"
)

// RowEncoder encodes rows and images from memory, one by one, to the bits that
// [Encoder.Open] makes of the same in files. It is safe for concurrent use.
//
// What training did not have counts as [Encoder.EncodeCSV] says, without a note. A
// value that its column cannot hold is an [ErrCell] that names both.
type RowEncoder struct {
	encoder *Encoder
	columns []rowColumn
	size    int // of a sample, with what stands beside an image
	plans   structPlans
}

// rowColumn is a column of a table that becomes features.
type rowColumn struct {
	name    string
	form    string // of dates
	feature feature.Feature
}

// NewRowEncoder prepares an encoder for rows from memory.
func NewRowEncoder(e *Encoder) (*RowEncoder, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if e.Kind == seriesKind {
		return nil, fmt.Errorf("data: the model takes a window of a series, which no single row is")
	}
	spec := e.spec("")
	r := &RowEncoder{encoder: e, size: spec.Size()}
	for _, f := range spec.More {
		if f.Role == InputRole {
			r.size += f.Size()
		}
	}
	for i := range e.Columns {
		c := &e.Columns[i]
		f, err := c.feature()
		if err != nil {
			return nil, err
		}
		if f != nil {
			r.columns = append(r.columns, rowColumn{c.Name, c.Form, f})
		}
	}
	return r, nil
}

// AppendRow appends the sample of a row of a table to dst. The row holds values by
// the names of columns, as a JSON object does: text, numbers, true and false, nil
// for what is missing; a [time.Time] for a date; and objects, whose keys name
// columns as key.key. They are read as in a file of JSON objects, numbers in text in
// the column's notation.
//
// Of a table with images, the column of paths holds an [image.Image] or the bytes of an
// image file, in text as base64; the path of a file is not followed. What is appended
// is the image, and behind it the field [RowField], if there is one.
//
// Keys that the model does not know are ignored; one that it was trained on and that
// is not there is an [ErrNoColumn]. After an error dst is as it was.
func (r *RowEncoder) AppendRow(dst []float32, row map[string]any) ([]float32, error) {
	return r.appendRow(dst, func(column string) (any, bool) { return value.Find(row, column) }, func() []string { return value.Keys(row, "", nil) })
}

// appendRow appends a sample of values that are looked up by the names of columns;
// has lists the names that there are.
func (r *RowEncoder) appendRow(dst []float32, get func(column string) (any, bool), has func() []string) ([]float32, error) {
	if err := r.mustBe(tableKind, pictureKind); err != nil {
		return dst, err
	}
	n := len(dst)
	out := slices.Grow(dst, r.size)
	if column := r.encoder.Image; column != "" {
		v, there := get(column)
		if !there {
			return dst, r.lacks(get, has())
		}
		var err error
		if out, err = r.appendPicture(out, v); err != nil {
			return dst, cellError("data: column "+strconv.Quote(column), err)
		}
	}
	to := out[len(out) : n+r.size]
	out = out[:n+r.size]
	clear(to)
	for i := range r.columns {
		c := &r.columns[i]
		v, there := get(c.name)
		if !there {
			return dst, r.lacks(get, has())
		}
		width := c.feature.Width()
		if err := c.encode(to[:width], v); err != nil {
			return dst, cellError("data: column "+strconv.Quote(c.name), err)
		}
		to = to[width:]
	}
	return out, nil
}

// lacks is the error for a row without a column that the model was trained on.
func (r *RowEncoder) lacks(get func(column string) (any, bool), has []string) error {
	var absent []string
	for _, name := range r.encoder.inputNames() {
		if _, there := get(name); !there {
			absent = append(absent, name)
		}
	}
	return absentError("the row", absent, r.encoder.inputNames(), has)
}

// absentError is the error for rows without columns that a model was trained on.
func absentError(rows string, absent, inputs, has []string) error {
	known := naming.Set(inputs)
	others := slices.DeleteFunc(slices.Clone(has), func(name string) bool { return known[name] })
	there := "none"
	if len(has) > 0 {
		there = naming.List(has)
	}
	return fault.Errorf(fault.ErrNoColumn, "data: %s lacks the columns %s that the model was trained on%s; it has %s",
		rows, naming.List(absent), suggest.DidYouMean(absent[0], others), there)
}

// encode writes the features of a value.
func (c *rowColumn) encode(to []float32, v any) error {
	if number, ok := c.feature.(*feature.Number); ok {
		if x, ok := value.Finite(v); ok {
			_, err := number.Put(to, x)
			return err
		}
	}
	cell, plain, err := value.Cell(v, c.form)
	if err != nil {
		return err
	}
	_, err = c.feature.Encode(to, cell, plain)
	return err
}

// mustBe refuses rows for a model of images, and images for one of rows.
func (r *RowEncoder) mustBe(kinds ...string) error {
	switch e := r.encoder; {
	case slices.Contains(kinds, e.Kind):
		return nil
	case e.Kind == imageKind:
		return fmt.Errorf("data: the model was trained on images of %s, and takes no rows of a table", naming.Shape(e.Shape))
	}
	return fmt.Errorf("data: the model was trained on a table with the columns %s, and takes no images", naming.List(r.encoder.inputNames()))
}
