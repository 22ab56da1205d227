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

// TestFMALoops holds the loops to one rounding: there the operands come from
// memory, and a compiler that fuses may choose otherwise.
func TestFMALoops(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n = 2000
	x, row, want := normal(r, n), normal(r, n), make([]float32, n)
	a := normal(r, n)
	var sum float32
	for i := range want {
		want[i] = exact(a[0], x[i], row[i])
		sum = exact(a[i], x[i], sum)
	}
	Row(row, a[0], x)
	for i := range want {
		if row[i] != want[i] {
			t.Fatalf("Row: element %d is %v, want %v", i, row[i], want[i])
		}
	}
	if got := Dot(a, 1, x); got != sum {
		t.Errorf("Dot: %v, want %v", got, sum)
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
