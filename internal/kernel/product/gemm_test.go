package product

import (
	"math"
	"math/rand/v2"
	"testing"

	"descent/internal/fma"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
	"descent/internal/kernel/tile"
)

// eachTier runs a test on every tier of this machine.
func eachTier(t *testing.T, test func(t *testing.T)) {
	for _, tier := range isa.Tiers() {
		restore := isa.Use(tier)
		t.Run(tier.String(), test)
		restore()
	}
	t.Logf("tiers of this machine and build: %v", isa.Tiers())
}

// naive is the definition of a product: three loops, no blocks but those
// of k, in the arithmetic that the doc comment of Gemm gives.
func naive(g Gemm, a, b []float32) []float32 {
	c := make([]float32, g.M*g.N)
	for i := range g.M {
		for j := range g.N {
			var block float32
			for k := range g.K {
				x, y := a[i*g.K+k:], b[min(k*g.N+j, len(b)):]
				if g.TransA {
					x = a[k*g.M+i:]
				}
				if g.TransB {
					y = b[j*g.K+k:]
				}
				block = fma.MulAdd(x[0], y[0], block)
				if k%tile.BlockK == tile.BlockK-1 || k == g.K-1 {
					if k < tile.BlockK {
						c[i*g.N+j] = block
					} else {
						c[i*g.N+j] += block
					}
					block = 0
				}
			}
		}
	}
	return c
}

// run returns A·B.
func run(t *testing.T, g Gemm, a, b []float32) []float32 {
	t.Helper()
	return kerneltest.Run(t, g, g.M*g.N, a, b)
}

// equal compares bits; all NaN are equal.
func equal(t *testing.T, g Gemm, got, want []float32) {
	t.Helper()
	for i, w := range want {
		if x := got[i]; math.Float32bits(x) != math.Float32bits(w) && (x == x || w == w) {
			t.Fatalf("%+v: C[%d, %d] = %v (%#x), want %v (%#x)", g, i/g.N, i%g.N,
				x, math.Float32bits(x), w, math.Float32bits(w))
		}
	}
}

func normal(r *rand.Rand, n int) []float32 { return kerneltest.Floats(r, n, false) }

func transposes(m, n, k int) []Gemm {
	return []Gemm{
		{M: m, N: n, K: k},
		{M: m, N: n, K: k, TransA: true},
		{M: m, N: n, K: k, TransB: true},
		{M: m, N: n, K: k, TransA: true, TransB: true},
	}
}

func TestGemmBits(t *testing.T) {
	var shapes [][3]int
	for m := range 41 {
		shapes = append(shapes, [3]int{m, 1 + m*7%40, 1 + m*11%37}, [3]int{1 + m*13%17, m, 3}, [3]int{m, 40 - m, m * 9 % 21})
	}
	shapes = append(shapes, [][3]int{
		{1, 1, 1},
		{1, 300, 70},
		{1, 513, 20},
		{2, 300, 70},
		{3, 259, 30},
		{4, 130, 9},
		{6, 150, 40},
		{7, 100, 40},
		{15, 10, 600},
		{29, 70, 513},
		{5, 33, 1025},
		{9, 128, 1030},
		{1030, 128, 9},
		{1, 40, 1100},
		{100, 97, 1},
		{130, 161, 33},
		{300, 10, 40},
		{33, 600, 17},
	}...)
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, s := range shapes {
			for _, g := range transposes(s[0], s[1], s[2]) {
				a, b := normal(r, g.M*g.K), normal(r, g.K*g.N)
				equal(t, g, run(t, g, a, b), naive(g, a, b))
			}
		}
	})
}

// TestGemmTiersAgree compares whole products of the sizes that training has,
// too large for the naive loop, with the plain tier.
func TestGemmTiersAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, s := range [][3]int{{32, 512, 784}, {784, 256, 17}, {260, 130, 530}, {64, 1030, 40}} {
		for _, g := range transposes(s[0], s[1], s[2]) {
			a, b := normal(r, g.M*g.K), normal(r, g.K*g.N)
			restore := isa.Use(isa.Plain)
			want := run(t, g, a, b)
			restore()
			for _, tier := range isa.Tiers()[1:] {
				restore := isa.Use(tier)
				equal(t, g, run(t, g, a, b), want)
				restore()
			}
		}
	}
}

// TestGemmFloat64 bounds the error against float64 by that of a chain:
// k·ε·Σ|a||b|, and blocks make it smaller.
func TestGemmFloat64(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		for _, g := range transposes(23, 37, 1200) {
			a, b := normal(r, g.M*g.K), normal(r, g.K*g.N)
			c := run(t, g, a, b)
			am, ak, bk, bn := g.strides()
			for i := range g.M {
				for j := range g.N {
					var sum, size float64
					for k := range g.K {
						p := float64(a[i*am+k*ak]) * float64(b[k*bk+j*bn])
						sum += p
						size += math.Abs(p)
					}
					if e := math.Abs(float64(c[i*g.N+j]) - sum); e > 0x1p-24*tile.BlockK*size/8 {
						t.Fatalf("%+v: C[%d, %d] is off by %g", g, i, j, e)
					}
				}
			}
		}
	})
}

