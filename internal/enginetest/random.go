package enginetest

import (
	"fmt"
	"math/rand/v2"

	"descent/graph"
	"descent/internal/lowering"
)

// Random returns a step made from seed: a few variables and inputs, size
// operations over them, perhaps a gradient, several stages and updates. The upper
// half of the seed says what values are like.
func Random(seed uint64, size int) Case {
	g := graph.New()
	b := &maker{
		Rand: rand.New(rand.NewPCG(seed, 77)),
		g:    g,
		c:    Case{Graph: g, Values: map[string][]float32{}, Seed: seed, Draw: 3},

		character: int(seed >> 32 % characters),
	}
	b.leaves()
	for range size {
		if x := b.op(); x.Valid() {
			b.push(b.bounded(x))
		}
	}
	b.stages()
	b.updates()
	b.gradient()
	return b.c
}

// maker holds a random graph while it grows.
type maker struct {
	*rand.Rand
	g         *graph.Graph
	c         Case
	dims      []int // that shapes are made from, few, so that they fit
	pool      []graph.Tensor
	variables []graph.Tensor
	character int // of values
}

func (b *maker) push(x graph.Tensor) { b.pool = append(b.pool, x) }

// pick prefers what was made last.
func (b *maker) pick() graph.Tensor {
	n := len(b.pool)
	if b.IntN(2) == 0 {
		return b.pool[n-1-b.IntN(min(n, 4))]
	}
	return b.pool[b.IntN(n)]
}

func (b *maker) leaves() {
	choices := [][]int{{1, 2, 3}, {1, 3, 5}, {1, 4, 17}, {2, 1, 33}, {3, 40, 2}, {6, 5, 7}, {6, 1, 300}, {1, 1, 1500}, {70, 50, 1}, {2, 9, 1030}}
	b.dims = choices[b.IntN(1+b.IntN(len(choices)))] // mostly small ones
	shape := func() []int {
		dims := make([]int, b.IntN(4))
		total := 1
		for i := range dims {
			dims[i] = b.dims[b.IntN(len(b.dims))]
			if total *= dims[i]; total > 6000 {
				total /= dims[i]
				dims[i] = 1
			}
		}
		return dims
	}
	first := shape()
	for i := range 2 + b.IntN(3) {
		dims := shape()
		if i > 0 && b.IntN(2) == 0 {
			dims = first
		}
		b.push(b.variable(dims...))
	}
	for i := range 1 + b.IntN(2) {
		b.input(fmt.Sprint("x", i), shape()...)
	}
	if b.IntN(3) == 0 {
		b.input("images", 1+b.IntN(3), 1+b.IntN(9), 2+b.IntN(9), 1+b.IntN(6))
	}
	for i := range b.IntN(2) {
		b.push(b.g.Scalar(fmt.Sprint("s", i), nil))
		b.c.Scalars = append(b.c.Scalars, b.Float32()+0.5)
	}
}

func (b *maker) input(name string, dims ...int) {
	x := b.g.Input(name, graph.Shape(dims...))
	b.fill(name, x)
	b.push(x)
}

// variable returns a new one.
func (b *maker) variable(dims ...int) graph.Tensor {
	name := fmt.Sprint("v", len(b.variables))
	x := b.g.Variable(name, graph.Shape(dims...))
	b.variables = append(b.variables, x)
	b.fill(name, x)
	return x
}

// fill gives a leaf its value.
func (b *maker) fill(name string, x graph.Tensor) {
	v := make([]float32, x.Type().Size())
	for i := range v {
		v[i] = b.like(float32(b.IntN(4001)-2000)/1000, v[:i])
	}
	b.c.Values[name] = v
}

// bounded keeps values from growing, and tensors small.
func (b *maker) bounded(x graph.Tensor) graph.Tensor {
	if x.Type().Size() > 1<<14 {
		return x.MeanKeep(b.IntN(x.Type().Rank()))
	}
	if b.IntN(3) == 0 {
		return x.Tanh()
	}
	return x
}

// labels returns an input with a class for each row of x.
func (b *maker) labels(x graph.Tensor) graph.Tensor {
	dims := x.Type().Dims()
	t := graph.Indices(dims[:len(dims)-1]...)
	name := fmt.Sprint("labels", t)
	v := make([]float32, t.Size())
	for i := range v {
		v[i] = float32(i % (x.Dim(-1) + 1)) // some outside
	}
	b.c.Values[name] = v
	return b.g.Input(name, t)
}

func (b *maker) stages() {
	for range 1 + b.IntN(3) {
		var stage []graph.Tensor
		for range b.IntN(3) {
			if x := b.pick(); !isInput(x) {
				stage = append(stage, x)
			}
		}
		b.c.Stages = append(b.c.Stages, stage)
	}
	last := len(b.c.Stages) - 1
	if x := b.pool[len(b.pool)-1]; !isInput(x) {
		b.c.Stages[last] = append(b.c.Stages[last], x)
	}
}

// isInput reports whether x is the memory of an input, which is no output.
func isInput(x graph.Tensor) bool {
	for {
		switch x.Op().(type) {
		case lowering.Viewer:
			x = x.Inputs()[0]
			continue
		case graph.Input:
			return true
		}
		return false
	}
}

func (b *maker) updates() {
	for _, v := range b.variables {
		if b.IntN(3) == 0 {
			continue
		}
		value := graph.Tensor{}
		for range 12 {
			x := b.pool[b.IntN(len(b.pool))] // may be a variable: then they swap
			if x.Type() == v.Type() {
				value = x
				break
			}
		}
		switch {
		case !value.Valid():
			value = v.Scale(0.9)
		case b.IntN(2) == 0:
			value = v.Sub(value.Scale(0.1))
		}
		b.c.Updates = append(b.c.Updates, graph.Update{Variable: v, Value: value})
	}
}

// gradient makes the gradient of some results the update of variables without
// another one.
func (b *maker) gradient() {
	if b.IntN(2) == 0 {
		return
	}
	var free []graph.Tensor
	for _, v := range b.variables {
		taken := false
		for _, u := range b.c.Updates {
			taken = taken || u.Variable == v
		}
		if !taken {
			free = append(free, v)
		}
	}
	loss := b.pick().Mean()
	for range b.IntN(4) {
		loss = loss.Add(b.pick().Mean())
	}
	for i, dv := range graph.Gradient(loss, free...) {
		b.c.Updates = append(b.c.Updates, graph.Update{Variable: free[i], Value: free[i].Sub(dv.Scale(0.5))})
	}
}
