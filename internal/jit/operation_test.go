package jit_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"unsafe"

	"descent/internal/fma"
	"descent/internal/formula"
	"descent/internal/jit"
)

type (
	loop  = jit.Loop
	value = jit.Value
)

func bits(x float32) uint32   { return math.Float32bits(x) }
func number(b uint32) float32 { return math.Float32frombits(b) }

// operations have what each operation means, in plain Go.
var operations = []struct {
	name  string
	write func(l *loop, x, y, z value) value
	plain func(x, y, z float32) float32
}{
	{"x+y", func(l *loop, x, y, z value) value { return l.Add(x, y) }, func(x, y, z float32) float32 { return x + y }},
	{"x-y", func(l *loop, x, y, z value) value { return l.Sub(x, y) }, func(x, y, z float32) float32 { return x - y }},
	{"x·y", func(l *loop, x, y, z value) value { return l.Mul(x, y) }, func(x, y, z float32) float32 { return x * y }},
	{"x/y", func(l *loop, x, y, z value) value { return l.Div(x, y) }, func(x, y, z float32) float32 { return x / y }},
	{"x·y+z", func(l *loop, x, y, z value) value { return l.Add(l.Mul(x, y), z) }, func(x, y, z float32) float32 { return float32(x*y) + z }},
	{"min", func(l *loop, x, y, z value) value { return l.Min(x, y) }, func(x, y, z float32) float32 { return pick(x < y, x, y) }},
	{"max", func(l *loop, x, y, z value) value { return l.Max(x, y) }, func(x, y, z float32) float32 { return pick(x > y, x, y) }},
	{"and", func(l *loop, x, y, z value) value { return l.And(x, y) }, func(x, y, z float32) float32 { return number(bits(x) & bits(y)) }},
	{"or", func(l *loop, x, y, z value) value { return l.Or(x, y) }, func(x, y, z float32) float32 { return number(bits(x) | bits(y)) }},
	{"xor", func(l *loop, x, y, z value) value { return l.Xor(x, y) }, func(x, y, z float32) float32 { return number(bits(x) ^ bits(y)) }},
	{"integer +", func(l *loop, x, y, z value) value { return l.AddInt(x, y) }, func(x, y, z float32) float32 { return number(bits(x) + bits(y)) }},
	{"integer −", func(l *loop, x, y, z value) value { return l.SubInt(x, y) }, func(x, y, z float32) float32 { return number(bits(x) - bits(y)) }},
	{"integer max", func(l *loop, x, y, z value) value { return l.MaxInt(x, y) }, func(x, y, z float32) float32 {
		return number(uint32(max(int32(bits(x)), int32(bits(y)))))
	}},
	{"root", func(l *loop, x, y, z value) value { return l.Sqrt(x) }, func(x, y, z float32) float32 { return float32(math.Sqrt(float64(x))) }},
	{"to number", func(l *loop, x, y, z value) value { return l.ToFloat(x) }, func(x, y, z float32) float32 { return float32(int32(bits(x))) }},
	{"shl 23", func(l *loop, x, y, z value) value { return l.Shl(x, 23) }, func(x, y, z float32) float32 { return number(bits(x) << 23) }},
	{"sar 1", func(l *loop, x, y, z value) value { return l.Sar(x, 1) }, func(x, y, z float32) float32 { return number(uint32(int32(bits(x)) >> 1)) }},
	{"sar 31", func(l *loop, x, y, z value) value { return l.Sar(x, 31) }, func(x, y, z float32) float32 { return number(uint32(int32(bits(x)) >> 31)) }},
	{"fma", func(l *loop, x, y, z value) value { return l.FMA(x, y, z) }, func(x, y, z float32) float32 { return fma.MulAdd(x, y, z) }},
	{"fnma", func(l *loop, x, y, z value) value { return l.FNMA(x, y, z) }, func(x, y, z float32) float32 { return fma.MulAdd(-x, y, z) }},
	{"=", where(formula.IsEqual), func(x, y, z float32) float32 { return pick(x == y, x, z) }},
	{"≠", where(formula.IsNotEqual), func(x, y, z float32) float32 { return pick(x != y, x, z) }},
	{"unordered", where(formula.IsUnordered), func(x, y, z float32) float32 { return pick(x != x || y != y, x, z) }},
	{"< or >", where(formula.IsOrderedAndUnequal), func(x, y, z float32) float32 { return pick(x < y || x > y, x, z) }},
	{"<", where(formula.IsLess), func(x, y, z float32) float32 { return pick(x < y, x, z) }},
	{"≤", where(formula.IsLessEqual), func(x, y, z float32) float32 { return pick(x <= y, x, z) }},
	{"not <", where(formula.IsNotLess), func(x, y, z float32) float32 { return pick(!(x < y), x, z) }},
	{"only", func(l *loop, x, y, z value) value { return l.Only(l.Compare(formula.IsLess, x, y), z) }, func(x, y, z float32) float32 { return pick(x < y, z, 0) }},
}

