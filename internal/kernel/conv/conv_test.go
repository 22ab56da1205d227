package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
)

// shapes are convolutions of every kind: stride, padding, dilation,
// groups, depth, kernels larger than tiles, sums of several blocks.
var shapes = []Shape{
	{N: 1, H: 1, W: 1, C: 1, KH: 1, KW: 1, Out: 1},
	{N: 2, H: 5, W: 7, C: 3, KH: 3, KW: 3, Out: 5, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 3, H: 9, W: 33, C: 4, KH: 3, KW: 3, Out: 40, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 2, H: 9, W: 8, C: 2, KH: 5, KW: 4, Out: 17, Stride: [2]int{2, 3}, Pad: [2][2]int{{2, 1}, {0, 3}}},
	{N: 1, H: 12, W: 11, C: 3, KH: 3, KW: 2, Out: 4, Dilation: [2]int{2, 3}, Pad: [2][2]int{{2, 2}, {1, 2}}},
	{N: 1, H: 12, W: 11, C: 3, KH: 3, KW: 3, Out: 4, Stride: [2]int{2, 2}, Dilation: [2]int{2, 2}, Pad: [2][2]int{{3, 1}, {1, 2}}},
	{N: 1, H: 13, W: 15, C: 2, KH: 4, KW: 3, Out: 3, Stride: [2]int{4, 6}, Dilation: [2]int{6, 4}, Pad: [2][2]int{{7, 7}, {2, 2}}},
	{N: 2, H: 6, W: 6, C: 6, KH: 3, KW: 3, Out: 9, Groups: 3, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 2, H: 5, W: 6, C: 40, KH: 1, KW: 1, Out: 36, Groups: 2, Stride: [2]int{2, 1}},
	{N: 2, H: 8, W: 19, C: 35, KH: 3, KW: 3, Out: 35, Groups: 35, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 1, H: 30, W: 33, C: 18, KH: 3, KW: 3, Out: 18, Groups: 18, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 2, H: 31, W: 34, C: 9, KH: 3, KW: 3, Out: 9, Groups: 9, Stride: [2]int{2, 2}, Pad: [2][2]int{{0, 1}, {1, 2}}},
	{N: 1, H: 40, W: 36, C: 5, KH: 3, KW: 3, Out: 5, Groups: 5, Stride: [2]int{1, 2}, Dilation: [2]int{4, 3}, Pad: [2][2]int{{5, 3}, {7, 9}}},
	{N: 2, H: 9, W: 9, C: 70, KH: 3, KW: 2, Out: 70, Groups: 70, Stride: [2]int{2, 2}, Pad: [2][2]int{{1, 0}, {0, 1}}},
	{N: 1, H: 7, W: 20, C: 5, KH: 5, KW: 5, Out: 5, Groups: 5, Dilation: [2]int{1, 2}, Pad: [2][2]int{{2, 2}, {4, 4}}},
	{N: 1, H: 5, W: 5, C: 3, KH: 2, KW: 2, Out: 6, Groups: 3},
	{N: 2, H: 1, W: 50, C: 7, KH: 1, KW: 9, Out: 12, Pad: [2][2]int{{0, 0}, {4, 4}}},
	{N: 1, H: 1, W: 700, C: 2, KH: 1, KW: 3, Out: 3, Pad: [2][2]int{{0, 0}, {1, 1}}},
	{N: 1, H: 40, W: 30, C: 2, KH: 3, KW: 3, Out: 33, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 9, H: 4, W: 4, C: 65, KH: 3, KW: 3, Out: 70, Pad: [2][2]int{{1, 1}, {1, 1}}},
	{N: 40, H: 4, W: 4, C: 3, KH: 4, KW: 4, Out: 20},
	{N: 3, H: 2, W: 3, C: 100, KH: 2, KW: 3, Out: 300},
	{N: 2, H: 10, W: 10, C: 8, KH: 1, KW: 1, Out: 12, Stride: [2]int{3, 3}},
	{N: 2, H: 4, W: 4, C: 8, KH: 2, KW: 2, Out: 40, Stride: [2]int{2, 2}},
	{N: 1, H: 30, W: 20, C: 3, KH: 2, KW: 2, Out: 3, Dilation: [2]int{20, 10}},
	{N: 1, H: 3, W: 3, C: 2, KH: 3, KW: 3, Out: 2, Stride: [2]int{5, 5}, Pad: [2][2]int{{6, 6}, {9, 1}}},
}

