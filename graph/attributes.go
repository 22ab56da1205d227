package graph

// Attributes are what an operation is told beside its operands, for programs
// that write graphs in another form, as package onnx does. What an operation
// does not have is zero; shapes are those of the tensors.
type Attributes struct {
	Axes       []int     // reduced by Sum and MaxOver; the order of Transpose; the axis of Slice, Pad and Concat
	From, To   int       // elements of Slice; zeros before and behind of Pad
	Columns    []int     // of Take
	Transposed [2]bool   // operands of MatMul
	Letters    [3]string // of Einsum: both operands and the result
	Eps        float64   // of Standardize and RMSNormalize
	Conv       Conv      // of Conv2D and ConvTranspose2D
	Pool       Pool      // of MaxPool2D and AvgPool2D
	Reverse    bool      // of GRU and LSTM
}

// AttributesOf returns those of an operation.
func AttributesOf(op Op) Attributes {
	if a, ok := op.(interface{ attributes() Attributes }); ok {
		return a.attributes()
	}
	return Attributes{}
}

// Plain returns x written in operations that are no composites and hold no
// more than one idea: the expansion of a [Composite], and of Attention, its
// gradient, GRU, LSTM and GatherSum, which have kernels of their own, what these
// compute. It is false of other operations.
func Plain(x Tensor) (Tensor, bool) {
	switch op := x.Op().(type) {
	case Composite:
		return op.Expand(x.Inputs()...), true
	case interface{ plain(x ...Tensor) Tensor }:
		return op.plain(x.Inputs()...), true
	}
	return Tensor{}, false
}

func (m matMul) attributes() Attributes {
	return Attributes{Transposed: [2]bool{m.transX, m.transY}}
}

func (e einsum) attributes() Attributes    { return Attributes{Letters: [3]string{e.x, e.y, e.z}} }
func (s sum) attributes() Attributes       { return Attributes{Axes: s.axes.list()} }
func (m maxOver) attributes() Attributes   { return Attributes{Axes: m.axes.list()} }
func (t take) attributes() Attributes      { return Attributes{Columns: t.list()} }
func (c concat) attributes() Attributes    { return Attributes{Axes: []int{c.axis}} }
func (m maxPool) attributes() Attributes   { return Attributes{Pool: m.p} }
func (a avgPool) attributes() Attributes   { return Attributes{Pool: a.p} }
func (c convInput) attributes() Attributes { return Attributes{Conv: c.Conv} }

func (c convolution) attributes() Attributes  { return Attributes{Conv: c.Conv} }
func (n standardize) attributes() Attributes  { return Attributes{Eps: Const{n.eps}.value64()} }
func (n rmsNormalize) attributes() Attributes { return Attributes{Eps: Const{n.eps}.value64()} }

func (s slice) attributes() Attributes {
	return Attributes{Axes: []int{s.axis}, From: s.from, To: s.to}
}

func (p pad) attributes() Attributes {
	return Attributes{Axes: []int{p.axis}, From: p.before, To: p.after}
}

func (r recurrent) attributes() Attributes { return Attributes{Reverse: r.reverse} }

func (t transpose) attributes() Attributes {
	var a Attributes
	for i := range t.rank {
		a.Axes = append(a.Axes, int(t.order[i]))
	}
	return a
}

// list returns the axes of a set.
func (a Axes) list() (list []int) {
	for i := range MaxRank {
		if a.Has(i) {
			list = append(list, i)
		}
	}
	return list
}
