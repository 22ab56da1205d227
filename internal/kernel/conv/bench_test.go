package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// convNetworks are the layers of the networks that the project is measured
// with, at a batch of 64: a 5 × 5 network for digits, a 3 × 3 one for small
// photographs, and layers that larger ones have.
var convNetworks = []struct {
	name string
	Conv
}{
	{"lenet/1", convSquare(28, 5, 1, 32, 1)},
	{"lenet/2", convSquare(14, 5, 32, 64, 1)},
	{"convbn/1", convSquare(32, 3, 3, 32, 1)},
	{"convbn/2", convSquare(32, 3, 32, 64, 1)},
	{"convbn/3", convSquare(16, 3, 64, 128, 1)},
	{"convbn/4", convSquare(8, 3, 128, 128, 1)},
	{"stride2", convSquare(16, 3, 64, 128, 2)},
	{"small", convSquare(4, 3, 256, 256, 1)},
	{"depth", Conv{N: 64, H: 16, W: 16, C: 128, KH: 3, KW: 3, Out: 128, Pad: [2][2]int{{1, 1}, {1, 1}}, Groups: 128}},
}

// convSquare is a convolution of square images that keeps their size, for a batch
// of 64, through a stride.
func convSquare(size, k, c, out, stride int) Conv {
	return Conv{
		N: 64, H: size, W: size, C: c, KH: k, KW: k, Out: out, Stride: [2]int{stride, stride},
		Pad: [2][2]int{{k / 2, k / 2}, {k / 2, k / 2}},
	}
}

// BenchmarkConv runs all tasks of each layer on one worker: read it against
// BenchmarkFMAPeak.
func BenchmarkConv(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range convNetworks {
		s := n.whole()
		x, w, dy := s.operands(r.Float32)
		for _, v := range []struct {
			name string
			k    Kernel
			in   [][]float32
			out  int
		}{{"y", s.Forward(), [][]float32{x, w}, len(dy)}, {"dx", s.Input(), [][]float32{dy, w}, len(x)}, {"dw", s.Weight(), [][]float32{x, dy}, len(w)}} {
			b.Run(n.name+"/"+v.name, func(b *testing.B) {
				in, prepare := benchPrepared(v.k, v.in)
				c := &Call{In: in, Out: [][]float32{make([]float32, v.out)}, Scratch: make([]float32, v.k.Scratch()), Shared: make([]float32, v.k.Shared())}
				f, _ := v.k.(Finisher)
				for b.Loop() {
					prepare()
					for i := range v.k.Tasks() {
						v.k.Run(i, c)
					}
					if f != nil {
						f.Finish(c)
					}
				}
				oh, ow := s.Size()
				work := 2 * float64(s.N*oh*ow*s.Out) * float64(s.KH*s.KW*s.C/s.Groups) * float64(b.N)
				b.ReportMetric(work/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
				b.ReportMetric(float64(v.k.Tasks()), "tasks")
				b.ReportMetric(float64(v.k.Scratch()), "scratch")
			})
		}
	}
}

// benchPrepared returns the operands in the forms that k reads, and what
// brings them there.
func benchPrepared(k Kernel, in [][]float32) ([][]float32, func()) {
	operand, form, size := Prepared(k)
	if form == nil {
		return in, func() {}
	}
	c := &Call{In: [][]float32{in[operand]}, Out: [][]float32{make([]float32, size)}, Scratch: make([]float32, form.Scratch())}
	in = slices.Clone(in)
	in[operand] = c.Out[0]
	return in, func() {
		for i := range form.Tasks() {
			form.Run(i, c)
		}
	}
}
