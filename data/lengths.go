package data

import "slices"

// sequences is a Source whose rows are sequences that may end before the positions of
// a sample do.
type sequences interface {
	Source
	length(row int) int          // positions up to its end
	within(positions int) Source // the rows as samples of so many positions, of which none is read that is longer
}

// sequencesOf returns s as sequences, if its rows are some.
func sequencesOf(s Source) (sequences, bool) {
	all, ok := s.(sequences)
	if view, is := s.(*subset); is {
		if all, ok = sequencesOf(view.of); ok {
			return &someSequences{view, all}, true
		}
	}
	return all, ok
}

// someSequences is a view of sequences.
type someSequences struct {
	*subset
	all sequences
}

func (s *someSequences) length(row int) int { return s.all.length(s.rows[row]) }

func (s *someSequences) within(positions int) Source {
	return &subset{s.all.within(positions), s.rows}
}

// Lengths returns how many positions each row of a set takes up to its end, nil unless
// they are sequences of different lengths, as lines of a text are.
func Lengths(s Source) []int {
	all, ok := sequencesOf(s)
	if !ok {
		return nil
	}
	list := make([]int, all.Len())
	for row := range list {
		list[row] = all.length(row)
	}
	return list
}

// Within returns the kind of the same samples as sequences of so many positions.
func (s Spec) Within(positions int) Spec {
	of := s.Input
	s.Input, s.More = []int{positions}, slices.Clone(s.More)
	for i := range s.More {
		if slices.Equal(s.More[i].Shape, of) {
			s.More[i].Shape = s.Input
		}
	}
	return s
}

// OrderByLength returns rows in another order, in which those of like length share a
// batch: batches are cut from them by length, of equal ones as they stood, and come as
// their first rows stood. A last batch that is shorter stays the last.
func OrderByLength(rows, lengths []int, size int) []int {
	place := make(map[int]int, len(rows))
	for i, row := range rows {
		place[row] = i
	}
	whole := len(rows) / size * size
	sorted := slices.Clone(rows[:whole])
	slices.SortStableFunc(sorted, func(a, b int) int { return lengths[a] - lengths[b] })
	batches := slices.Collect(slices.Chunk(sorted, size))
	slices.SortFunc(batches, func(a, b []int) int { return place[a[0]] - place[b[0]] })
	return append(slices.Concat(batches...), rows[whole:]...)
}
