package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/internal/goldentest"
	"descent/internal/plan"
	"descent/internal/reference"
)

// cosines are the operands that testdata/conv.py uses.
func cosines(n, k int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(math.Cos(1.7*float64(i) + float64(k)))
	}
	return v
}

// TestConvGolden compares the reference and the engine with PyTorch.
func TestConvGolden(t *testing.T) {
	type conv struct {
		Name             string
		X, W             []int
		Size             [2]int
		Stride, Dilation [2]int
		Pad              [2][2]int
		Groups           int
		Transposed       bool
		Y, DX, DW        []float64
	}
	pool := exec.NewPool(2)
	defer pool.Close()
	for _, c := range goldentest.Load[[]conv](t, "conv.json") {
		t.Run(c.Name, func(t *testing.T) {
			g := graph.New()
			x, w := g.Variable("x", dims(c.X...)), g.Variable("w", dims(c.W...))
			cfg := graph.Conv{Stride: c.Stride, Dilation: c.Dilation, Pad: c.Pad, Groups: c.Groups}
			build := func() graph.Tensor { return x.Conv2D(w, cfg) }
			if c.Transposed {
				build = func() graph.Tensor { return x.ConvTranspose2D(w, cfg, c.Size) }
			}
			y := build()
			loss := y.Mul(g.Input("weights", y.Type())).Sum()
			dx := graph.Gradient(loss, x, w)
			if err := g.Err(); err != nil {
				t.Fatal(err)
			}
			run := enginetest.Case{Graph: g, Stages: [][]graph.Tensor{{y}, dx}, Values: map[string][]float32{
				"x": cosines(x.Type().Size(), 0), "w": cosines(w.Type().Size(), 1), "weights": cosines(y.Type().Size(), 2),
			}}
			env := run.Env()
			for k, name := range []string{"x", "w", "weights"} {
				for i := range env.Values[name] {
					env.Values[name][i] = math.Cos(1.7*float64(i) + float64(k))
				}
			}
			exact, err := reference.Run(env, y, dx[0], dx[1])
			if err != nil {
				t.Fatal(err)
			}
			got, err := run.Engine(pool)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range [][]float64{c.Y, c.DX, c.DW} {
				if len(want) != len(exact[i]) {
					t.Fatalf("result %d has %d elements, want %d", i, len(exact[i]), len(want))
				}
				for j, w := range want {
					if math.Abs(exact[i][j]-w) > 1e-11 {
						t.Fatalf("reference, result %d: element %d is %g, want %g", i, j, exact[i][j], w)
					}
				}
				if off := furthest(got[i], want, true); off > 2.5e-6 { // measured 1.2e-6: operands rounded to float32, sums that cancel
					t.Errorf("engine, result %d is off by %g", i, off)
				}
			}
		})
	}
}

// TestConvSecondDerivative compares the gradient of the squared gradients with
// differences: they go through each of the three operations and its gradients.
func TestConvSecondDerivative(t *testing.T) {
	for _, cfg := range []graph.Conv{
		{Pad: [2][2]int{{1, 1}, {1, 0}}},
		{Stride: [2]int{2, 1}, Dilation: [2]int{1, 2}, Pad: [2][2]int{{1, 1}, {2, 2}}},
		{Groups: 2},
	} {
		g := graph.New()
		x := g.Variable("x", dims(2, 5, 5, 2))
		w := g.Variable("w", dims(2, 3, 2/max(1, cfg.Groups), 4))
		first := graph.Gradient(x.Conv2D(w, cfg).Tanh().Sum(), x, w)
		norm := first[0].Square().Sum().Add(first[1].Square().Sum())
		second := graph.Gradient(norm, x, w)
		if err := g.Err(); err != nil {
			t.Fatal(err)
		}
		run := enginetest.Case{Graph: g, Values: map[string][]float32{"x": cosines(x.Type().Size(), 0), "w": cosines(w.Type().Size(), 1)}}
		env := run.Env()
		value := func(x graph.Tensor) []float64 {
			v, err := reference.Run(env, x)
			if err != nil {
				t.Fatal(err)
			}
			return v[0]
		}
		for k, name := range []string{"x", "w"} {
			d, v := value(second[k]), env.Values[name]
			for i := range v {
				const h = 1e-5
				at := v[i]
				v[i] = at + h
				up := value(norm)[0]
				v[i] = at - h
				down := value(norm)[0]
				v[i] = at
				if slope := (up - down) / (2 * h); math.Abs(slope-d[i]) > 1e-6*(1+math.Abs(slope)) {
					t.Fatalf("%+v: element %d of %s: the gradient says %g, differences %g", cfg, i, name, d[i], slope)
				}
			}
		}
		run.Stages = [][]graph.Tensor{second}
		if err := run.CheckBits(); err != nil {
			t.Error(err)
		}
	}
}

