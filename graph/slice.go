package graph

import (
	"fmt"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
)

// Slice returns elements [from, to) of x along axis.
func (x Tensor) Slice(axis, from, to int) Tensor {
	if !x.Valid() {
		return x
	}
	if axis < 0 {
		axis += x.Type().Rank()
	}
	return x.apply(slice{axis, from, to})
}

// Pad returns x with before and after zeros added along axis.
func (x Tensor) Pad(axis, before, after int) Tensor {
	if !x.Valid() || before == 0 && after == 0 {
		return x
	}
	if axis < 0 {
		axis += x.Type().Rank()
	}
	return x.apply(pad{axis, before, after})
}

// Concat returns x and more joined along axis.
func (x Tensor) Concat(axis int, more ...Tensor) Tensor {
	if !x.Valid() || len(more) == 0 {
		return x
	}
	if axis < 0 {
		axis += x.Type().Rank()
	}
	return x.apply(concat{axis}, more...)
}

type (
	slice  struct{ axis, from, to int }
	pad    struct{ axis, before, after int }
	concat struct{ axis int }
)

func (slice) Name() string  { return "Slice" }
func (pad) Name() string    { return "Pad" }
func (concat) Name() string { return "Concat" }

func checkAxis(t Type, axis int) error {
	if axis < 0 || axis >= t.Rank() {
		return fmt.Errorf("there is no axis %d", axis)
	}
	return nil
}

func (s slice) Infer(in ...Type) (Type, error) {
	if err := checkAxis(in[0], s.axis); err != nil {
		return Type{}, err
	}
	if n := in[0].Dim(s.axis); s.from < 0 || s.to > n || s.from >= s.to {
		return Type{}, fmt.Errorf("elements %d to %d of axis %d, which has %d", s.from, s.to, s.axis, n)
	}
	return in[0].with(s.axis, s.to-s.from), nil
}

func (p pad) Infer(in ...Type) (Type, error) {
	if err := checkAxis(in[0], p.axis); err != nil {
		return Type{}, err
	}
	if p.before < 0 || p.after < 0 {
		return Type{}, fmt.Errorf("padding of %d and %d must not be negative", p.before, p.after)
	}
	return in[0].with(p.axis, in[0].Dim(p.axis)+p.before+p.after), nil
}

func (c concat) Infer(in ...Type) (Type, error) {
	if err := checkAxis(in[0], c.axis); err != nil {
		return Type{}, err
	}
	n := 0
	for i, t := range in {
		if t.Rank() != in[0].Rank() || t.with(c.axis, 1) != in[0].with(c.axis, 1) {
			return Type{}, fmt.Errorf("operand %d must equal the first but on axis %d", i, c.axis)
		}
		n += t.Dim(c.axis)
	}
	return in[0].with(c.axis, n), nil
}

// span splits t at axis: how many runs lie before it, and how many elements
// one step along it takes.
func span(t Type, axis int) (runs, step int) {
	runs, step = 1, 1
	for i := range t.Rank() {
		if i < axis {
			runs *= t.Dim(i)
		} else if i > axis {
			step *= t.Dim(i)
		}
	}
	return runs, step
}

func (s slice) Kernel(out Type, in ...Type) kernel.Kernel {
	runs, step := span(in[0], s.axis)
	n := in[0].Dim(s.axis) * step
	return &move.Splice{Runs: runs, Width: out.Dim(s.axis) * step, Parts: []move.Part{{From: s.from * step, To: s.to * step, Width: n}}}
}

func (p pad) Kernel(out Type, in ...Type) kernel.Kernel {
	runs, step := span(in[0], p.axis)
	n := in[0].Dim(p.axis) * step
	return &move.Splice{Runs: runs, Width: out.Dim(p.axis) * step, Parts: []move.Part{{To: n, Width: n, At: p.before * step}}}
}

func (c concat) Kernel(out Type, in ...Type) kernel.Kernel {
	runs, step := span(out, c.axis)
	k := &move.Splice{Runs: runs, Width: out.Dim(c.axis) * step}
	at := 0
	for _, t := range in {
		n := t.Dim(c.axis) * step
		k.Parts = append(k.Parts, move.Part{To: n, Width: n, At: at})
		at += n
	}
	return k
}

func (s slice) Eval64(e *Eval)  { splice64(s.Kernel(e.Type, e.InTypes...), e) }
func (p pad) Eval64(e *Eval)    { splice64(p.Kernel(e.Type, e.InTypes...), e) }
func (c concat) Eval64(e *Eval) { splice64(c.Kernel(e.Type, e.InTypes...), e) }

func splice64(k kernel.Kernel, e *Eval) {
	s := k.(*move.Splice)
	clear(e.Out)
	for run := range s.Runs {
		for i, p := range s.Parts {
			copy(e.Out[run*s.Width+p.At:], e.In[i][run*p.Width+p.From:run*p.Width+p.To])
		}
	}
}

func (s slice) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.Pad(s.axis, s.from, x[0].Dim(s.axis)-s.to)}
}

func (p pad) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	return []Tensor{dy.Slice(p.axis, p.before, p.before+x[0].Dim(p.axis))}
}

func (c concat) Grad(_, dy Tensor, x ...Tensor) []Tensor {
	dx := make([]Tensor, len(x))
	at := 0
	for i := range x {
		n := x[i].Dim(c.axis)
		dx[i] = dy.Slice(c.axis, at, at+n)
		at += n
	}
	return dx
}
