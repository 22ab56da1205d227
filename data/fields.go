package data

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// FromFields returns samples of any fields, in memory: values holds each field
// of spec by its name, all rows one after the other. They are taken as they are,
// neither copied nor standardized.
//
//	spec := data.Spec{
//		Input: []int{28, 28, 1}, Task: data.Classification, Classes: classes,
//		More: []data.Field{{Name: "place", Shape: []int{2}}},
//	}
//	source, err := data.FromFields(spec, map[string][]float32{"x": pixels, "y": labels, "place": places})
//
// An error names the field and what is wrong with it: its number of values, one
// that is not finite, a class that there is not, a label that is neither 0 nor 1.
func FromFields(spec Spec, values map[string][]float32) (Source, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	s := &fields{spec: spec, values: maps.Clone(values)}
	known := map[string]bool{}
	for _, f := range spec.Fields() {
		known[f.Name] = true
		v, size := values[f.Name], f.Size()
		switch {
		case len(v)%size != 0:
			return nil, fmt.Errorf("data: field %q has %d values, which are no rows of %d", f.Name, len(v), size)
		case f.Name == X:
			s.n = len(v) / size
		case len(v) != s.n*size:
			return nil, fmt.Errorf("data: field %q has %d values for %d rows of %d", f.Name, len(v), s.n, size)
		}
		rows := make([]int, s.n)
		for i := range rows {
			rows[i] = i
		}
		if err := f.check(rows, v); err != nil {
			return nil, err
		}
		if i := slices.Index(v, -1); f.Name == Y && f.Kind == Class && i >= 0 {
			return nil, fmt.Errorf("data: row %d has no class: %w", i, ErrLabel)
		}
		if f.Name == Y && spec.Task == MultiLabel {
			if err := checkLabels(spec.Targets, rows, v); err != nil {
				return nil, err
			}
		}
	}
	for name := range values {
		if !known[name] {
			_, err := spec.Field(name)
			return nil, err
		}
	}
	if s.n == 0 {
		return nil, fmt.Errorf("data: %s: %w", spec.name(), errEmpty)
	}
	return s, nil
}

// fields is a set whose fields lie in memory.
type fields struct {
	spec   Spec
	n      int
	values map[string][]float32
}

func (s *fields) Spec() Spec   { return s.spec }
func (s *fields) Len() int     { return s.n }
func (s *fields) vetted() bool { return true }

func (s *fields) Read(rows []int, x, y []float32) error {
	if err := checkRead(s.n, s.spec.Size(), s.spec.TargetSize(), rows, x, y); err != nil {
		return err
	}
	copyRows(x, s.values[X], rows, s.spec.Size())
	if y == nil {
		return nil
	}
	if s.values[Y] == nil {
		return errors.New("data: the samples have no target")
	}
	copyRows(y, s.values[Y], rows, s.spec.TargetSize())
	return nil
}

func (s *fields) ReadField(name string, rows []int, dst []float32) error {
	f, err := s.spec.Field(name)
	if err != nil {
		return err
	}
	if err := checkRead(s.n, f.Size(), 0, rows, dst, nil); err != nil {
		return err
	}
	copyRows(dst, s.values[name], rows, f.Size())
	return nil
}

func copyRows(dst, all []float32, rows []int, size int) {
	for i, r := range rows {
		copy(dst[i*size:(i+1)*size], all[r*size:])
	}
}
