package fma

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// fmaBig is a·b + c by way of arbitrary precision, for finite operands.
func fmaBig(a, b, c float32) float32 {
	const enough = 1024 // bits: no exponent of float32 reaches that far
	x := new(big.Float).SetPrec(enough).SetFloat64(float64(a))
	y := new(big.Float).SetPrec(enough).SetFloat64(float64(b))
	z := new(big.Float).SetPrec(enough).SetFloat64(float64(c))
	sum := x.Add(x.Mul(x, y), z)
	if sum.Sign() == 0 { // the sign of zero is IEEE's, not big's
		return float32(float64(a)*float64(b) + float64(c))
	}
	r, _ := sum.Float32()
	return r
}

func checkFMA(t *testing.T, a, b, c float32) {
	t.Helper()
	want := math.Float32bits(fmaBig(a, b, c))
	if got := math.Float32bits(MulAdd(a, b, c)); got != want {
		t.Errorf("MulAdd(%b, %b, %b) = %#x, want %#x", a, b, c, got, want)
	}
	if got := math.Float32bits(exact(a, b, c)); got != want {
		t.Errorf("exact(%b, %b, %b) = %#x, want %#x", a, b, c, got, want)
	}
}

func TestFMA(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(lo, hi int) float32 { // a random significand, an exponent in [lo, hi)
		x := math.Float32frombits(r.Uint32()&(1<<23-1) | 127<<23)
		if r.IntN(2) == 0 {
			x = -x
		}
		return float32(math.Ldexp(float64(x), lo+r.IntN(hi-lo)))
	}
	for range 20000 {
		checkFMA(t, random(-4, 4), random(-4, 4), random(-40, 40))       // any overlap
		checkFMA(t, random(-90, -40), random(-90, -40), random(-149, 1)) // subnormal results
		checkFMA(t, random(50, 70), random(50, 70), random(100, 128))    // overflow
	}
}

// TestFMAHalfway looks for sums that float64 rounds to the middle of two
// float32: a product that is such a middle, and an addend that float64 loses.
func TestFMAHalfway(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := 0; n < 5000; {
		a := 1 + float32(r.IntN(1<<12))/(1<<12)
		b := 1 + float32(r.IntN(1<<12)|1)/(1<<12)
		if p := float64(a) * float64(b); p == float64(float32(p)) {
			continue // a float32 itself
		}
		n++
		for _, e := range []int{-24, -25, -30, -53, -60, -140} {
			tiny := float32(math.Ldexp(1, e))
			for _, scale := range []float32{1, 0x1p-126, 0x1p-140, 0x1p127} {
				for _, c := range []float32{tiny, -tiny, 0} {
					checkFMA(t, a, b*scale, c*scale)
					checkFMA(t, -a, b*scale, c*scale)
				}
			}
		}
	}
}

// TestRow holds the loop to one rounding: there the operands come from memory,
// and a compiler that fuses may choose otherwise.
func TestRow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n = 2000
	x, row, want := normal(r, n), normal(r, n), make([]float32, n)
	a := float32(r.NormFloat64())
	for i := range want {
		want[i] = exact(a, x[i], row[i])
	}
	Row(row, a, x)
	for i := range want {
		if row[i] != want[i] {
			t.Fatalf("element %d is %v, want %v", i, row[i], want[i])
		}
	}
}