func pick(mask bool, x, y float32) float32 {
	if mask {
		return x
	}
	return y
}

func where(p formula.Predicate) func(l *loop, x, y, z value) value {
	return func(l *loop, x, y, z value) value { return l.Pick(l.Compare(p, x, y), x, z) }
}

// TestOperations holds the operations of every target to their meaning, over
// special values in all combinations, where operands are read later and where
// they are not, in registers, in memory, and the same ones twice.
func TestOperations(t *testing.T) {
	special := []float32{0, number(1 << 31), 1, -1, 1.5, number(0x3F800001), -3e-39, 1e-45, 3.4e38, -3.4e38, 1 << 24, number(7),
		float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), number(0x7F7FFFFF), number(0x80800000), 0x1p-24}
	var x, y, z []float32
	for i := range len(special) * len(special) * len(special) {
		n := len(special)
		x, y, z = append(x, special[i%n]), append(y, special[i/n%n]), append(z, special[i/n/n])
	}
	for _, target := range targets(t) {
		for _, o := range operations {
			for form := range 1 << 3 { // which operands are read later
				name := fmt.Sprintf("%s, %s, form %d", target, o.name, form)
				l := jit.NewLoop()
				a, b, c := l.Load(0), l.Load(1), l.Load(2)
				l.Store(3, o.write(l, a, b, c))
				kept := l.Const(0)
				for k, v := range []value{a, b, c} {
					if form>>k&1 != 0 {
						kept = l.Or(kept, v)
					}
				}
				l.Store(4, kept)
				got := run(t, l, target, x, y, z)
				for i := range x {
					differs(t, name, got[0][i], o.plain(x[i], y[i], z[i]), x[i], y[i], z[i])
					var want uint32
					for k, v := range []float32{x[i], y[i], z[i]} {
						if form>>k&1 != 0 {
							want |= bits(v)
						}
					}
					if bits(got[1][i]) != want {
						t.Fatalf("%s of %v, %v and %v: an operand has changed", name, x[i], y[i], z[i])
					}
				}
			}
			for _, full := range []int{0, 64} { // other numbers, that take the registers
				for constant := 1; constant < 1<<3; constant++ { // which operands are
					l := jit.NewLoop()
					v := []value{l.Load(0), l.Load(1), l.Load(2)}
					in := [][]float32{x, y, z}
					for k := range v {
						if constant>>k&1 != 0 {
							v[k], in[k] = l.Const(bits(special[4+k])), slices.Repeat([]float32{special[4+k]}, len(x))
						}
					}
					r := o.write(l, v[0], v[1], v[2])
					l.Store(3, r)
					for i := range full {
						r = l.Xor(l.Xor(r, l.Const(uint32(1000+i))), l.Const(uint32(1000+i)))
						r = l.Or(r, l.And(r, l.Const(uint32(1000+i))))
					}
					l.Store(4, r)
					got := run(t, l, target, x, y, z)
					name := fmt.Sprintf("%s, %s, constants %d among %d", target, o.name, constant, full)
					for i := range x {
						differs(t, name, got[0][i], o.plain(in[0][i], in[1][i], in[2][i]), in[0][i], in[1][i], in[2][i])
					}
				}
			}
			l := jit.NewLoop()
			a := l.Load(0)
			l.Store(3, o.write(l, a, a, a))
			got, name := run(t, l, target, x, y, z), fmt.Sprintf("%s, %s of one", target, o.name)
			for i := range x {
				differs(t, name, got[0][i], o.plain(x[i], x[i], x[i]), x[i], x[i], x[i])
			}
		}
	}
}

// differs fails if got is not want to the bit; any NaN is one.
func differs(t *testing.T, name string, got, want, x, y, z float32) {
	if bits(got) != bits(want) && (got == got || want == want) {
		t.Helper()
		t.Fatalf("%s of %v, %v and %v: %v, want %v", name, x, y, z, got, want)
	}
}

// run runs the loop over one row of the streams x, and returns streams 3 and 4.
func run(t *testing.T, l *loop, target *jit.Target, x ...[]float32) (out [2][]float32) {
	t.Helper()
	text, err := l.Assemble(target)
	if err != nil {
		t.Fatal(err)
	}
	code, err := jit.Load(text.Code)
	if err != nil {
		t.Fatal(err)
	}
	spill := make([]float32, text.Spill+1)
	a := jit.Args{Rows: 1, Spill: unsafe.Pointer(&spill[0])}
	a.SetLine(len(x[0]))
	for i, s := range x {
		a.Streams[i] = jit.Stream{At: unsafe.Pointer(&s[0])}
	}
	for i := range out {
		out[i] = make([]float32, len(x[0]))
		a.Streams[3+i] = jit.Stream{At: unsafe.Pointer(&out[i][0])}
	}
	code.Run(&a)
	return out
}
