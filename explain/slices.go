package explain

import (
	"cmp"
	"context"
	"math"
	"slices"

	"descent/internal/search"
	"descent/metric"
)

// Slices are parts of the rows on which a model does worse than on the others.
type Slices struct {
	Rows   int     `json:"rows"`
	Total  int     `json:"rows_there"` // of which it took some, or all
	Looked int     `json:"looked_at"`  // parts that were compared
	Score  string  `json:"score"`      // beside the loss; "" where there is none
	Higher bool    `json:"higher_is_better"`
	Worst  []Slice `json:"worst"` // worse than the others for certain first
}

// Slice is the rows that have a level of a column, or a number in a range.
type Slice struct {
	Column  string   `json:"column"`
	Text    string   `json:"rows_with"` // as in "= Bonn", "17 to 26" or "missing"
	Rows    int      `json:"rows"`
	Loss    float64  `json:"loss"`
	Others  float64  `json:"loss_of_others"`
	Worse   Interval `json:"worse"` // the loss minus that of the others
	P       float64  `json:"p"`     // that chance makes it so different, adjusted for all parts
	Score   *float64 `json:"score"` // nil where there is none
	Besides *float64 `json:"score_of_others"`
}

// Sure reports whether the part is worse than the others beyond chance.
func (s Slice) Sure() bool { return s.Worse.Low > 0 && s.P < 1-confidence }

// What is a part.
const (
	leastSlice = 20 // rows
	sliceBins  = 5  // of a number, by quantiles
	mostSlices = 20 // that are listed
)

// Slices compares the loss on each level of each category, and on each of five
// ranges of each number, with that on the other rows, by Welch's t test. Parts of
// fewer than 20 rows are left out. As many parts are compared, one of them looks
// bad by chance: intervals are simultaneous (Bonferroni's) and p is adjusted
// (Holm's), so that at 95 % none of all is called worse that is not.
//
// The worst come first: those whose interval begins highest.
func (e *Explainer) Slices(ctx context.Context, rows *Rows) (*Slices, error) {
	m, err := e.measure(ctx, rows, nil)
	if err != nil {
		return nil, err
	}
	parts := e.parts(rows)
	out := &Slices{Rows: rows.Len(), Total: rows.Total, Looked: len(parts), Worst: []Slice{}}
	by, fits := e.sliceScore()
	if fits {
		out.Score, out.Higher = by.name, by.higher
	}
	var p []float64
	var all []Slice
	for _, part := range parts {
		s := Slice{Column: part.column, Text: part.text, Rows: part.rows}
		a := search.GroupOf(m.lossesOf(part.has))
		b := search.GroupOf(m.lossesOf(func(row int) bool { return !part.has(row) }))
		t := search.WelchT(a, b, 1-(1-confidence)/float64(len(parts)))
		s.Loss, s.Others, s.Worse = a.Mean, b.Mean, Interval{t.Mean, t.Low, t.High}
		p = append(p, t.P)
		all = append(all, s)
	}
	for i, v := range search.Holm(p) {
		all[i].P = v
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	sortBy(order, func(i int) float64 { return all[i].Worse.Low })
	for _, i := range order {
		if s := all[i]; s.Worse.Mean > 0 && len(out.Worst) < mostSlices {
			if fits {
				in, err := by.of(m, parts[i].has)
				if err != nil {
					return nil, err
				}
				others, err := by.of(m, func(row int) bool { return !parts[i].has(row) })
				if err != nil {
					return nil, err
				}
				s.Score, s.Besides = finite(in), finite(others)
			}
			out.Worst = append(out.Worst, s)
		}
	}
	return out, nil
}

// lossesOf returns the losses of some rows, so that their mean is that of the rows as
// they count.
func (m *measured) lossesOf(counts func(i int) bool) []float64 {
	var list []float64
	weight := 0.0
	for i, l := range m.losses {
		if counts(i) {
			list = append(list, l)
			weight += m.weight(i)
		}
	}
	if m.weights != nil {
		for i := range list {
			list[i] *= float64(len(list)) / weight
		}
	}
	return list
}

// sliceScore is a score that can be compared between parts of the rows: how many
// are right, or how far off they are in the unit of the target.
func (e *Explainer) sliceScore() (score, bool) {
	if e.of.Kind == metric.Numbers && len(e.of.Names) > 1 { // whose units may differ
		return score{}, false
	}
	for _, m := range metric.Usual(e.of) {
		if m.Share || m.Unit == metric.TargetUnit {
			return e.scoreOf(m, -1), true
		}
	}
	return score{}, false
}

// part is some of the rows.
type part struct {
	column, text string
	rows         int
	at           []int // the part of the column that each row is in
	of           int
}

func (p *part) has(row int) bool { return p.at[row] == p.of }

// parts lists the parts of rows that are compared with the others.
func (e *Explainer) parts(rows *Rows) []part {
	var all []part
	for i := range e.columns {
		c := &e.columns[i]
		at, texts := cutOf(c, rows)
		counts := make([]int, len(texts))
		for _, k := range at {
			counts[k]++
		}
		for k, n := range counts {
			if n >= leastSlice && rows.Len()-n >= leastSlice {
				all = append(all, part{c.Name, texts[k], n, at, k})
			}
		}
	}
	return all
}

// cutOf cuts rows by the levels of a category, or by ranges of a number, and names
// the parts.
func cutOf(c *Column, rows *Rows) (at []int, texts []string) {
	at = make([]int, rows.Len())
	if c.Kind == categoryKind {
		for i := range at {
			at[i] = c.slot(rows.Row(i)) + 1
		}
		texts = append(texts, levelText(c.level(none)))
		for _, level := range c.levels() {
			texts = append(texts, levelText(level))
		}
		return at, texts
	}
	var values []float64
	for i := range at {
		if v := c.number(rows.Row(i)); v == v {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	cuts := slices.Compact(quantilesOf(values, sliceBins+1)) // each but the first ends a part
	if len(cuts) > 1 && len(cuts) < sliceBins+1 || len(cuts) == 1 {
		cuts = append([]float64{math.Inf(-1)}, cuts...) // a value that many rows have is a part of its own
	}
	bins := max(0, len(cuts)-1)
	first, last := make([]int, bins), make([]int, bins) // the rows with the least and the greatest value
	for b := range first {
		first[b], last[b] = -1, -1
	}
	for i := range at {
		v := c.number(rows.Row(i))
		if v != v {
			at[i] = bins
			continue
		}
		k, _ := slices.BinarySearch(cuts, v)
		k = min(max(k, 1)-1, bins-1)
		at[i] = k
		if first[k] < 0 || v < c.number(rows.Row(first[k])) {
			first[k] = i
		}
		if last[k] < 0 || v > c.number(rows.Row(last[k])) {
			last[k] = i
		}
	}
	for b := range bins {
		texts = append(texts, rangeText(c, rows, first[b], last[b]))
	}
	return at, append(texts, "missing")
}

// levelText names the rows of a level.
func levelText(level string) string {
	switch level {
	case "<missing>":
		return "missing"
	case "<rare>":
		return "of a rare level"
	case "<unk>":
		return "of a level that training did not have"
	}
	return "= " + level
}

// rangeText names the numbers between those of two rows.
func rangeText(c *Column, rows *Rows, first, last int) string {
	if first < 0 {
		return ""
	}
	a, b := c.text(rows.Row(first)), c.text(rows.Row(last))
	if a == b {
		return "= " + a
	}
	return a + " to " + b
}

// sortBy sorts stably by a key, the largest first, NaN last.
func sortBy(order []int, key func(i int) float64) {
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(key(b), key(a)) })
}
