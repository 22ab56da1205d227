package tabular

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"descent/data"
)

// Table is what was measured of the training samples of a table.
type Table struct {
	Spec      data.Spec
	Rows      int
	Columns   []Column  // of x
	Low, High []float64 // of each target of regression, as y has it
	texts     []text
}

// Column is what was measured of one number of x.
type Column struct {
	data.Feature
	Distinct int       // values
	Share    float64   // of the most frequent value, in [0, 1]
	Median   float64   // of values that are not missing, as all that follows
	Spread   float64   // between quartiles; where that is 0, half of that between the extremes
	Low      float64   // the smallest value
	High     float64   // the largest
	edges    []float64 // quantiles: of a spiky number, of its values and of the distinct ones; of another, most of equal distances and the last
}

const (
	mostSampled = 1 << 18 // rows of which columns are measured, evenly spaced ones of more
	mostKept    = 1 << 24 // values in memory while they are
	quantiles   = 128     // of the values, and of the distinct ones
	mostSpiky   = 4096    // inputs that spiky numbers become together
	leastBins   = 8       // of a number, which fewer do not describe
	most        = 64
)

// Spiky reports whether more than a tenth of the rows have the same value of more
// than two: such values mean something else than their neighbours, as a gain of 0
// does.
func (c Column) Spiky() bool { return c.Kind == data.NumberFeature && c.Share > 0.1 && c.Distinct > 2 }

// IsTable reports whether samples are rows of a table: plain numbers, or what an
// encoder made of columns. What stands beside a target, as how much a row counts, is
// no input of a network.
func IsTable(s data.Spec) bool {
	if s.Encoder != nil && len(s.Encoder.Columns) == 0 {
		return false // images
	}
	return len(s.Input) == 1 && s.Task.Valid() && !slices.ContainsFunc(s.More, func(f data.Field) bool { return f.Role != data.TargetRole })
}

// Measure reads all samples once. Samples without an encoder count as numbers.
func Measure(s data.Source) (*Table, error) {
	t := &Table{Spec: s.Spec(), Rows: s.Len()}
	switch {
	case !IsTable(t.Spec):
		return nil, fmt.Errorf("tabular: samples of shape %v are no rows of a table", t.Spec.Input)
	case t.Rows == 0:
		return nil, errors.New("tabular: there are no rows to measure")
	}
	t.layOut()
	values, err := t.read(s)
	if err != nil {
		return nil, err
	}
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Kind == data.NumberFeature {
			c.measure(values[i])
		}
	}
	t.thin()
	return t, nil
}

// thin leaves spiky numbers fewer edges where there are many of them, so that they
// become at most mostSpiky inputs. Those that would keep too few are treated as others.
func (t *Table) thin() {
	_, spiky, _ := t.groups()
	each := mostSpiky / max(1, len(spiky))
	for _, i := range spiky {
		c := &t.Columns[i]
		switch n := len(c.edges) - 1; {
		case each < leastBins:
			c.edges = nil
		case n > each:
			c.edges = c.between(each)
		}
	}
}

// layOut says what the numbers of x are.
func (t *Table) layOut() {
	if e := t.Spec.Encoder; e != nil {
		for _, f := range e.Layout() {
			t.Columns = append(t.Columns, Column{Feature: f})
		}
	}
	for i := len(t.Columns); i < t.Spec.Size(); i++ {
		name := fmt.Sprintf("x%d", i)
		t.Columns = append(t.Columns, Column{Feature: data.Feature{Name: name, Column: name}})
	}
	t.layTexts()
}

