package graph

// OneHot returns, for labels x [n] in [0, classes), the tensor [n, classes]
// that is 1 at the label and 0 elsewhere. A label outside gives a row of zeros.
func (x Tensor) OneHot(classes int) Tensor {
	if !x.Valid() {
		return x
	}
	labels := x.Reshape(append(x.Type().Dims(), 1)...)
	return labels.Equal(x.n.graph.Count(classes))
}
