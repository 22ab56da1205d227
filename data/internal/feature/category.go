package feature

import (
	"fmt"
	"sort"

	"descent/data/internal/grid"
	"descent/data/internal/naming"
	"descent/data/internal/parse"
)

// Category makes levels one-hot: a value for each, then one that rare levels share,
// one that says "missing", and one that is always 0, for the sake of models and
// bits of before.
type Category struct {
	Levels, Rare []string
	Missing      bool
	Hashed       int   // slots that levels have by their hash, in Levels as #0, #1 and so on; 0: each has its own
	Empty        []int // of these, those that training had no level for

	slots         *parse.Spellings
	rare, missing int // slots; none if there is none
	empty         map[int]bool
}

// None is the slot of a cell that sets no feature.
const None = -1

// NewCategory encodes levels, of which rare ones share a slot.
func NewCategory(levels, rare []string, missing bool) *Category {
	c := &Category{Levels: levels, Rare: rare, Missing: missing, slots: parse.NewSpellings(levels), rare: None, missing: None}
	next := len(levels)
	if len(rare) > 0 {
		c.rare = next
		next++
		for _, level := range rare {
			c.slots.Known[level] = c.rare
		}
	}
	if missing {
		c.missing = next
	}
	return c
}

// NewHashed encodes levels by their hash.
func NewHashed(slots int, empty []int, missing bool) *Category {
	c := NewCategory(HashLevels(slots), nil, missing)
	c.Hashed, c.Empty, c.empty = slots, empty, make(map[int]bool)
	for _, slot := range empty {
		c.empty[slot] = true
	}
	return c
}

// HashLevels names the slots of a column whose levels have them by their hash.
func HashLevels(slots int) []string {
	levels := make([]string, slots)
	for i := range levels {
		levels[i] = fmt.Sprintf("#%d", i)
	}
	return levels
}

// FitCategory counts the levels of a column in the given rows; nil means all. Where
// there are more than keep.Most, or than usual, as many of the most frequent keep a
// slot that stand in keep.Least rows, and the others share one.
func FitCategory(g *grid.Grid, col int, rows []int, keep parse.Levels) (c *Category, dropped Dropped, err error) {
	at := make(map[string]int) // the place of a level among the counts
	var counts []int
	missing := false
	r := grid.NewReader(g)
	for _, run := range g.Runs(rows) {
		err := r.Tallies(run, col, true, func(t grid.Tally) bool {
			if i, met := at[string(t.Text)]; met {
				counts[i] += t.Count
			} else if cell := string(t.Text); parse.Missing(cell) {
				missing = true
			} else {
				at[cell] = len(counts)
				counts = append(counts, t.Count)
			}
			return true
		})
		if err != nil {
			return nil, "", err
		}
	}
	count := at
	for level, i := range at {
		count[level] = counts[i]
	}
	for level, n := range count { // with accents behind their letters
		if as := naming.Normal(level); as != level && count[as] > 0 {
			count[as] += n
			delete(count, level)
		}
	}
	var levels, rare []string
	for level := range count {
		levels = append(levels, level)
	}
	switch {
	case len(levels) == 0:
		return nil, holdsNothing, nil
	case len(levels) == 1 && !missing:
		return nil, constant(levels[0]), nil
	}
	if keep.Hashed > 0 {
		return fitHashed(levels, keep.Hashed, missing), "", nil
	}
	if len(levels) > min(keep.Most, parse.FewLevels.Most) {
		sort.Slice(levels, func(i, j int) bool {
			a, b := levels[i], levels[j]
			return count[a] > count[b] || count[a] == count[b] && a < b
		})
		n := 0
		for n < min(keep.Most, len(levels)) && count[levels[n]] >= keep.Least {
			n++
		}
		levels, rare = levels[:n:n], levels[n:]
		sort.Strings(rare)
	}
	sort.Strings(levels)
	return NewCategory(levels, rare, missing), "", nil
}

// fitHashed finds the slots that no level has.
func fitHashed(levels []string, slots int, missing bool) *Category {
	used := make([]bool, slots)
	for _, level := range levels {
		used[parse.HashSlot(level, slots)] = true
	}
	var empty []int
	for slot, is := range used {
		if !is {
			empty = append(empty, slot)
		}
	}
	return NewHashed(slots, empty, missing)
}

// Width returns the number of slots.
func (c *Category) Width() int {
	width := len(c.Levels) + 1
	if len(c.Rare) > 0 {
		width++
	}
	if c.Missing {
		width++
	}
	return width
}

// Slot returns the place of a cell's 1, or None.
func (c *Category) Slot(cell string) (int, Fate) {
	if _, known := c.slots.Known[cell]; (!known || c.Hashed > 0) && parse.Missing(cell) {
		if c.missing == None {
			return None, AsNoLevel
		}
		return c.missing, Known
	}
	if c.Hashed > 0 {
		slot := parse.HashSlot(cell, c.Hashed)
		if c.empty[slot] {
			return None, AsNone
		}
		return slot, Known
	}
	slot, known := c.slots.Find(cell)
	switch {
	case known:
		return slot, Known
	case c.rare != None:
		return c.rare, AsRare
	}
	return None, AsNone
}

// Encode sets the slot of a cell.
func (c *Category) Encode(to []float32, cell string, _ bool) (Fate, error) {
	slot, fate := c.Slot(cell)
	if slot != None {
		to[slot] = 1
	}
	return fate, nil
}

// Decode returns the level, <rare> for those that share a slot, and <unk> where no
// slot is set.
func (c *Category) Decode(x []float32) string {
	for i, v := range x {
		switch {
		case v == 0:
			continue
		case i < len(c.Levels):
			return c.Levels[i]
		case i == c.rare:
			return "<rare>"
		case i == c.missing:
			return ""
		default:
			return "<unk>"
		}
	}
	return "<unk>"
}
