package enginetest

import (
	"math"
	"math/rand/v2"

	"descent/graph"
	"descent/internal/lowering"
	"descent/internal/reference"
	"descent/internal/rewrite"
)

// How many disturbed walks measure the noise. A comparison of nearly equal
// values may turn out the same in a few.
const few, many = 2, 64

// noise returns the reference values of xs and, for each, how far float32
// rounding may carry its elements: the largest change over walks through the
// rewritten graph in which every result is off by up to an ulp of float32, or
// of its terms if it is a sum. So a sum that cancels, or a comparison of
// nearly equal values, has a wide bound by itself; selections and small whole
// numbers have none.
func (c Case) noise(xs []graph.Tensor, trials int) (want [][]float64, noise []float64, err error) {
	env := c.Env()
	if want, err = reference.Run(env, xs...); err != nil {
		return nil, nil, err
	}
	simple := rewrite.Simplify(xs...)
	clean, err := reference.Run(env, simple...)
	if err != nil {
		return nil, nil, err
	}
	noise = make([]float64, len(xs))
	w := writeOut(simple)
	for trial := range trials {
		got := w.disturbed(env, rand.New(rand.NewPCG(uint64(trial), 1)), simple)
		for i := range xs {
			noise[i] = max(noise[i], furthest(got[i], clean[i]))
		}
	}
	for i := range noise {
		if noise[i] > 0 {
			noise[i] += ulp * furthest(want[i], make([]float64, len(want[i])))
		}
	}
	return want, noise, nil
}

const ulp = 1.0 / (1 << 23)

// furthest is the largest difference of two elements, infinite where just one
// is a number.
func furthest(a, b []float64) (most float64) {
	for i, v := range b {
		d := math.Abs(a[i] - v)
		switch {
		case a[i] == v, math.IsNaN(a[i]) && math.IsNaN(v):
		case math.IsNaN(d):
			return math.Inf(1)
		default:
			most = max(most, d)
		}
	}
	return most
}

// walk is the nodes of a graph in order, operands first. Nodes that one kernel
// computes in many steps, each of which rounds, come after those steps.
type walk struct {
	order []graph.Tensor
	plain map[int]graph.Tensor // the last of its steps, of such a node
}

func writeOut(xs []graph.Tensor) walk {
	w := walk{plain: map[int]graph.Tensor{}}
	w.visit(map[int]bool{}, xs)
	return w
}

func (w *walk) visit(seen map[int]bool, xs []graph.Tensor) {
	for _, x := range graph.Sorted(xs...) {
		if seen[x.ID()] {
			continue
		}
		seen[x.ID()] = true
		if plain, ok := graph.Plain(x); ok {
			w.visit(seen, []graph.Tensor{plain})
			w.plain[x.ID()] = plain
		}
		w.order = append(w.order, x)
	}
}

// disturbed is [reference.Run] with each result off by up to an ulp of float32.
func (w walk) disturbed(env reference.Env, random *rand.Rand, xs []graph.Tensor) [][]float64 {
	done := map[int][]float64{}
	for _, x := range w.order {
		if plain, ok := w.plain[x.ID()]; ok {
			done[x.ID()] = done[plain.ID()]
			continue
		}
		if _, ok := x.Op().(graph.Leaf); ok {
			values, _ := reference.Run(env, x)
			done[x.ID()] = values[0]
			continue
		}
		var in [][]float64
		for _, operand := range x.Inputs() {
			in = append(in, done[operand.ID()])
		}
		out := eval(env, x, in)
		size, rounds := out, false
		if sums(x.Op()) {
			parts := terms(x.Op(), in)
			size, rounds = eval(env, x, parts), !whole(parts)
		}
		for i, v := range out {
			if rounds || v != float64(float32(v)) {
				off := (0.6 + 0.4*random.Float64()) * ulp * size[i] // does not round back to v
				if random.IntN(2) == 0 {
					off = -off
				}
				out[i] = float64(float32(v + off))
			}
		}
		done[x.ID()] = out
	}
	out := make([][]float64, len(xs))
	for i, x := range xs {
		out[i] = done[x.ID()]
	}
	return out
}

func eval(env reference.Env, x graph.Tensor, in [][]float64) []float64 {
	e := graph.Eval{Type: x.Type(), In: in, Seed: env.Seed, Draw: env.Draw, Out: make([]float64, x.Type().Size())}
	for _, operand := range x.Inputs() {
		e.InTypes = append(e.InTypes, operand.Type())
	}
	x.Op().Eval64(&e)
	return e.Out
}

func magnitudes(in [][]float64) [][]float64 {
	abs := make([][]float64, len(in))
	for i, v := range in {
		abs[i] = make([]float64, len(v))
		for j := range v {
			abs[i][j] = math.Abs(v[j])
		}
	}
	return abs
}

// sums reports whether op adds up, and so rounds on the way.
func sums(op graph.Op) bool {
	switch op := op.(type) {
	case lowering.Product:
		return true
	case lowering.Reducer:
		return op.Sinks()
	}
	switch op.Name() {
	case "Conv2D", "ConvTranspose2D", "ConvWeight", "AvgPool2D", "AvgPool2DGrad", maxGrad:
		return true
	}
	return false
}

// whole reports whether all values are whole numbers, whose sums are exact.
func whole(values [][]float64) bool {
	for _, list := range values {
		for _, v := range list {
			if v != math.Trunc(v) {
				return false
			}
		}
	}
	return true
}

// maxGrad compares its first two operands and adds up the third.
const maxGrad = "MaxPool2DGrad"

// terms returns operands of op, a sum, whose results are as large as the terms
// together.
func terms(op graph.Op, in [][]float64) [][]float64 {
	if op.Name() == maxGrad {
		return append(in[:2:2], magnitudes(in[2:])...)
	}
	return magnitudes(in)
}
