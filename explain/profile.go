package explain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/rng"
)

// Profile says how the columns of some rows are spread, in little room: of training
// rows, so that others can be compared with them when those are gone. It holds
// quantiles and counts, no rows.
type Profile struct {
	Rows    int            `json:"rows"` // that it sums up
	Columns []ColumnSpread `json:"columns"`
}

// ColumnSpread is how one column is spread. Of a number, Counts[i] rows lie above
// Edges[i-1] and at or below Edges[i], and the first edge is the least number. Of a
// category, Counts[i] rows have Levels[i].
type ColumnSpread struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Missing int       `json:"missing"` // of a number; missing categories are a level
	Edges   []float64 `json:"edges,omitempty"`
	Levels  []string  `json:"levels,omitempty"`
	Counts  []int     `json:"counts"`
}

// What a profile takes.
const (
	profileRows  = 100_000 // at most; more are sampled
	profileEdges = 101     // of a number, at most
)

// ProfileOf sums up the columns of encoded rows of a table.
func ProfileOf(ctx context.Context, source data.Source) (*Profile, error) {
	columns, err := columnsOf(source.Spec())
	if err != nil {
		return nil, err
	}
	rows, err := readRows(ctx, source, profileRows, rng.Key{Stream: rng.Stream("explain.profile")})
	if err != nil {
		return nil, err
	}
	p := &Profile{Rows: rows.Len()}
	for i := range columns {
		p.Columns = append(p.Columns, spreadOf(&columns[i], rows))
	}
	return p, nil
}

func spreadOf(c *Column, rows *Rows) ColumnSpread {
	s := ColumnSpread{Name: c.Name, Kind: c.Kind}
	if c.Kind == categoryKind {
		s.Counts = make([]int, c.Width) // <unk> is the last
		s.Levels = c.levels()
		for i := range rows.Len() {
			slot := c.slot(rows.Row(i))
			if slot == none {
				slot = c.Width - 1
			}
			s.Counts[slot]++
		}
		return s
	}
	var values []float64
	for i := range rows.Len() {
		if v := c.number(rows.Row(i)); v == v {
			values = append(values, v)
		}
	}
	s.Missing = rows.Len() - len(values)
	slices.Sort(values)
	s.Edges = slices.Compact(quantilesOf(values, profileEdges))
	s.Counts = s.count(values)
	return s
}

// count returns how many numbers lie up to each edge, those beyond the last in the
// last.
func (s *ColumnSpread) count(values []float64) []int {
	counts := make([]int, len(s.Edges))
	for _, v := range values {
		k, _ := slices.BinarySearch(s.Edges, v)
		counts[min(k, len(counts)-1)]++
	}
	return counts
}

// Validate returns an error if a profile cannot be one, as when its file was changed
// by hand.
func (p *Profile) Validate() error {
	if p == nil || p.Rows < 1 {
		return errors.New("explain: a profile of no rows")
	}
	for _, c := range p.Columns {
		bins, sum := len(c.Edges), c.Missing
		if c.Kind == categoryKind {
			bins = len(c.Levels)
		}
		for _, n := range c.Counts {
			if n < 0 || n > p.Rows {
				sum = -1
				break
			}
			sum += n
		}
		if len(c.Counts) != bins || c.Missing < 0 || sum != p.Rows || !slices.IsSorted(c.Edges) {
			return fmt.Errorf("explain: the profile of column %q does not add up to %d rows", c.Name, p.Rows)
		}
	}
	return nil
}
