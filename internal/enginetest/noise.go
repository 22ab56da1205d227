package enginetest

import (
	"math"
	"math/rand/v2"

	"descent/graph"
	"descent/internal/reference"
	"descent/internal/rewrite"
)

// trials is how many disturbed walks measure the noise.
const trials = 2

// noise returns the reference values of xs and, for each, how far float32
// rounding may carry its elements: the largest change over walks through the
// rewritten graph in which every result is off by up to an ulp of float32, or
// of its terms if it is a sum. So a sum that cancels, or a comparison of
// nearly equal values, has a wide bound by itself; selections and small whole
// numbers have none.
func (c Case) noise(xs []graph.Tensor) (want [][]float64, noise []float64, err error) {
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
	for trial := range trials {
		got := disturbed(env, rand.New(rand.NewPCG(uint64(trial), 1)), simple)
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

// disturbed is [reference.Run] with each result off by up to an ulp of float32.
func disturbed(env reference.Env, random *rand.Rand, xs []graph.Tensor) [][]float64 {
	done := map[int][]float64{}
	for _, x := range graph.Sorted(xs...) {
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
		size := out
		if sums(x.Op()) {
			size = eval(env, x, magnitudes(in))
		}
		for i, v := range out {
			if v != float64(float32(v)) || sums(x.Op()) && size[i] != math.Trunc(size[i]) {
				out[i] = float64(float32(v + (2*random.Float64()-1)*ulp*size[i]))
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
	if _, ok := op.(graph.Product); ok {
		return true
	}
	r, ok := op.(graph.Reducer)
	return ok && r.Sinks()
}
