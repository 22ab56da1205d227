package graph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"descent/graph"
	"descent/internal/enginetest"
	"descent/internal/exec"
	"descent/internal/reference"
)

// pooling is what pooling means: y, and dx of Σ w·y, for one window after the
// other.
func pooling(p graph.Pool, mean bool, size [4]int, oh, ow int, x, w []float64) (y, dx []float64) {
	at := func(n, i, j, c int) int { return ((n*size[1]+i)*size[2]+j)*size[3] + c }
	y, dx = make([]float64, size[0]*oh*ow*size[3]), make([]float64, len(x))
	for o := range y {
		c, j, i, n := o%size[3], o/size[3]%ow, o/size[3]/ow%oh, o/size[3]/ow/oh
		var inside []int
		for ky := range p.Window[0] {
			for kx := range p.Window[1] {
				iy, ix := i*p.Stride[0]+ky-p.Pad[0][0], j*p.Stride[1]+kx-p.Pad[1][0]
				if iy >= 0 && iy < size[1] && ix >= 0 && ix < size[2] {
					inside = append(inside, at(n, iy, ix, c))
				}
			}
		}
		if mean {
			by := float64(len(inside))
			if p.CountPadding {
				by = float64(p.Window[0] * p.Window[1])
			}
			for _, k := range inside {
				y[o] += x[k] / by
				dx[k] += w[o] / by
			}
			continue
		}
		y[o] = math.Inf(-1)
		best := -1
		for _, k := range inside {
			if x[k] > y[o] {
				y[o], best = x[k], k
			}
		}
		if best >= 0 {
			dx[best] += w[o]
		}
	}
	return y, dx
}

// TestPoolRandom compares poolings of random shapes, windows, strides and
// paddings, with many equal values, with their meaning: the reference and the
// engine, on all instruction sets.
func TestPoolRandom(t *testing.T) {
	pool := exec.NewPool(2)
	defer pool.Close()
	r := rand.New(rand.NewPCG(21, 22))
	for i := range 80 {
		p := graph.Pool{Window: [2]int{1 + r.IntN(4), 1 + r.IntN(4)}, Stride: [2]int{1 + r.IntN(4), 1 + r.IntN(4)}, CountPadding: r.IntN(2) == 0}
		for a := range 2 {
			p.Pad[a] = [2]int{r.IntN(p.Window[a]), r.IntN(p.Window[a])}
		}
		size := [4]int{1 + r.IntN(3), p.Window[0] + r.IntN(9), p.Window[1] + r.IntN(19), 1 + r.IntN(40)}
		mean := i%2 == 0
		g := graph.New()
		x := g.Variable("x", dims(size[0], size[1], size[2], size[3]))
		y := x.MaxPool2D(p)
		if mean {
			y = x.AvgPool2D(p)
		}
		dx := graph.Gradient(y.Mul(g.Input("w", y.Type())).Sum(), x)[0]
		if err := g.Err(); err != nil {
			t.Fatal(err)
		}
		c := enginetest.Case{Graph: g, Stages: [][]graph.Tensor{{y}, {dx}}, Values: map[string][]float32{
			"x": make([]float32, x.Type().Size()), "w": make([]float32, y.Type().Size()),
		}}
		for name, v := range c.Values {
			for k := range v {
				if v[k] = float32(r.IntN(7) - 5); name == "w" {
					v[k] += r.Float32()
				}
			}
		}
		env := c.Env()
		wantY, wantDX := pooling(p, mean, size, y.Dim(1), y.Dim(2), env.Values["x"], env.Values["w"])
		exact, err := reference.Run(env, y, dx)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Engine(pool)
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range [][]float64{wantY, wantDX} {
			for j, w := range want {
				if e := exact[k][j]; math.Abs(e-w) > 1e-12 {
					t.Fatalf("%+v of %v, mean %v: reference, result %d: element %d is %v, want %v", p, size, mean, k, j, e, w)
				}
				if e := float64(got[k][j]); math.Abs(e-w) > 1e-6*math.Abs(w)+1e-5 { // up to 16 windows add up to what may cancel
					t.Fatalf("%+v of %v, mean %v: engine, result %d: element %d is %v, want %v", p, size, mean, k, j, e, w)
				}
			}
		}
		if err := c.CheckBits(); err != nil {
			t.Errorf("%+v of %v, mean %v: %v", p, size, mean, err)
		}
	}
}
