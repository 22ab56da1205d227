package graph

import "fmt"

// Reshape returns x with the same elements in the same order under another
// shape. One size may be -1: what remains.
func (x Tensor) Reshape(dims ...int) Tensor {
	if !x.Valid() {
		return x
	}
	dims = append([]int(nil), dims...)
	rest, at := x.Type().Size(), -1
	for i, d := range dims {
		if d == -1 && at < 0 {
			at = i
		} else if d > 0 && rest%d == 0 {
			rest /= d
		}
	}
	if at >= 0 {
		dims[at] = rest
	}
	t := Shape(dims...)
	t.DType = x.Type().DType
	if t == x.Type() {
		return x
	}
	return x.apply(reshape{t})
}

// Flatten returns x with all axes but the first as one: [n, ...] → [n, size].
func (x Tensor) Flatten() Tensor { return x.Reshape(x.Dim(0), -1) }

type reshape struct{ to Type }

func (reshape) Name() string { return "Reshape" }
func (r reshape) Infer(in ...Type) (Type, error) {
	if err := r.to.Valid(); err != nil {
		return Type{}, err
	}
	if in[0].Size() != r.to.Size() {
		return Type{}, fmt.Errorf("%d elements do not fill shape %v, which has %d", in[0].Size(), r.to, r.to.Size())
	}
	return r.to, nil
}
func (reshape) Eval64(e *Eval) { copy(e.Out, e.In[0]) }
func (reshape) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.Reshape(x[0].Type().Dims()...)}
}
func (reshape) View() {}