func init() {
	for i := range shapes {
		shapes[i] = shapes[i].whole()
	}
}

// whole is s with 1 for what is 0.
func (s Shape) whole() Shape {
	for i := range 2 {
		s.Stride[i], s.Dilation[i] = max(s.Stride[i], 1), max(s.Dilation[i], 1)
	}
	s.Groups = max(s.Groups, 1)
	return s
}

// equal compares bits; all NaN are equal.
func equal(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if x := got[i]; math.Float32bits(x) != math.Float32bits(w) && (x == x || w == w) {
			t.Fatalf("%s: element %d = %v (%#x), want %v (%#x)", what, i, x, math.Float32bits(x), w, math.Float32bits(w))
		}
	}
}

// checkConv compares the three products with the naive ones on every tier.
func checkConv(t *testing.T, s Shape, x, w, dy []float32) {
	t.Helper()
	n := newNaive(s)
	y, dx, dw := n.forward(x, w), n.input(dy, w), n.weight(x, dy)
	for _, tier := range isa.Tiers() {
		restore := isa.Use(tier)
		equal(t, fmt.Sprintf("%v %+v: y", tier, s), kerneltest.Run(t, s.Forward(), len(y), x, w), y)
		equal(t, fmt.Sprintf("%v %+v: dx", tier, s), kerneltest.Run(t, s.Input(), len(dx), dy, w), dx)
		equal(t, fmt.Sprintf("%v %+v: dw", tier, s), kerneltest.Run(t, s.Weight(), len(dw), x, dy), dw)
		restore()
	}
}

// operands returns x, weight and dy of a shape.
func (s Shape) operands(number func() float32) (x, w, dy []float32) {
	oh, ow := s.Size()
	fill := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = number()
		}
		return v
	}
	return fill(s.N * s.H * s.W * s.C), fill(s.KH * s.KW * s.C / s.Groups * s.Out), fill(s.N * oh * ow * s.Out)
}

func TestConvBits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range shapes {
		x, w, dy := s.operands(func() float32 { return float32(r.NormFloat64()) })
		checkConv(t, s, x, w, dy)
	}
}

// randomConv draws a shape whose kernel fits.
func randomConv(r *rand.Rand) Shape {
	for {
		groups := 1
		if r.IntN(3) == 0 {
			groups = 1 + r.IntN(20)
		}
		s := Shape{
			N: 1 + r.IntN(4), H: 1 + r.IntN(12), W: 1 + r.IntN(18), C: groups * (1 + r.IntN(5)), KH: 1 + r.IntN(4), KW: 1 + r.IntN(4), Out: groups * (1 + r.IntN(40)),
			Stride: [2]int{1 + r.IntN(3), 1 + r.IntN(3)}, Dilation: [2]int{1 + r.IntN(3), 1 + r.IntN(3)},
			Pad: [2][2]int{{r.IntN(4), r.IntN(4)}, {r.IntN(4), r.IntN(4)}}, Groups: groups,
		}
		if r.IntN(3) == 0 {
			s.C, s.Out = groups, groups
		}
		if r.IntN(2) == 0 {
			s.Stride, s.Dilation = [2]int{1, 1}, [2]int{1, 1}
		}
		if oh, ow := s.Size(); oh > 0 && ow > 0 && s.KH*s.KW*s.C/s.Groups*s.Out*s.N*oh*ow < 1<<20 {
			return s
		}
	}
}

func TestConvRandomShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 120 {
		s := randomConv(r)
		x, w, dy := s.operands(func() float32 { return float32(r.NormFloat64()) })
		checkConv(t, s, x, w, dy)
	}
}

func TestConvSpecialValues(t *testing.T) {
	special := []float32{
		0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
		math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126, 0x1p-75, -0x1p-74,
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		s := randomConv(r)
		x, w, dy := s.operands(func() float32 {
			if r.IntN(20) == 0 {
				return special[r.IntN(len(special))]
			}
			return float32(r.NormFloat64())
		})
		checkConv(t, s, x, w, dy)
	}
}