// read returns values of the numbers of x that are not missing, by column, and finds
// the extremes of targets.
func (t *Table) read(s data.Source) ([][]float32, error) {
	const chunk = 1024
	size, width := t.Spec.Size(), t.Spec.TargetSize()
	x, y := make([]float32, chunk*size), make([]float32, chunk*width)
	if t.Spec.Task == data.Regression {
		t.Low, t.High = slices.Repeat([]float64{math.Inf(1)}, width), slices.Repeat([]float64{math.Inf(-1)}, width)
	}
	values, every := make([][]float32, size), t.every()
	missing, told := t.indicators(), t.tellings()
	for start := 0; start < t.Rows; start += chunk {
		var rows []int
		for row := start; row < min(start+chunk, t.Rows); row++ {
			rows = append(rows, row)
		}
		if err := s.Read(rows, x[:len(rows)*size], y[:len(rows)*width]); err != nil {
			return nil, err
		}
		for i, row := range rows {
			if row%every == 0 {
				t.keep(values, missing, x[i*size:(i+1)*size])
			}
			t.tell(told, x[i*size:(i+1)*size], y[i*width:(i+1)*width])
			for k := range t.Low {
				v := float64(y[i*width+k])
				t.Low[k], t.High[k] = min(t.Low[k], v), max(t.High[k], v)
			}
		}
	}
	for i := range told {
		t.texts[i].strength = told[i].strengths(t.Spec.Task)
	}
	return values, nil
}

// every is how many rows stand for one that is measured.
func (t *Table) every() int {
	numbers := 1
	for _, c := range t.Columns {
		if c.Kind == data.NumberFeature {
			numbers++
		}
	}
	most := max(1024, min(mostSampled, mostKept/numbers))
	return (t.Rows + most - 1) / most
}

// indicators returns, for each number of x, where it is said to be missing; -1 where
// it never is.
func (t *Table) indicators() []int {
	list := make([]int, len(t.Columns))
	for i := range list {
		list[i] = -1
		for j := i + 1; j < len(list) && t.Spec.Encoder != nil && t.Columns[j].Column == t.Columns[i].Column; j++ {
			if t.Columns[j].Kind == data.IndicatorFeature {
				list[i] = j
			}
		}
	}
	return list
}

// keep appends the numbers of a row that are not missing.
func (t *Table) keep(values [][]float32, missing []int, x []float32) {
	for i, c := range t.Columns {
		if c.Kind == data.NumberFeature && (missing[i] < 0 || x[missing[i]] == 0) {
			values[i] = append(values[i], x[i])
		}
	}
}

// measure fills in what values say, which it sorts.
func (c *Column) measure(values []float32) {
	if len(values) == 0 {
		c.Spread = 1
		return
	}
	slices.Sort(values)
	var distinct []float32
	longest, begin := 0, 0
	for i, v := range values {
		if i == 0 || v != values[i-1] {
			distinct, begin = append(distinct, v), i
		}
		longest = max(longest, i-begin+1)
	}
	n := len(values)
	c.Distinct, c.Share = len(distinct), float64(longest)/float64(n)
	c.Low, c.High, c.Median = float64(values[0]), float64(values[n-1]), quantile(values, 0.5)
	if c.Spread = quantile(values, 0.75) - quantile(values, 0.25); c.Spread == 0 {
		c.Spread = (c.High - c.Low) / 2
	}
	if !(c.Spread > 1e-6) { // of values whose deviation is 1, or that do not differ
		c.Spread = 1
	}
	if c.Spiky() {
		c.edges = edgesOf(values, distinct)
		return
	}
	for i := range most + 1 {
		c.edges = append(c.edges, quantile(values, float64(i)/most))
	}
}

// quantile returns the quantile of sorted values, linearly between two.
func quantile(values []float32, p float64) float64 {
	at := float64(p * float64(len(values)-1))
	low := int(at)
	high := min(low+1, len(values)-1)
	return float64(values[low]) + float64((at-float64(low))*(float64(values[high])-float64(values[low])))
}

// edgesOf returns the union of the quantiles of all values and of the distinct ones.
// Each is a value that occurs.
func edgesOf(values, distinct []float32) []float64 {
	var edges []float64
	for _, list := range [][]float32{values, distinct} {
		for i := range quantiles {
			at := (float64(i) / (quantiles - 1)) * float64(len(list)-1)
			edges = append(edges, float64(list[int(math.Round(at))]))
		}
	}
	slices.Sort(edges)
	return apart(slices.Compact(edges))
}

// apart leaves out edges that are too near to the one before to tell values apart.
func apart(edges []float64) []float64 {
	list := edges[:1]
	for _, e := range edges[1:] {
		if e-list[len(list)-1] > 1e-6 {
			list = append(list, e)
		}
	}
	return list
}
