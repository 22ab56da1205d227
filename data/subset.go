package data

import "fmt"

// subset is a view of some rows of a set.
type subset struct {
	of   Source
	rows []int
}

// fittedSubset is a view of rows whose encoding is learned.
type fittedSubset struct{ subset }

// Subset returns a view of the given rows of s, in that order. A view of raw
// rows can be fitted and encoded as the set itself; of a
// [*Parted], it is a view of the training part.
func Subset(s Source, rows []int) Source {
	if p, ok := s.(*Parted); ok {
		s = p.Source
	}
	if of, ok := s.(*subset); ok { // a view of a view is one view
		mapped := make([]int, 0, len(rows))
		for _, r := range rows {
			if r < 0 || r >= len(of.rows) {
				return &subset{s, rows} // Read will name the row
			}
			mapped = append(mapped, of.rows[r])
		}
		return &subset{of.of, mapped}
	}
	if _, ok := s.(Fitter); ok {
		return &fittedSubset{subset{s, rows}}
	}
	return &subset{s, rows}
}

func (s *subset) Spec() Spec   { return s.of.Spec() }
func (s *subset) Len() int     { return len(s.rows) }
func (s *subset) vetted() bool { return isVetted(s.of) }

func (s *subset) Read(rows []int, x, y []float32) error {
	if err := checkRead(len(s.rows), 0, 0, rows, x, y); err != nil {
		return err
	}
	return s.of.Read(s.under(make([]int, 0, len(rows)), rows), x, y)
}

func (s *subset) ReadField(name string, rows []int, dst []float32) error {
	if err := checkRead(len(s.rows), 0, 0, rows, dst, nil); err != nil {
		return err
	}
	of, ok := s.of.(FieldReader)
	if !ok {
		return fmt.Errorf("data: %T has no fields beside x and y", s.of)
	}
	return of.ReadField(name, s.under(make([]int, 0, len(rows)), rows), dst)
}

// under appends to dst what the rows of the view are called in its set.
func (s *subset) under(dst, rows []int) []int {
	for _, r := range rows {
		dst = append(dst, s.rows[r])
	}
	return dst
}

func (s *subset) labels() []int32 {
	of, ok := s.of.(labeler)
	if !ok {
		return nil
	}
	all := of.labels()
	if all == nil {
		return nil
	}
	labels := make([]int32, len(s.rows))
	for i, r := range s.rows {
		if r < 0 || r >= len(all) {
			return nil
		}
		labels[i] = all[r]
	}
	return labels
}

func (s *fittedSubset) Fit(rows []int) (*Encoder, error) {
	mapped := make([]int, len(rows))
	for i, r := range rows {
		if r < 0 || r >= len(s.rows) {
			return nil, fmt.Errorf("data: there is no row %d; the set has rows 0 to %d", r, len(s.rows)-1)
		}
		mapped[i] = s.rows[r]
	}
	return s.of.(Fitter).Fit(mapped)
}

func (s *fittedSubset) Encode(e *Encoder) (Source, error) {
	of, err := s.of.(Fitter).Encode(e)
	if err != nil {
		return nil, err
	}
	return Subset(of, s.rows), nil
}