// TestTile compares the sums with chains of exact multiply-adds, after each
// term: of numbers whose sums are seldom halfway, often, and at the ends of the
// range.
func TestTile(t *testing.T) {
	scaled := func(r *rand.Rand, low, high int) float32 {
		return float32(math.Ldexp(r.NormFloat64(), low+r.IntN(high-low+1)))
	}
	lost := func(r *rand.Rand) (c, a, b float32) { // a·b is so near half of the last bit of c that float64 loses the rest
		x := float32(math.Ldexp(1, -15-r.IntN(9)))
		c = 1 + float32(r.IntN(1<<23))*0x1p-23
		return c * float32(1-2*r.IntN(2)), 0x1p-12 * (1 + x) * float32(1-2*r.IntN(2)), 0x1p-12 * (1 - x)
	}
	var c, a, b float32
	for _, kind := range []struct {
		name string
		next func(r *rand.Rand, i int) (a, b float32)
	}{
		{"normal", func(r *rand.Rand, _ int) (float32, float32) { return scaled(r, 0, 0), scaled(r, 0, 0) }},
		{"wide", func(r *rand.Rand, _ int) (float32, float32) { return scaled(r, -20, 20), scaled(r, -20, 20) }},
		{"few bits", func(r *rand.Rand, _ int) (float32, float32) {
			return float32(r.IntN(64)-32) / 16, scaled(r, -3, 3)
		}},
		{"zeros", func(r *rand.Rand, _ int) (float32, float32) {
			return float32(r.IntN(3) - 1), float32(math.Copysign(float64(r.IntN(2)), r.Float64()-0.5))
		}},
		{"lost", func(r *rand.Rand, i int) (float32, float32) {
			switch i % 3 {
			case 0: // begin anew: take back what there is
				c, a, b = lost(r)
				return 0, 0
			case 1:
				return c, 1
			}
			return a, b
		}},
		{"small", func(r *rand.Rand, _ int) (float32, float32) { // multiples of 2⁻¹⁴⁹, sums on both sides of the normal range
			return float32(r.IntN(1<<12)-1<<11) * 0x1p-60, float32(r.IntN(1<<13)) * 0x1p-89
		}},
		{"large", func(r *rand.Rand, _ int) (float32, float32) {
			return 0x1p57 * (1 + r.Float32()), float32(1-2*r.IntN(2)) * 0x1p59 * (1 + r.Float32())
		}},
		{"no numbers", func(r *rand.Rand, _ int) (float32, float32) {
			if r.IntN(50) == 0 {
				return float32(math.Inf(1 - 2*r.IntN(2))), float32(r.IntN(2)) * 0x1p-30
			}
			return scaled(r, 0, 0), scaled(r, -30, -30)
		}},
	} {
		r := rand.New(rand.NewPCG(7, 8))
		for range 300 {
			const n = 60
			x, y := make([]float32, Rows*n), make([]Term, n*Cols)
			inA, inB := NewRange(), NewRange()
			for i := range n {
				p, q := kind.next(r, i)
				for row := range Rows {
					x[row*n+i] = p
					inA.Include(p)
				}
				for col := range Cols {
					y[i*Cols+col] = Term(q)
					inB.Include(q)
					if kind.name != "lost" {
						_, q = kind.next(r, i)
					}
				}
			}
			if kind.name != "small" && !inA.Fits(inB) { // the range is careful about trailing zeros
				t.Fatalf("%s: outside of the range", kind.name)
			}
			var at [Rows]int
			for row := range at {
				at[row] = row * n
			}
			var got [Rows * Cols]Term
			var want [Rows * Cols]float32
			for i := range n {
				if kind.name == "lost" && i%3 == 0 {
					clear(got[:])
					clear(want[:])
				}
				before := want
				Tile(&got, 1, x[i:], &at, 1, y[i*Cols:])
				for e := range want {
					p, q := x[e/Cols*n+i], float32(y[i*Cols+e%Cols])
					want[e] = exact(p, q, want[e])
					if g := float32(got[e]); math.Float32bits(g) != math.Float32bits(want[e]) && (g == g || want[e] == want[e]) || g == g && Term(g) != got[e] {
						t.Fatalf("%s: term %d of element %d: %b·%b + %b = %b, want %b", kind.name, i, e, p, q, before[e], got[e], want[e])
					}
				}
			}
			var whole [Rows * Cols]Term
			if kind.name != "lost" {
				if Tile(&whole, n, x, &at, 1, y); float32(whole[0]) != want[0] && want[0] == want[0] {
					t.Fatalf("%s: all terms at once: %v, want %v", kind.name, whole[0], want[0])
				}
			}
		}
	}
}

// TestRange asks for the borders: the largest sum of 512 products, and the
// smallest multiple.
func TestRange(t *testing.T) {
	if Rows == 3 {
		t.Skip("the instruction knows all numbers")
	}
	of := func(values ...float32) Range {
		r := NewRange()
		for _, v := range values {
			r.Include(v)
		}
		return r
	}
	for _, c := range []struct {
		a, b Range
		want bool
	}{
		{of(), of(), true},
		{of(0), of(float32(math.Inf(1))), true},
		{of(0, 0x1.8p-51), of(-0x1.8p-52), true},
		{of(0x1.8p-52), of(0x1.8p-52), false},
		{of(math.SmallestNonzeroFloat32), of(1), false},
		{of(0x1.fffffep57), of(-0x1.fffffep59), true},
		{of(0x1p58), of(0x1p59), false},
	} {
		if got := c.a.Fits(c.b); got != c.want || c.b.Fits(c.a) != got {
			t.Errorf("%v and %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestFMASpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	values := []float32{0, float32(math.Copysign(0, -1)), 1, -1, inf, -inf, nan,
		math.MaxFloat32, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126}
	for _, a := range values {
		for _, b := range values {
			for _, c := range values {
				want := float32(math.FMA(float64(a), float64(b), float64(c)))
				if x := float64(want); want == want && !math.IsInf(x, 0) && want != 0 {
					want = fmaBig(a, b, c)
				}
				if got := MulAdd(a, b, c); math.Float32bits(got) != math.Float32bits(want) && (got == got || want == want) {
					t.Errorf("MulAdd(%v, %v, %v) = %v, want %v", a, b, c, got, want)
				}
			}
		}
	}
}

func normal(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}
