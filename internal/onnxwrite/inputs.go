package onnxwrite

import (
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/human"
	"descent/internal/onnxproto"
)

// Port is an input or an output of a file.
type Port struct {
	Name  string
	Type  string // of an element, such as float32
	Shape string // such as [batch 64]
	Doc   string
}

// inputs declares what the file takes, and returns the fields of samples that it
// becomes, and in words what has to be done before, as ONNX has no form for it.
func (w *writer) inputs(s data.Spec) (fields map[string]value, outside []string, err error) {
	fields = map[string]value{}
	e := s.Encoder
	switch {
	case e == nil:
		for _, f := range s.Fields() {
			if f.Role != data.InputRole {
				continue
			}
			typ, doc := onnxproto.Float32, "samples as the program made them that trained the network"
			if f.Kind != data.Numbers {
				typ, doc = onnxproto.Int64, fmt.Sprintf("%v, each from 0 to %d", f.Kind, len(f.Names)-1)
			}
			fields[f.Name] = w.input(f.Name, typ, doc, rowsOf(f.Shape...))
		}
		return fields, []string{"what made samples of raw data: that was a program"}, nil
	case e.OfText():
		n := e.Text.Context
		doc := fmt.Sprintf("numbers of tokens, each from 0 to %d, in metadata under tokens; what stands behind the last one is not seen", e.Text.Tokens.Size()-1)
		fields[data.X] = w.input("tokens", onnxproto.Int64, doc, rowsOf(n))
		return fields, []string{"cutting text into tokens, and drawing the next one from logits; of all the words before, the last " + human.Plural(n, "token") + " are seen"}, nil
	case e.Series != nil:
		return w.series(e, s)
	}
	if e.Shape != nil {
		fields[data.X] = w.image(e)
		outside = append(outside, fmt.Sprintf("decoding image files and bringing images to %s", human.Shape(e.Shape)))
	}
	if len(e.Columns) > 0 {
		row, more, err := w.columns(e.Columns)
		if err != nil {
			return nil, nil, err
		}
		outside = append(outside, more...)
		if row.name != "" {
			field := data.X
			if e.Image != "" {
				field = data.RowField
			}
			fields[field] = row
		}
	}
	return fields, outside, nil
}

// samples declares the fields of samples as inputs, images with their channels first.
func (w *writer) samples(s data.Spec) (fields map[string]value, outside []string, err error) {
	fields = map[string]value{}
	for _, f := range s.Fields() {
		if f.Role != data.InputRole {
			continue
		}
		typ := onnxproto.Float32
		if f.Kind != data.Numbers || s.Encoder.OfText() {
			typ = onnxproto.Int64
		}
		dims := rowsOf(f.Shape...)
		if f.Name != data.X || len(f.Shape) != 3 {
			fields[f.Name] = w.input(f.Name, typ, "", dims)
			continue
		}
		v := value{typ: typ, dims: dims, order: ourImages}
		v.name = w.input(f.Name, typ, "", v.stored()).name
		fields[f.Name] = v
	}
	return fields, nil, nil
}

// image declares pixels, and standardizes them.
func (b *builder) image(e *data.Encoder) value {
	typ, most := onnxproto.Uint8, 255
	if e.Bits == 16 {
		typ, most = onnxproto.Uint16, 65535
	}
	means, stds := e.Means, e.Stds
	if means == nil {
		means, stds = []float64{e.Mean}, []float64{e.Std}
	}
	name := "image"
	if e.Image != "" {
		name = e.Image
	}
	x := b.input(name, typ, fmt.Sprintf("pixels from 0 to %d: rows, columns, channels", most), rowsOf(e.Shape...))
	x = b.float(x)
	x.name = b.node("Sub", "image.centered", []string{x.name, b.singles("image.mean", means)})
	x.name = b.node("Div", "image.standardized", []string{x.name, b.singles("image.std", stds)})
	return x
}

