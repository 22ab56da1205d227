package graph_test

import (
	"math"
	"slices"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/internal/goldentest"
	"descent/internal/plan"
	"descent/internal/reference"
)

// attended is attention with its gradients as a case, over cosines.
func attended(types []graph.Type, build func(g *graph.Graph, x ...graph.Tensor) graph.Tensor) (c enginetest.Case, wanted []graph.Tensor) {
	g := graph.New()
	c = enginetest.Case{Graph: g, Values: map[string][]float32{}, Seed: 3}
	var x []graph.Tensor
	for i, name := range []string{"q", "k", "v"} {
		x = append(x, g.Variable(name, types[i]))
		c.Values[name] = cosines(types[i].Size(), i)
	}
	y := build(g, x...)
	c.Values["weights"] = cosines(y.Type().Size(), 3)
	wanted = append([]graph.Tensor{y}, graph.Gradient(y.Mul(g.Input("weights", y.Type())).Sum(), x...)...)
	c.Stages = [][]graph.Tensor{{y}, wanted[1:]}
	return c, wanted
}

// TestAttentionAgainstPyTorch compares results and gradients.
func TestAttentionAgainstPyTorch(t *testing.T) {
	type golden struct {
		Name    string
		Q, K, V []int
		Causal  bool
		Scale   float64
		Lengths []float64
		Y       []float64
		DX      [3][]float64
	}
	pool := exec.NewPool(2)
	defer pool.Close()
	for _, c := range goldentest.Load[[]golden](t, "attention.json") {
		run, wanted := attended([]graph.Type{dims(c.Q...), dims(c.K...), dims(c.V...)}, func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
			a := graph.Attention{Causal: c.Causal, Scale: c.Scale}
			if c.Lengths != nil {
				a.Lengths = g.Vector(c.Lengths)
			}
			return x[0].Attention(x[1], x[2], a)
		})
		env := run.Env()
		for k, name := range []string{"q", "k", "v", "weights"} {
			for i := range env.Values[name] {
				env.Values[name][i] = math.Cos(1.7*float64(i) + float64(k))
			}
		}
		exact, err := reference.Run(env, wanted...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := run.Engine(pool)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range [][]float64{c.Y, c.DX[0], c.DX[1], c.DX[2]} {
			if off := furthest64(exact[i], want); off > 1e-11 {
				t.Errorf("%s: reference, result %d is off by %g", c.Name, i, off)
			}
			if off := furthest(got[i], want, true); off > 2e-6 {
				t.Errorf("%s: engine, result %d is off by %g", c.Name, i, off)
			}
		}
	}
}

func furthest64(got, want []float64) (most float64) {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	for i, w := range want {
		most = max(most, math.Abs(got[i]-w))
	}
	return most
}

// TestAttentionHasTheBitsOfItsParts compares it with products, a mask and a softmax.
func TestAttentionHasTheBitsOfItsParts(t *testing.T) {
	const n, length, heads, d = 2, 75, 2, 20
	g := graph.New()
	q, k, v := g.Input("q", dims(n, length, heads, d)), g.Input("k", dims(n, length, heads, d)), g.Input("v", dims(n, length, heads, d))
	var position []float64
	for i := range length {
		position = append(position, float64(i))
	}
	at := g.Vector(position)
	scores := q.Einsum("nthd,nshd->nhts", k).Scale(0.3)
	scores = at.LessEqual(at.Reshape(length, 1)).Select(scores, g.Const(-1e30))
	c := enginetest.Case{Graph: g, Values: map[string][]float32{}, Stages: [][]graph.Tensor{{
		q.Attention(k, v, graph.Attention{Causal: true, Scale: 0.3}),
		scores.Softmax().Einsum("nhts,nshe->nthe", v),
	}}}
	for i, name := range []string{"q", "k", "v"} {
		c.Values[name] = cosines(n*length*heads*d, i)
	}
	pool := exec.NewPool(1)
	defer pool.Close()
	got, err := c.Engine(pool)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got[0], got[1]) {
		t.Error("attention and what it is written out in differ in bits")
	}
}

// TestAttentionKnowsNoPadding runs a sample alone, and among others with keys behind
// those that count: its bits are the same.
func TestAttentionKnowsNoPadding(t *testing.T) {
	const count, heads, d = 70, 2, 8
	run := func(n, s, at int) (rows [][]float32) {
		types := []graph.Type{dims(n, s, heads, d), dims(n, s, heads, d), dims(n, s, heads, d)}
		c, _ := attended(types, func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
			lengths := slices.Repeat([]float64{float64(s)}, n)
			lengths[at] = count
			return x[0].Attention(x[1], x[2], graph.Attention{Causal: true, Lengths: g.Vector(lengths)})
		})
		for i, name := range []string{"q", "k", "v", "weights"} {
			sample := c.Values[name][at*s*heads*d:][:s*heads*d]
			copy(sample, cosines(count*heads*d, 7+i))
			if name == "weights" {
				clear(sample[count*heads*d:]) // no loss where there is padding
			}
		}
		pool := exec.NewPool(2)
		defer pool.Close()
		got, err := c.Engine(pool)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range got {
			rows = append(rows, v[at*s*heads*d:][:count*heads*d])
		}
		return rows
	}
	want := run(1, count, 0)
	for i, got := range run(3, 150, 1) {
		if !slices.Equal(got, want[i]) {
			t.Errorf("result %d depends on padding or on other samples", i)
		}
	}
}

// TestAttentionMemory checks that memory grows with the context and not with its
// square, and that one instruction makes all gradients.
func TestAttentionMemory(t *testing.T) {
	floats := func(context int) int {
		types := slices.Repeat([]graph.Type{dims(1, context, 4, 32)}, 3)
		c, _ := attended(types, attention(graph.Attention{Causal: true}))
		p, err := plan.Compile(c.Graph, c.Stages, nil)
		if err != nil {
			t.Fatal(err)
		}
		n, scratch := p.Arena, 0
		for _, in := range p.Instrs {
			scratch = max(scratch, in.Kernel.Scratch())
		}
		if len(p.Instrs) != 2 {
			t.Errorf("the plan is\n%v", p)
		}
		return n + scratch
	}
	small, large := floats(2048), floats(4096)
	if large > 2*small || large > 8<<20 {
		t.Errorf("contexts of 2,048 and 4,096 take %d and %d numbers", small, large)
	}
}

func TestAttentionAllocatesNothing(t *testing.T) {
	types := []graph.Type{dims(2, 70, 4, 16), dims(2, 70, 2, 16), dims(2, 70, 2, 16)}
	c, _ := attended(types, func(g *graph.Graph, x ...graph.Tensor) graph.Tensor {
		return x[0].Attention(x[1], x[2], graph.Attention{Causal: true, Dropout: g.Const(0.2), Lengths: g.Vector([]float64{70, 9})})
	})
	pool := exec.NewPool(2)
	defer pool.Close()
	p, _, err := c.Bind(pool)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(5, func() { p.Run(0); p.Run(1) }); n != 0 {
		t.Errorf("%v allocations in a run", n)
	}
}
