package data

import (
	"fmt"

	"descent/data/internal/fault"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
	"descent/data/internal/schema"
	"descent/internal/human"
	"descent/internal/suggest"
)

// keys are what rows are held together and put in order by; both nil where they
// stand for themselves.
type keys struct {
	groups []int     // the number of each row's group
	times  []float64 // when each row was
	note   string    // what the user should know
}

// of returns the keys of some rows.
func (k keys) of(rows []int) keys {
	return keys{groups: ofRows(k.groups, rows), times: ofRows(k.times, rows)}
}

func ofRows[T any](all []T, rows []int) []T {
	if all == nil {
		return nil
	}
	some := make([]T, len(rows))
	for i, r := range rows {
		some[i] = all[r]
	}
	return some
}

// keyed is a set of raw rows that are grouped and ordered by columns of theirs.
type keyed interface {
	// groupsBy returns the group of each row, how many rows have none and are a group
	// of their own each, and the set without the column among its inputs.
	groupsBy(column string) (groups []int, lone int, rest Source, err error)
	timesBy(column string) ([]float64, error)
}

// keys returns the keys of the rows of s, and s as it is to be encoded.
func (cfg SplitConfig) keys(s Source) (keys, Source, error) {
	k := keys{groups: cfg.Groups, times: cfg.Times}
	grouped, timed := cfg.Group != "" || cfg.Groups != nil, cfg.Time != "" || cfg.Times != nil
	switch name := s.Spec().name(); {
	case grouped && timed:
		return k, s, fmt.Errorf("data: %s is to be split both by groups and in time; want one of them", name)
	case cfg.Groups != nil && cfg.Group != "", cfg.Times != nil && cfg.Time != "":
		return k, s, fmt.Errorf("data: %s: groups or times are both named as a column and given; want one of them", name)
	case cfg.Groups != nil && len(cfg.Groups) != s.Len(), cfg.Times != nil && len(cfg.Times) != s.Len():
		return k, s, fmt.Errorf("data: %s has %d rows, and there are groups or times for %d", name, s.Len(), len(cfg.Groups)+len(cfg.Times))
	case cfg.Group == "" && cfg.Time == "":
		for row, t := range cfg.Times {
			if t-t != 0 {
				return k, s, fmt.Errorf("data: %s: the time of row %d is %v; it must be finite", name, row, t)
			}
		}
		return k, s, nil
	}
	of, ok := s.(keyed)
	if !ok {
		return k, s, noTable(s, cfg.Group+cfg.Time)
	}
	var err error
	if cfg.Time != "" {
		k.times, err = of.timesBy(cfg.Time)
		return k, s, err
	}
	groups, lone, rest, err := of.groupsBy(cfg.Group)
	if lone > 0 {
		k.note = fmt.Sprintf("%s without a value in %q: each is a group of its own", human.Plural(lone, "row"), cfg.Group)
	}
	k.groups = groups
	return k, rest, err
}

func noTable(s Source, column string) error {
	return fmt.Errorf("data: %s is no table, so that it has no column %q to split by", s.Spec().name(), column)
}

// groupsRows is why a column is left out that says which rows belong together.
const groupsRows = "says which rows belong together"

func (t *Table) groupsBy(column string) (groups []int, lone int, rest Source, err error) {
	col, err := t.keyColumn(column)
	if err != nil {
		return nil, 0, nil, err
	}
	groups = make([]int, t.Len())
	number := map[string]int{}
	next := 0
	for row := range groups {
		cell := t.grid.Cell(row, col)
		known, ok := number[cell]
		switch {
		case parse.Missing(cell):
			lone++
			known = next
			next++
		case !ok:
			known = next
			number[cell] = known
			next++
		}
		groups[row] = known
	}
	return groups, lone, t.without(col, groupsRows), nil
}

func (t *Table) timesBy(column string) ([]float64, error) {
	col, err := t.keyColumn(column)
	if err != nil {
		return nil, err
	}
	reading, err := t.plan.ReadingOf(t.grid, col)
	if err != nil {
		return nil, err
	}
	if reading.Kind == "" {
		return nil, fmt.Errorf("data: %s: column %q holds neither numbers nor dates, so that it says not when a row was", t.grid.File, column)
	}
	times := make([]float64, t.Len())
	for row := range times {
		if times[row], err = t.grid.Value(row, col, &reading); err != nil {
			return nil, err
		}
		if times[row] != times[row] {
			return nil, fmt.Errorf("%s is empty; to be split in time, each row has a time", t.grid.At(row, col))
		}
	}
	return times, nil
}

// keyColumn returns the number of a column that rows are split by.
func (t *Table) keyColumn(name string) (int, error) {
	g := t.grid
	col := g.Find(name)
	if col < 0 {
		return 0, fault.Errorf(fault.ErrNoColumn, "data: %s has no column %q to split by%s; it has %s", g.File, name, suggest.DidYouMean(name, g.Columns), naming.List(g.Columns))
	}
	for _, target := range t.plan.Target.Columns {
		if target == col {
			return 0, fmt.Errorf("data: %s: column %q is the target, and rows are not split by what is to be predicted", g.File, name)
		}
	}
	return col, nil
}

// without returns the table without a column among its inputs, unless that was asked
// to be kept.
func (t *Table) without(col int, why string) *Table {
	left, plan := *t, *t.plan
	plan.Columns = append([]schema.Column(nil), plan.Columns...)
	for i := range plan.Columns {
		if p := &plan.Columns[i]; p.Col == col && !p.Kept && p.Kind != parse.DroppedKind {
			p.Kind, p.Why = parse.DroppedKind, why
		}
	}
	left.plan = &plan
	return &left
}

func (s *fittedSubset) groupsBy(column string) (groups []int, lone int, rest Source, err error) {
	of, ok := s.of.(keyed)
	if !ok {
		return nil, 0, nil, noTable(s, column)
	}
	all, lone, rest, err := of.groupsBy(column)
	if err != nil {
		return nil, 0, nil, err
	}
	return ofRows(all, s.rows), lone, Subset(rest, s.rows), nil
}

func (s *fittedSubset) timesBy(column string) ([]float64, error) {
	of, ok := s.of.(keyed)
	if !ok {
		return nil, noTable(s, column)
	}
	all, err := of.timesBy(column)
	return ofRows(all, s.rows), err
}
