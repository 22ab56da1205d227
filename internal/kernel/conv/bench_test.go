package conv

import (
	"math/rand/v2"
	"testing"

	"descent/internal/kernel"
	"descent/internal/kernel/kerneltest"
)

// networks are the layers of the networks that the project is measured
// with, at a batch of 64: a 5 × 5 network for digits, a 3 × 3 one for small
// photographs, and layers that larger ones have.
var networks = []struct {
	name string
	Shape
}{
	{"lenet/1", square(28, 5, 1, 32, 1)},
	{"lenet/2", square(14, 5, 32, 64, 1)},
	{"convbn/1", square(32, 3, 3, 32, 1)},
	{"convbn/2", square(32, 3, 32, 64, 1)},
	{"convbn/3", square(16, 3, 64, 128, 1)},
	{"convbn/4", square(8, 3, 128, 128, 1)},
	{"stride2", square(16, 3, 64, 128, 2)},
	{"small", square(4, 3, 256, 256, 1)},
	{"depth", Shape{N: 64, H: 16, W: 16, C: 128, KH: 3, KW: 3, Out: 128, Pad: [2][2]int{{1, 1}, {1, 1}}, Groups: 128}},
}

// square is a convolution of square images that keeps their size, for a batch
// of 64, through a stride.
func square(size, k, c, out, stride int) Shape {
	return Shape{
		N: 64, H: size, W: size, C: c, KH: k, KW: k, Out: out, Stride: [2]int{stride, stride},
		Pad: [2][2]int{{k / 2, k / 2}, {k / 2, k / 2}},
	}
}

// BenchmarkConv runs all tasks of each layer on one worker: read it against
// BenchmarkFMAPeak.
func BenchmarkConv(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range networks {
		s := n.whole()
		x, w, dy := s.operands(r.Float32)
		for _, v := range []struct {
			name string
			k    kernel.Kernel
			in   [][]float32
			out  int
		}{{"y", s.Forward(), [][]float32{x, w}, len(dy)}, {"dx", s.Input(), [][]float32{dy, w}, len(x)}, {"dw", s.Weight(), [][]float32{x, dy}, len(w)}} {
			b.Run(n.name+"/"+v.name, func(b *testing.B) {
				in, prepare := kerneltest.Preparing(v.k, v.in)
				c := &kernel.Call{In: in, Out: [][]float32{make([]float32, v.out)}, Scratch: make([]float32, v.k.Scratch()), Shared: make([]float32, v.k.Shared())}
				f, _ := v.k.(kernel.Finisher)
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
