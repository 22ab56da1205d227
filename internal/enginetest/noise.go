package enginetest

import (
	"math"
	"math/rand/v2"
	"slices"

	"descent/graph"
	"descent/internal/lowering"
	"descent/internal/reference"
	"descent/internal/rewrite"
)

// How many disturbed walks measure the noise. A comparison of nearly equal
// values may turn out the same in a few.
const few, many = 2, 64

// walk says by how many ulps results are off, and which part of them is not, but
// rounded to the nearest float32.
type walk struct{ ulps, nearest float64 }

// walks follow one another.
var walks = [...]walk{{1, 0}, {1, 0.5}, {1, 0}, {1, 1}, {8, 0}, {1, 0.9}, {64, 0}, {1, 0.5}}

// noise returns the reference values of xs and, for each, how far an ulp of
// float32 may carry its elements: the largest change over walks through the
// rewritten graph in which every result is off by up to some ulps, or those of
// its terms if it is a sum, divided by their number. So a sum that cancels, or a
// comparison of nearly equal values, has a wide bound by itself; selections and
// small whole numbers have none. Where results may be off by many times their noise,
// steps before them are, whose comparisons then turn out otherwise farther from where
// values are equal: so some walks are far off. And two values may become one where
// they are rounded: so some walks round to the nearest.
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
	p := writeOut(simple)
	exact := p.values(env, rounding{}, nil)
	for trial := range trials {
		r := rounding{rand.New(rand.NewPCG(uint64(trial), 1)), walks[trial%len(walks)]}
		got := p.values(env, r, exact)
		for i, x := range simple {
			noise[i] = max(noise[i], furthest(got[x.ID()], clean[i])/r.ulps)
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

// rounding is that of the results of a walk.
type rounding struct {
	*rand.Rand
	walk
}

// of returns v, off by up to some ulps of size, times steps, or the nearest that is a
// whole number of ulps, as sums of terms of that size are.
func (r rounding) of(v, size, steps float64) float64 {
	off := (0.6 + 0.4*r.Float64()) * r.ulps * steps * ulp * size // does not round back to v
	switch {
	case r.Float64() < r.nearest:
		_, e := math.Frexp(size)
		place := max(math.Ldexp(ulp, e-1), math.SmallestNonzeroFloat32)
		return float64(float32(math.RoundToEven(v/place) * place))
	case r.IntN(2) == 0:
		off = -off
	}
	return float64(float32(v + off))
}

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

// path is the nodes of a graph in order, operands first. Nodes that one kernel
// computes in many steps, each of which rounds, come after those steps.
type path struct {
	order []graph.Tensor
	plain map[int]graph.Tensor // the last of its steps, of such a node
}

func writeOut(xs []graph.Tensor) path {
	p := path{plain: map[int]graph.Tensor{}}
	p.visit(map[int]bool{}, xs)
	return p
}

func (p *path) visit(seen map[int]bool, xs []graph.Tensor) {
	for _, x := range graph.Sorted(xs...) {
		if seen[x.ID()] {
			continue
		}
		seen[x.ID()] = true
		if plain, ok := graph.Plain(x); ok {
			p.visit(seen, []graph.Tensor{plain})
			p.plain[x.ID()] = plain
		}
		p.order = append(p.order, x)
	}
}

// values is [reference.Run] with each result off by a rounding to float32, by number of
// the node. Without the exact values it computes these.
func (p path) values(env reference.Env, r rounding, exact map[int][]float64) map[int][]float64 {
	done := map[int][]float64{}
	for _, x := range p.order {
		if plain, ok := p.plain[x.ID()]; ok {
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
		if exact == nil {
			done[x.ID()] = eval(env, x, in)
			continue
		}
		if compares[x.Op().Name()] {
			in = r.meet(in, x.Inputs(), exact)
		}
		out := eval(env, x, in)
		size, count, whole := out, []float64(nil), math.Inf(1) // what is no larger is not rounded if it is a float32
		if sums(x.Op()) {
			parts := terms(x.Op(), in, math.Abs)
			size, whole = eval(env, x, parts), mostWhole(parts)
			if slices.ContainsFunc(in, func(v []float64) bool { return len(v) > chain }) {
				count = eval(env, x, terms(x.Op(), in, func(float64) float64 { return 1 }))
			}
		}
		for i, v := range out {
			if math.Abs(size[i]) <= whole && v == float64(float32(v)) {
				continue
			}
			steps := 1.0
			if count != nil {
				steps = max(1, count[i]/chain)
			}
			out[i] = r.of(v, size[i], steps)
		}
		done[x.ID()] = out
	}
	return done
}

var compares = map[string]bool{"Less": true, "LessEqual": true, "Equal": true, "Sign": true}

// meet returns the operands of a comparison, of which some are equal: what rounding takes
// as far from another as the two are apart may also come to lie where that is.
func (r rounding) meet(in [][]float64, of []graph.Tensor, exact map[int][]float64) [][]float64 {
	met := slices.Clone(in[0])
	for i, v := range met {
		apart, other := exact[of[0].ID()][i], 0.0
		if len(in) > 1 {
			apart, other = apart-exact[of[1].ID()][i], in[1][i]
		}
		if math.Abs(v-other-apart) >= math.Abs(apart) && v-other != apart && r.IntN(2) == 0 {
			met[i] = other
		}
	}
	return append([][]float64{met}, in[1:]...)
}

func eval(env reference.Env, x graph.Tensor, in [][]float64) []float64 {
	e := graph.Eval{Type: x.Type(), In: in, Seed: env.Seed, Draw: env.Draw, Out: make([]float64, x.Type().Size())}
	for _, operand := range x.Inputs() {
		e.InTypes = append(e.InTypes, operand.Type())
	}
	x.Op().Eval64(&e)
	return e.Out
}

// chain is how many terms a sum may have whose error is that of one rounding, times
// slack. Each that is added to those before is off by half an ulp of all terms at most,
// and where all are equal, all are off in one direction.
const chain = 2 * slack

// sums reports whether op adds up, and so rounds on the way.
func sums(op graph.Op) bool {
	switch op := op.(type) {
	case lowering.Product, lowering.Transposer:
		return true
	case lowering.Reducer:
		return op.Sinks()
	}
	switch op.Name() {
	case "Conv2D", "ConvTranspose2D", "ConvWeight", "AvgPool2D", "AvgPool2DGrad", "TakeAdd":
		return true
	}
	return choosers[op.Name()] > 0
}

// choosers are sums that choose their terms by so many operands before those which
// they add up.
var choosers = map[string]int{"MaxPool2DGrad": 2, "ScatterAdd": 1, "ScatterSum": 1}

// mostWhole returns how large sums of values may be that are exact: not at all, unless all
// are whole numbers.
func mostWhole(values [][]float64) float64 {
	for _, list := range values {
		for _, v := range list {
			if v != math.Trunc(v) {
				return -1
			}
		}
	}
	return 1 << 24
}

// terms returns operands of op, a sum, whose terms are of those that f makes of what is
// added up.
func terms(op graph.Op, in [][]float64, f func(float64) float64) [][]float64 {
	made := slices.Clone(in)
	for i := choosers[op.Name()]; i < len(in); i++ {
		made[i] = make([]float64, len(in[i]))
		for j, v := range in[i] {
			made[i][j] = f(v)
		}
	}
	return made
}