// follower is a convolution with what often follows it.
func follower(g *graph.Graph, x, w graph.Tensor, cfg graph.Conv) (y, scaled graph.Tensor) {
	y = x.Conv2D(w, cfg)
	y = y.Add(g.Variable("b", dims(y.Dim(3)))).ReLU()
	return y, y.Mul(g.Input("keep", dims(y.Dim(0), 1, 1, 1)))
}

// TestConvRandom compares convolutions with bias, activation and a factor for
// each image, and their gradients, with the reference at random shapes.
func TestConvRandom(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	r := rand.New(rand.NewPCG(11, 12))
	for i := range 60 {
		groups, each := 1+r.IntN(3)*r.IntN(2), [2]int{1 + r.IntN(4), 1 + r.IntN(20)}
		if i%3 == 0 { // depthwise, of more channels than a vector holds and fewer
			groups, each = 1+r.IntN(40), [2]int{1, 1 + r.IntN(2)}
		}
		cfg := graph.Conv{
			Stride: [2]int{1 + r.IntN(2), 1 + r.IntN(3)}, Dilation: [2]int{1 + r.IntN(3), 1 + r.IntN(2)},
			Pad: [2][2]int{{r.IntN(3), r.IntN(3)}, {r.IntN(3), r.IntN(3)}}, Groups: groups,
		}
		g := graph.New()
		x := g.Variable("x", dims(1+r.IntN(4), 8+r.IntN(4), 5+r.IntN(20), groups*each[0]))
		w := g.Variable("w", dims(1+r.IntN(3), 1+r.IntN(3), each[0], groups*each[1]))
		y, scaled := follower(g, x, w, cfg)
		dx := graph.Gradient(scaled.Mul(g.Input("weights", scaled.Type())).Sum(), x, w, g.Variable("b", dims(y.Dim(3))))
		c := enginetest.Case{Graph: g, Stages: [][]graph.Tensor{{scaled}, dx}, Values: map[string][]float32{
			"x": cosines(x.Type().Size(), 0), "w": cosines(w.Type().Size(), 1), "b": cosines(y.Dim(3), 2),
			"weights": cosines(y.Type().Size(), 3), "keep": cosines(y.Dim(0), 4),
		}}
		if err := g.Err(); err != nil {
			t.Fatal(err)
		}
		got, err := c.Engine(pool)
		if err != nil {
			t.Fatal(err)
		}
		want, err := reference.Run(c.Env(), append([]graph.Tensor{scaled}, dx...)...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if off := furthest(got[i], want[i], true); off > 2e-6 { // measured 5e-7
				t.Errorf("%+v of %v and %v: result %d is off by %g", cfg, x.Type(), w.Type(), i, off)
			}
		}
		if err := c.CheckBits(); err != nil {
			t.Error(err)
		}
	}
}

