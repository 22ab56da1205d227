package data

import "fmt"

// reshaped is a set whose samples have another shape of the same size.
type reshaped struct {
	Source
	shape []int
}

// Reshape returns s with samples of another shape, such as height, width and
// channels for a set of plain slices.
func Reshape(s Source, shape ...int) (Source, error) {
	spec := s.Spec()
	was := spec.Input
	spec.Input = shape
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if size := (Spec{Input: was}).Size(); spec.Size() != size {
		return nil, fmt.Errorf("data: a sample of shape %v holds %d values and one of %v holds %d; the sizes must agree", was, size, shape, spec.Size())
	}
	if _, ok := s.(Fitter); ok {
		return nil, fmt.Errorf("data: %s holds raw rows; reshape its parts after Split", spec.name())
	}
	return reshaped{s, shape}, nil
}

func (s reshaped) Spec() Spec {
	spec := s.Source.Spec()
	spec.Input = s.shape
	return spec
}

func (s reshaped) vetted() bool { return isVetted(s.Source) }

func (s reshaped) labels() []int32 {
	if l, ok := s.Source.(labeler); ok {
		return l.labels()
	}
	return nil
}
