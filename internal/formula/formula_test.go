package kernel

import (
	"math"
	"testing"

	"descent/internal/formula"
)

// TestFormulas holds package formula to the specification on a machine in
// plain Go, and so on every architecture.
func TestFormulas(t *testing.T) {
	type formulas = formula.Writer[*lane]
	w := formulas{Machine: plainMachine{}}
	var x []float32
	for b := uint64(0); b <= math.MaxUint32; b += 60013 {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	x = append(x, specials...)
	unaries := [unaryCount]func(w formulas, x *lane) *lane{
		formulas.Neg, formulas.Abs, formulas.Sign, formulas.Square, formulas.Sqrt, formulas.Exp, formulas.Expm1,
		formulas.Log, formulas.Log1p, formulas.Tanh, formulas.Erf, formulas.Sigmoid,
	}
	for i, f := range unaries {
		got, want := make([]float32, len(x)), make([]float32, len(x))
		for j, v := range x {
			got[j] = f(w, number(v)).float()
		}
		plainVec.unary[i](want, x)
		if j := differ(got, want); j >= 0 {
			t.Errorf("%v of %v is %v, want %v", firstUnary+opcode(i), x[j], got[j], want[j])
		}
	}
	binaries := [binaryCount]func(w formulas, x, y *lane) *lane{
		formulas.Add, formulas.Sub, formulas.Mul, formulas.Div, formulas.Maximum, formulas.Minimum,
		formulas.Less, formulas.LessEqual, formulas.Equal,
	}
	for i, f := range binaries {
		for _, s := range specials {
			got, want := make([]float32, len(specials)), make([]float32, len(specials))
			for j, v := range specials {
				got[j] = f(w, number(v), number(s)).float()
			}
			plainVec.vs[i](want, specials, s)
			if j := differ(got, want); j >= 0 {
				t.Errorf("%v of %v and %v is %v, want %v", firstBinary+opcode(i), specials[j], s, got[j], want[j])
			}
		}
	}
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

// plainMachine is a formula.Machine that spoils what an FMA may overwrite.
type plainMachine struct{}

func (plainMachine) Const(b uint32) *lane        { return result(lane(b)) }
func (plainMachine) Bits(x *lane) (uint32, bool) { return 0, false }
func (plainMachine) Add(x, y *lane) *lane        { return number(x.float() + y.float()) }
func (plainMachine) Sub(x, y *lane) *lane        { return number(x.float() - y.float()) }
func (plainMachine) Mul(x, y *lane) *lane        { return number(x.float() * y.float()) }
func (plainMachine) Div(x, y *lane) *lane        { return number(x.float() / y.float()) }
func (plainMachine) Sqrt(x *lane) *lane          { return number(sqrt32(x.float())) }
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
	y := number(fma32(a.float(), b.float(), c.float()))
	*a = formula.NaNBits
	return y
}

func (m plainMachine) FNMA(a, b, c *lane) *lane {
	*a ^= formula.SignBit
	return m.FMA(a, b, c)
}

func (plainMachine) Compare(p formula.Predicate, a, b *lane) *lane {
	x, y := a.float(), b.float()
	switch p {
	case formula.Equal:
		return mask(x == y)
	case formula.Unordered:
		return mask(x != x || y != y)
	case formula.NotEqual:
		return mask(x != y)
	case formula.OrderedAndUnequal:
		return mask(x < y || x > y)
	case formula.Less:
		return mask(x < y)
	case formula.LessEqual:
		return mask(x <= y)
	}
	return mask(!(x < y))
}