// TestConvFuses checks that bias and activation follow a convolution, and that
// what the images of a batch differ in does not.
func TestConvFuses(t *testing.T) {
	for _, k := range []int{1, 3} {
		g := graph.New()
		_, scaled := follower(g, g.Input("x", dims(2, 8, 8, 3)), g.Variable("w", dims(k, k, 3, 20)), graph.Conv{})
		p, err := plan.Compile(g, [][]graph.Tensor{{scaled}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if list := p.String(); !strings.Contains(list, "Conv2D·Add·ReLU[") || !strings.Contains(list, "Mul[") {
			t.Errorf("the plan is\n%s", list)
		}
	}
}

// TestConvAllocates checks that a step of a small network allocates nothing.
func TestConvAllocates(t *testing.T) {
	g := graph.New()
	x, w, u := g.Variable("x", dims(8, 12, 12, 3)), g.Variable("w", dims(3, 3, 3, 20)), g.Variable("u", dims(3, 3, 1, 20))
	y, _ := follower(g, x, w, graph.Conv{Pad: [2][2]int{{1, 1}, {1, 1}}})
	loss := y.Conv2D(u, graph.Conv{Groups: 20, Stride: [2]int{2, 2}}).Square().Sum()
	c := enginetest.Case{Graph: g, Stages: [][]graph.Tensor{{loss}, graph.Gradient(loss, w, u, x)}, Values: map[string][]float32{
		"x": cosines(x.Type().Size(), 0), "w": cosines(w.Type().Size(), 1), "u": cosines(u.Type().Size(), 2), "b": cosines(20, 3),
	}}
	pool := exec.NewPool(1)
	defer pool.Close()
	p, _, err := c.Bind(pool)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(5, func() { p.Run(0); p.Run(1) }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func TestConvErrors(t *testing.T) {
	for _, c := range []struct {
		want string
		call func(x, w graph.Tensor) // x [2 5 6 4], w [3 3 4 8]
	}{
		{"operand 0 has 2 axes", func(x, w graph.Tensor) { x.Reshape(10, 24).Conv2D(w, graph.Conv{}) }},
		{"operand 1 has 1 axes, a convolution takes a kernel [height, width, channels/groups, out]", func(x, w graph.Tensor) { x.Conv2D(w.Reshape(-1), graph.Conv{}) }},
		{"the kernel takes 4 channels, the image has 2 in each of 2 groups", func(x, w graph.Tensor) { x.Conv2D(w, graph.Conv{Groups: 2}) }},
		{"3 groups must divide the 4 channels of the image and the 8 of the result", func(x, w graph.Tensor) { x.Conv2D(w, graph.Conv{Groups: 3}) }},
		{"the kernel spans [7 3], the image with its padding only [6 6]", func(x, w graph.Tensor) {
			x.Conv2D(w, graph.Conv{Dilation: [2]int{3, 1}, Pad: [2][2]int{{1, 0}}})
		}},
		{"stride [1 -2] must be from 1 to 1073741824", func(x, w graph.Tensor) { x.Conv2D(w, graph.Conv{Stride: [2]int{1, -2}}) }},
		{"dilation [-1 1] must be from 1 to", func(x, w graph.Tensor) { x.Conv2D(w, graph.Conv{Dilation: [2]int{-1, 1}}) }},
		{"padding [[0 0] [0 -1]] must be from 0 to", func(x, w graph.Tensor) { x.Conv2D(w, graph.Conv{Pad: [2][2]int{{}, {0, -1}}}) }},
		{"-1 groups, there must be at least one", func(x, w graph.Tensor) { x.Conv2D(w, graph.Conv{Groups: -1}) }},
		{"axis 1 must be positive", func(x, w graph.Tensor) { x.Conv2D(w, graph.Conv{Pad: [2][2]int{{1 << 30, 1 << 30}, {}}}) }},
		{"must be from 0 to", func(x, w graph.Tensor) { x.Conv2D(w, graph.Conv{Pad: [2][2]int{{math.MaxInt, 0}, {}}}) }},
		{"the kernel takes 8 channels, the image has 4", func(x, w graph.Tensor) { x.ConvTranspose2D(w, graph.Conv{}, [2]int{}) }},
		{"images of 20 by 6 are convolved to 18 by 4, not to 5 by 6", func(x, w graph.Tensor) {
			x.ConvTranspose2D(w.Reshape(3, 3, 8, 4), graph.Conv{}, [2]int{20, 6})
		}},
		{"the result: shape [2 0 8 8]: axis 1 must be positive", func(x, w graph.Tensor) {
			x.ConvTranspose2D(w.Reshape(3, 3, 8, 4), graph.Conv{Pad: [2][2]int{{4, 3}, {}}}, [2]int{})
		}},
		{"operand 1 is the zero Tensor", func(x, _ graph.Tensor) { x.Conv2D(graph.Tensor{}, graph.Conv{}) }},
		{"operand 1 is the zero Tensor", func(x, _ graph.Tensor) { x.ConvTranspose2D(graph.Tensor{}, graph.Conv{}, [2]int{}) }},
	} {
		g := graph.New()
		c.call(g.Input("x", dims(2, 5, 6, 4)), g.Variable("w", dims(3, 3, 4, 8)))
		if err := g.Err(); err == nil || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
