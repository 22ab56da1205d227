package canonical_test

import (
	"hash/fnv"
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"testing"

	"golang.org/x/sys/cpu"

	"descent/internal/canonical"
	"descent/internal/goldentest"
)

// function is one of the package, beside that of math.
type function struct {
	name     string
	f, other func(x, y float64) float64 // y is for Pow
	bits     uint64                     // of the results for drawn, hashed
	ulps     float64                    // bound of the error, rounded up
	outside  func(x float64) bool       // where math on amd64 is wrong, if anywhere
}

func one(f func(float64) float64) func(x, y float64) float64 {
	return func(x, _ float64) float64 { return f(x) }
}

func subnormal(x float64) bool { return math.Abs(x) < 0x1p-1022 }
func far(x float64) bool       { return math.Abs(x) >= 1<<29 }

var functions = []function{
	{name: "exp", bits: 0x97b2dce8668ea68c, f: one(canonical.Exp), other: one(math.Exp), ulps: 1.5, outside: func(x float64) bool { return x > 709.43 }},
	{name: "exp2", bits: 0x9fd667779c46ddeb, f: one(canonical.Exp2), other: one(math.Exp2), ulps: 1},
	{name: "expm1", bits: 0x2527646685d4a76e, f: one(canonical.Expm1), other: one(math.Expm1), ulps: 1},
	{name: "log", bits: 0x75195c41f8f09535, f: one(canonical.Log), other: one(math.Log), ulps: 1, outside: subnormal},
	{name: "log10", bits: 0xf63108ecb475aedd, f: one(canonical.Log10), other: one(math.Log10), ulps: 2, outside: subnormal},
	{name: "log1p", bits: 0xe2a5ca6f718c96ce, f: one(canonical.Log1p), other: one(math.Log1p), ulps: 1},
	{name: "pow", bits: 0x24569ecac4208d72, f: canonical.Pow, other: math.Pow, ulps: 4, outside: subnormal},
	{name: "sin", bits: 0x461707777028a2a0, f: one(canonical.Sin), other: one(math.Sin), ulps: 2.5, outside: far},
	{name: "cos", bits: 0xcc36652003cce2c2, f: one(canonical.Cos), other: one(math.Cos), ulps: 2.5, outside: far},
	{name: "tanh", bits: 0x8cd31b7c085cd992, f: one(canonical.Tanh), other: one(math.Tanh), ulps: 2},
	{name: "erf", bits: 0x3f0166c5242af818, f: one(canonical.Erf), other: one(math.Erf), ulps: 1},
	{name: "erfinv", bits: 0xa9fcff294aa76489, f: one(canonical.Erfinv), other: one(math.Erfinv), ulps: 8},
}

// drawn calls f with n arguments, the same everywhere: special ones, any, and more of those
// that training meets.
func drawn(n int, f func(x, y float64)) {
	special := []float64{0, math.Copysign(0, -1), 1, -1, 2, 0.5, -0.5, math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64,
		math.MaxFloat64, 0x1p-1022, 0x1p63, -0x1p63, 3, -3, 709.7827, -745.14, 1024, -1075, 0.84375, 0.85, 1.25, 6, 8, 0x1p29}
	for _, x := range special {
		for _, y := range special {
			f(x, y)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		x, y := math.Float64frombits(r.Uint64()), math.Float64frombits(r.Uint64())
		switch i % 8 {
		case 1:
			x, y = r.Float64(), float64(r.IntN(1000))
		case 2:
			x, y = 2*r.Float64()-1, 10*r.Float64()
		case 3:
			x, y = 40*(r.Float64()-0.5), -float64(r.IntN(1000))
		case 4:
			x, y = 2000*(r.Float64()-0.5), 4*(r.Float64()-0.5)
		case 5:
			x, y = 1-math.Ldexp(r.Float64(), -r.IntN(50)), 1e5*r.Float64()
		case 6:
			x = math.Ldexp(r.Float64(), 20-r.IntN(60))
		}
		f(x, y)
	}
}

// same is whether x and y have the same bits, or are no numbers.
func same(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// TestMath compares with math where the sequences are its own.
func TestMath(t *testing.T) {
	if runtime.GOARCH != "amd64" || !cpu.X86.HasFMA || !cpu.X86.HasAVX {
		t.Skip("math is not what it is on amd64 with multiply-adds")
	}
	n := 400_000
	if testing.Short() {
		n /= 10
	}
	for _, c := range functions {
		bad := 0
		drawn(n, func(x, y float64) {
			if got, want := c.f(x, y), c.other(x, y); !same(got, want) && (c.outside == nil || !c.outside(x)) {
				if bad++; bad < 10 {
					t.Errorf("%s(%v, %v) = %b, and math has %b", c.name, x, y, got, want)
				}
			}
		})
	}
}

// TestBits: results have the same bits on every machine.
func TestBits(t *testing.T) {
	for _, c := range functions {
		sum := fnv.New64a()
		drawn(100_000, func(x, y float64) {
			v := c.f(x, y)
			if v != v {
				v = 0.25 // the bits of what is no number are not promised
			}
			b := math.Float64bits(v)
			for i := range 8 {
				sum.Write([]byte{byte(b >> (8 * i))})
			}
		})
		if got := sum.Sum64(); got != c.bits {
			t.Errorf("%s: the bits are %#x, want %#x", c.name, got, c.bits)
		}
	}
}

// TestErrors: errors are within their bounds, beside numbers of mpmath.
func TestErrors(t *testing.T) {
	for name, rows := range goldentest.Load[map[string][]struct {
		X, Y  float64
		Exact string
	}](t, "functions.json") {
		for _, c := range functions {
			if c.name != name {
				continue
			}
			worst := 0.0
			for _, r := range rows {
				exact, _, err := big.ParseFloat(r.Exact, 10, 200, big.ToNearestEven)
				if err != nil {
					t.Fatal(err)
				}
				near, _ := exact.Float64()
				got := c.f(r.X, r.Y)
				diff, _ := new(big.Float).Sub(new(big.Float).SetFloat64(got), exact).Float64()
				unit := math.Nextafter(math.Abs(near), math.Inf(1)) - math.Abs(near)
				e := math.Abs(diff) / unit
				if e > c.ulps {
					t.Errorf("%s(%v, %v) = %v, want %s: %.2f units in the last place", name, r.X, r.Y, got, r.Exact, e)
				}
				worst = max(worst, e)
			}
			t.Logf("%s: %.3f units in the last place at most, of %d arguments", name, worst, len(rows))
		}
	}
}