// singles holds numbers as float32 under a name, [n].
func (b *builder) singles(name string, list []float64) string {
	values := make([]float32, len(list))
	for i, v := range list {
		values[i] = float32(v)
	}
	return b.hold(onnxproto.NewFloat32(name, []int64{int64(len(list))}, values))
}

// series declares the window of a series and what is known ahead.
func (b *builder) series(e *data.Encoder, s data.Spec) (fields map[string]value, outside []string, err error) {
	fields = map[string]value{}
	var names []string
	var means, stds []float64
	for _, t := range e.Targets {
		names, means, stds = append(names, t.Name), append(means, t.Mean), append(stds, t.Std)
	}
	for _, c := range e.Columns {
		names, means, stds = append(names, c.Name), append(means, c.Mean), append(stds, c.Std)
	}
	standard := func(x value, means, stds []float64) value {
		x.name = b.node("Sub", x.name+".centered", []string{x.name, b.doubles("series.mean", []int{len(means)}, means)})
		x.name = b.node("Div", x.name+".standardized", []string{x.name, b.doubles("series.std", []int{len(stds)}, stds)})
		return b.float(x)
	}
	window := b.input("window", onnxproto.Float64, "the last steps, oldest first, of "+strings.Join(names, ", "), rowsOf(s.Input...))
	fields[data.X] = standard(window, means, stds)
	outside = []string{"putting rows on a line of equal steps, and filling those that are missing"}
	if f, err := s.Field(data.KnownField); err == nil {
		width := f.Shape[1]
		ahead := names[len(names)-e.Series.Known:]
		means, stds = slices.Clone(means[len(means)-e.Series.Known:]), slices.Clone(stds[len(stds)-e.Series.Known:])
		if len(ahead) > 0 {
			ahead = []string{strings.Join(ahead, ", ")}
		}
		for len(means) < width { // sines and cosines
			means, stds = append(means, 0), append(stds, 1)
		}
		if len(e.Series.Parts) > 0 {
			ahead = append(ahead, fmt.Sprintf("sine and cosine of the %s of its date", strings.Join(e.Series.Parts, ", then of the ")))
			outside = append(outside, "the sines and cosines of dates")
		}
		known := b.input("known", onnxproto.Float64, "each step to come: "+strings.Join(ahead, "; "), rowsOf(f.Shape...))
		fields[data.KnownField] = standard(known, means, stds)
	}
	return fields, outside, nil
}

// columns declares the columns of a table, each an input, and returns their features
// side by side.
func (b *builder) columns(columns []data.Column) (row value, outside []string, err error) {
	var parts []string // each of some features
	var places []int   // for each feature in parts where it belongs
	at := 0
	var numbers numberColumns
	var categories, dates, given []string
	for _, c := range columns {
		width := len(c.Features())
		switch {
		case width == 0:
			continue
		case c.Kind == "number":
			numbers.add(b, c, at)
		case c.Kind == "category" && c.Hashed == 0:
			parts = append(parts, b.category(c, width))
			categories = append(categories, c.Name)
			for i := range width {
				places = append(places, at+i)
			}
		case c.Kind == "date":
			parts = append(parts, b.date(c))
			dates = append(dates, c.Name)
			for i := range width {
				places = append(places, at+i)
			}
		default:
			doc := "features of the column, as metadata lists them"
			parts = append(parts, b.input(c.Name, onnxproto.Float32, doc, rowsOf(width)).name)
			given = append(given, fmt.Sprintf("%s (%s)", c.Name, map[string]string{"text": "text", "category": "hashed levels"}[c.Kind]))
			for i := range width {
				places = append(places, at+i)
			}
		}
		at += width
	}
	if len(numbers.names) > 0 {
		list, where := numbers.write(b)
		parts, places = append(list, parts...), append(where, places...)
	}
	if len(parts) == 0 {
		return row, nil, nil
	}
	row = value{name: parts[0], typ: onnxproto.Float32, dims: rowsOf(at)}
	if len(parts) > 1 {
		row.name = b.node("Concat", "row.parts", parts, attr{"axis", 1})
	}
	if from := inverse(places); !slices.Equal(from, identity(at)) {
		row.name = b.node("Gather", "row", []string{row.name, b.ints("row.order", from...)}, attr{"axis", 1})
	}
	if len(numbers.names) > 0 {
		outside = append(outside, "reading numbers as they are written; a missing one is NaN")
	}
	if len(categories) > 0 {
		outside = append(outside, "other spellings of a level, such as 1.0 of 1")
	}
	if len(dates) > 0 {
		outside = append(outside, "reading dates as they are written: the file takes days since 1970")
	}
	if len(given) > 0 {
		outside = append(outside, "the features of "+strings.Join(given, ", "))
	}
	return row, outside, nil
}