func TestGemmSpecialValues(t *testing.T) {
	special := []float32{
		0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
		math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126, 0x1p-75, -0x1p-74,
	}
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		for range 60 {
			for _, g := range transposes(1+r.IntN(20), 1+r.IntN(40), 1+r.IntN(5)) {
				a, b := normal(r, g.M*g.K), normal(r, g.K*g.N)
				for i := range a {
					if r.IntN(3) == 0 {
						a[i] = special[r.IntN(len(special))]
					}
				}
				for i := range b {
					if r.IntN(2) == 0 {
						b[i] = special[r.IntN(len(special))]
					}
				}
				equal(t, g, run(t, g, a, b), naive(g, a, b))
			}
		}
	})
}

func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint16(14), uint16(32), uint16(9), false, true)
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k uint16, ta, tb bool) {
		r := rand.New(rand.NewPCG(seed, 0))
		g := Gemm{M: int(m % 70), N: int(n % 150), K: int(k % 1100), TransA: ta, TransB: tb}
		a, b := normal(r, g.M*g.K), normal(r, g.K*g.N)
		eachTier(t, func(t *testing.T) { equal(t, g, run(t, g, a, b), naive(g, a, b)) })
	})
}

// TestGemmPartition checks that the blocks of a product cover it once, that
// they fit their scratch, and that large products have enough of them.
func TestGemmPartition(t *testing.T) {
	for _, s := range [][3]int{
		{0, 0, 0},
		{0, 5, 2},
		{1, 10, 256},
		{1, 512, 784},
		{1, 2048, 2048},
		{16, 512, 784},
		{100, 512, 784},
		{128, 10, 256},
		{2048, 10, 256},
		{784, 512, 128},
		{784, 512, 1},
		{2048, 2048, 2048},
		{3000, 77, 5},
		{50176, 64, 288},
	} {
		g := Gemm{M: s[0], N: s[1], K: s[2]}
		covered := make([]byte, g.M*g.N)
		for i := range g.Tasks() {
			r := g.block(i)
			for y := r.r0; y < r.r1; y++ {
				for x := r.c0; x < r.c1; x++ {
					covered[y*g.N+x]++
				}
			}
		}
		for i, n := range covered {
			if n != 1 {
				t.Fatalf("%+v: element %d is in %d blocks", g, i, n)
			}
		}
		if n := g.Scratch(); n > 1<<20 {
			t.Errorf("%+v needs %d float32 of scratch", g, n)
		}
		if work := g.M * g.N * g.K; work < 64<<10 && g.Tasks() != 1 || work > 4<<20 && g.Tasks() < 8 {
			t.Errorf("%+v has %d tasks for %d multiply-adds", g, g.Tasks(), work)
		}
	}
}

// addBias is an epilogue that adds a vector to every row.
type addBias struct{}

func (addBias) Scratch(cols int) int                { return cols }
func (addBias) RectCost(rows, cols int) kernel.Cost { return kernel.Words(rows * cols) }
func (addBias) Ending() (e kernel.Ending, ok bool)  { return e, false }
func (addBias) RunRect(c *kernel.Call, in0 []float32, in [][]float32, rows, cols, r0, r1, c0, c1 int, scratch []float32) {
	bias := scratch[:copy(scratch, in[0][c0:c1])]
	for r := r0; r < r1; r++ {
		for j, x := range bias {
			c.Out[0][r*cols+c0+j] = in0[r*cols+c0+j] + x
		}
	}
}

func TestGemmEpilogue(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, s := range [][3]int{{1, 10, 4}, {33, 200, 50}, {200, 300, 30}} {
		g := Gemm{M: s[0], N: s[1], K: s[2], Epilogue: addBias{}}
		a, b, bias := normal(r, g.M*g.K), normal(r, g.K*g.N), normal(r, g.N)
		want := naive(g, a, b)
		for i := range want {
			want[i] += bias[i%g.N]
		}
		c := &kernel.Call{In: kerneltest.Prepared(t, g, [][]float32{a, b, bias}), Out: [][]float32{make([]float32, g.M*g.N)}, Scratch: make([]float32, g.Scratch())}
		var k kernel.Kernel = g
		run := func() {
			for i := range k.Tasks() {
				k.Run(i, c)
			}
		}
		if n := testing.AllocsPerRun(3, run); n != 0 {
			t.Errorf("%+v: %v allocations", g, n)
		}
		equal(t, g, c.Out[0], want)
	}
}
