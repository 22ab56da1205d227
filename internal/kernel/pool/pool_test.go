package pool

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
)

// images are pooled with touching, overlapping, gapped and padded windows.
// Windows of 40 rows make several strips reach into one another.
var images = []Shape{
	{N: 2, H: 8, W: 6, C: 5, OH: 4, OW: 3, Window: [2]int{2, 2}, Stride: [2]int{2, 2}},
	{N: 1, H: 33, W: 17, C: 64, OH: 17, OW: 9, Window: [2]int{3, 3}, Stride: [2]int{2, 2}, Top: 1, Left: 1},
	{N: 1, H: 70, W: 40, C: 19, OH: 31, OW: 38, Window: [2]int{40, 3}, Stride: [2]int{1, 1}},
	{N: 3, H: 9, W: 9, C: 1, OH: 3, OW: 3, Window: [2]int{2, 1}, Stride: [2]int{3, 4}, CountPadding: true},
	{N: 2, H: 7, W: 7, C: 33, OH: 1, OW: 1, Window: [2]int{7, 7}, Stride: [2]int{7, 7}},
	{N: 1, H: 40, W: 200, C: 50, OH: 41, OW: 201, Window: [2]int{2, 2}, Stride: [2]int{1, 1}, Top: 1, Left: 1},
}

// naive computes all four kernels pixel by pixel.
func (p Shape) naive(x, dy []float32) (top, mean, dtop, dmean, pick []float32) {
	size := p.N * p.OH * p.OW * p.C
	top, mean, pick = make([]float32, size), make([]float32, size), make([]float32, size)
	dtop, dmean = make([]float32, len(x)), make([]float32, len(x))
	for o := range size {
		n, oy, ox, c := o/(p.OH*p.OW*p.C), o/(p.OW*p.C)%p.OH, o/p.C%p.OW, o%p.C
		y0, y1 := p.rows(oy)
		x0, x1 := p.cols(ox)
		best, w := -1, p.weight(oy, ox)
		sums := make([]float32, x1-x0)
		for i := y0; i < y1; i++ {
			for j := x0; j < x1; j++ {
				at := ((n*p.H+i)*p.W+j)*p.C + c
				if best < 0 || x[at] > x[best] {
					best = at
				}
				sums[j-x0] += x[at]
				dmean[at] += float32(dy[o] * w)
			}
		}
		for _, s := range sums[1:] {
			sums[0] += s
		}
		top[o], mean[o], pick[o] = x[best], sums[0]*w, x[best]+0.5
		dtop[best] += dy[o]
	}
	return top, mean, dtop, dmean, pick
}

// TestPool holds every tier to the pixel by pixel loops, in bits, with tasks
// from the last to the first, between guards and without allocations.
func TestPool(t *testing.T) {
	for _, p := range images {
		r := rand.New(rand.NewPCG(1, 2))
		x := make([]float32, p.N*p.H*p.W*p.C)
		dy := make([]float32, p.N*p.OH*p.OW*p.C)
		for i := range x {
			x[i] = float32(r.IntN(5)) - 2 // many are equal
		}
		for i := range dy {
			dy[i] = r.Float32() - 0.5
		}
		values := make([]float32, len(x))
		for i, v := range x {
			values[i] = v + 0.5
		}
		top, mean, dtop, dmean, pick := p.naive(x, dy)
		for _, k := range []struct {
			kernel.Kernel
			in   [][]float32
			want []float32
		}{
			{&Pool{Shape: p, Max: true}, [][]float32{x}, top},
			{&Pool{Shape: p}, [][]float32{x}, mean},
			{&MaxGrad{p}, [][]float32{x, top, dy}, dtop},
			{&AvgGrad{p}, [][]float32{dy}, dmean},
			{&MaxPick{p}, [][]float32{x, top, values}, pick},
		} {
			for _, tier := range isa.Tiers() {
				what := fmt.Sprintf("%T %+v %v", k.Kernel, p, tier)
				restore := isa.Use(tier)
				kerneltest.Check(t, what, k.Kernel, k.in, k.want)
				restore()
			}
		}
	}
}

func BenchmarkPool(b *testing.B) {
	p := Shape{N: 8, H: 32, W: 32, C: 32, OH: 16, OW: 16, Window: [2]int{2, 2}, Stride: [2]int{2, 2}}
	x, y := make([]float32, p.N*p.H*p.W*p.C), make([]float32, p.N*p.OH*p.OW*p.C)
	for i := range x {
		x[i] = rand.Float32()
	}
	for _, k := range []struct {
		kernel.Kernel
		name    string
		out, in []int
	}{
		{&Pool{Shape: p, Max: true}, "max", []int{len(y)}, []int{len(x)}},
		{&Pool{Shape: p}, "mean", []int{len(y)}, []int{len(x)}},
		{&MaxGrad{p}, "maxGrad", []int{len(x)}, []int{len(x), len(y), len(y)}},
		{&AvgGrad{p}, "meanGrad", []int{len(x)}, []int{len(y)}},
	} {
		b.Run(k.name, func(b *testing.B) {
			c := &kernel.Call{Scratch: make([]float32, k.Scratch())}
			for _, n := range k.out {
				c.Out = append(c.Out, make([]float32, n))
			}
			for _, n := range k.in {
				c.In = append(c.In, append([]float32(nil), x[:n]...))
			}
			b.SetBytes(int64(4 * len(x)))
			for b.Loop() {
				for i := range k.Tasks() {
					k.Run(i, c)
				}
			}
		})
	}
}