// inverse returns where each place is.
func inverse(places []int) []int {
	from := make([]int, len(places))
	for i, p := range places {
		from[p] = i
	}
	return from
}

// category declares a column of levels, and makes it one-hot.
func (b *builder) category(c data.Column, width int) string {
	texts, slots, rest := c.Spellings()
	x := b.input(c.Name, onnxproto.String, fmt.Sprintf("one of %s, as training had it", human.Plural(len(c.Levels), "level")), rowsOf(1))
	slot := b.node("LabelEncoder", c.Name+".slot", []string{x.name}, attr{"keys_strings", texts}, attr{"values_int64s", slots}, attr{"default_int64", rest})
	hot := b.node("Equal", c.Name+".equal", []string{slot, b.ints(c.Name+".slots", identity(width)...)})
	return b.node("Cast", c.Name+".onehot", []string{hot}, attr{"to", int(onnxproto.Float32)})
}

// numberColumns are columns of numbers, which are standardized together.
type numberColumns struct {
	names                 []string // of the inputs
	medians, means, stds  []float64
	at, missing, missesAt []int // where their features are; those that have an indicator, and where that is
}

// add declares a column, whose features are at a place.
func (n *numberColumns) add(b *builder, c data.Column, at int) {
	if c.Missing {
		n.missing, n.missesAt = append(n.missing, len(n.names)), append(n.missesAt, at+1)
	}
	in := b.input(c.Name, onnxproto.Float64, "a number; NaN is missing", rowsOf(1))
	n.names, n.at = append(n.names, in.name), append(n.at, at)
	n.medians, n.means, n.stds = append(n.medians, c.Median), append(n.means, c.Mean), append(n.stds, c.Std)
}

// write returns the features of the columns, and where they belong.
func (n *numberColumns) write(b *builder) (parts []string, places []int) {
	k := []int{len(n.names)}
	x := n.names[0]
	if len(n.names) > 1 {
		x = b.node("Concat", "numbers", n.names, attr{"axis", 1})
	}
	missing := b.node("IsNaN", "numbers.missing", []string{x})
	x = b.node("Where", "numbers.filled", []string{missing, b.doubles("numbers.median", k, n.medians), x})
	x = b.node("Sub", "numbers.centered", []string{x, b.doubles("numbers.mean", k, n.means)})
	x = b.node("Div", "numbers.standardized", []string{x, b.doubles("numbers.std", k, n.stds)})
	parts, places = []string{b.node("Cast", "numbers.float32", []string{x}, attr{"to", int(onnxproto.Float32)})}, n.at
	if len(n.missing) > 0 {
		indicators := b.node("Cast", "numbers.indicators", []string{missing}, attr{"to", int(onnxproto.Float32)})
		if len(n.missing) < len(n.names) {
			indicators = b.node("Gather", "numbers.indicated", []string{indicators, b.ints("numbers.columns", n.missing...)}, attr{"axis", 1})
		}
		parts, places = append(parts, indicators), slices.Concat(places, n.missesAt)
	}
	return parts, places
}
