package transfer

import (
	"slices"

	"descent/data"
	"descent/graph"
	"descent/nn"
)

// beside reports whether the rows of numbers beside images have other features than
// in the model to start from, and whether only the last layer reads them. They go by
// position, as they stand behind what comes of the image.
func (s *transfer) beside() (differ, head bool) {
	here, there := s.to.Spec, s.from.Spec()
	at := slices.IndexFunc(here.More, func(f data.Field) bool { return f.Name == data.RowField })
	if here.Encoder == nil || there.Encoder == nil || here.Encoder.Image == "" || at < 0 {
		return false, false
	}
	if slices.Equal(here.Encoder.Features(), there.Encoder.Features()) {
		return false, false
	}
	wider := s.to.Network
	wider.Spec.More = slices.Clone(here.More)
	wider.Spec.More[at].Shape = []int{here.More[at].Size() + 1}
	f, err := wider.Trace(1, false)
	if err != nil || len(f.Params) != len(s.here.Params) {
		return true, false
	}
	return true, !slices.ContainsFunc(f.Params, func(p nn.Param) bool {
		return !s.heads[p.Name] && !sameType(p, s.here.Params)
	})
}

// sameType reports whether one of params has the name and the type of p.
func sameType(p nn.Param, params []nn.Param) bool {
	return slices.ContainsFunc(params, func(q nn.Param) bool {
		return q.Name == p.Name && slices.Equal(dims(p.Tensor), dims(q.Tensor))
	})
}

func dims(x graph.Tensor) []int { return x.Type().Dims() }
