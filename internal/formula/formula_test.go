package formula

import (
	"math"
	"testing"

	"descent/internal/fma"
)

// TestTables holds every row to being whole: without one of its parts some
// user of the tables would go without the function.
func TestTables(t *testing.T) {
	seen := map[string]bool{}
	check := func(i int, name, doc string, operations int, forms bool) {
		if name == "" || doc == "" || operations < 1 || !forms {
			t.Errorf("row %d, %q, lacks a part", i, name)
		}
		if seen[name] {
			t.Errorf("row %d has the name %q, which another has", i, name)
		}
		seen[name] = true
	}
	for i, r := range Unaries[*lane]() {
		check(i, r.Name, r.Doc, r.Operations, r.Plain != nil && r.Formula != nil)
	}
	for i, r := range Binaries[*lane]() {
		check(i, r.Name, r.Doc, r.Operations, r.Plain != nil && r.Formula != nil)
	}
}

var specials = []float32{0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)),
	float32(math.NaN()), 1e-45, -1e-45, 1e-39, -1e-39, 0x1p-126, math.MaxFloat32, -math.MaxFloat32, 88.7, -103.9, 1e-8,
	trigMax, -trigMax, trigMax + 0.5}

// TestFormulas holds formulas to the specification on a machine in plain Go,
// and so on every architecture.
func TestFormulas(t *testing.T) {
	w := Writer[*lane]{plainMachine{}}
	var x []float32
	for b := uint64(0); b <= math.MaxUint32; b += 60013 {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	x = append(x, specials...)
	for _, r := range Unaries[*lane]() {
		for _, v := range x {
			if got, want := r.Formula(w, number(v)).float(), r.Plain(v); !same(got, want) {
				t.Errorf("%s of %v is %v, want %v", r.Name, v, got, want)
				break
			}
		}
	}
	for _, r := range Binaries[*lane]() {
		for _, v := range specials {
			for _, s := range specials {
				if got, want := r.Formula(w, number(v), number(s)).float(), r.Plain(v, s); !same(got, want) {
					t.Errorf("%s of %v and %v is %v, want %v", r.Name, v, s, got, want)
				}
				if a, b := r.Plain(v, s), r.Plain(s, v); r.Commutes && !same(a, b) {
					t.Errorf("%s of %v and %v is %v, and %v the other way", r.Name, v, s, a, b)
				}
			}
		}
	}
}

// same compares bits; all NaN are equal.
func same(x, y float32) bool {
	return math.Float32bits(x) == math.Float32bits(y) || x != x && y != y
}

// A lane is a vector of one, or a mask: all ones or zeros.
type lane uint32

func (x *lane) float() float32 { return math.Float32frombits(uint32(*x)) }
func result(x lane) *lane      { return &x }
func number(v float32) *lane   { return result(lane(math.Float32bits(v))) }

func mask(holds bool) *lane {
	if holds {
		return result(math.MaxUint32)
	}
	return result(0)
}

// plainMachine is a Machine that spoils what an FMA may overwrite.
type plainMachine struct{}

func (plainMachine) Const(b uint32) *lane        { return result(lane(b)) }
func (plainMachine) Bits(x *lane) (uint32, bool) { return 0, false }
func (plainMachine) Add(x, y *lane) *lane        { return number(x.float() + y.float()) }
func (plainMachine) Sub(x, y *lane) *lane        { return number(x.float() - y.float()) }
func (plainMachine) Mul(x, y *lane) *lane        { return number(x.float() * y.float()) }
func (plainMachine) Div(x, y *lane) *lane        { return number(x.float() / y.float()) }
func (plainMachine) Sqrt(x *lane) *lane          { return number(Sqrt32(x.float())) }
func (plainMachine) And(x, y *lane) *lane        { return result(*x & *y) }
func (plainMachine) Or(x, y *lane) *lane         { return result(*x | *y) }
func (plainMachine) Xor(x, y *lane) *lane        { return result(*x ^ *y) }
func (plainMachine) AddInt(x, y *lane) *lane     { return result(*x + *y) }
func (plainMachine) SubInt(x, y *lane) *lane     { return result(*x - *y) }
func (plainMachine) MaxInt(x, y *lane) *lane     { return result(lane(max(int32(*x), int32(*y)))) }
func (plainMachine) Shl(x *lane, n int) *lane    { return result(*x << n) }
func (plainMachine) Sar(x *lane, n int) *lane    { return result(lane(int32(*x) >> n)) }
func (plainMachine) ToFloat(x *lane) *lane       { return number(float32(int32(*x))) }
func (plainMachine) Only(mask, x *lane) *lane    { return result(*mask & *x) }
func (plainMachine) Pick(mask, x, y *lane) *lane { return result(*mask&*x | ^*mask&*y) }

func (plainMachine) Max(x, y *lane) *lane {
	if x.float() > y.float() {
		return result(*x)
	}
	return result(*y)
}

func (plainMachine) Min(x, y *lane) *lane {
	if x.float() < y.float() {
		return result(*x)
	}
	return result(*y)
}

func (plainMachine) FMA(a, b, c *lane) *lane {
	y := number(fma.MulAdd(a.float(), b.float(), c.float()))
	*a = nanBits
	return y
}

func (m plainMachine) FNMA(a, b, c *lane) *lane {
	*a ^= signBit
	return m.FMA(a, b, c)
}

func (plainMachine) Compare(p Predicate, a, b *lane) *lane {
	x, y := a.float(), b.float()
	switch p {
	case IsEqual:
		return mask(x == y)
	case IsUnordered:
		return mask(x != x || y != y)
	case IsNotEqual:
		return mask(x != y)
	case IsOrderedAndUnequal:
		return mask(x < y || x > y)
	case IsLess:
		return mask(x < y)
	case IsLessEqual:
		return mask(x <= y)
	}
	return mask(!(x < y))
}
