package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"descent/internal/formula"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
	"descent/internal/rng"
)

// A vecCase is one function of the table behind one signature.
type vecCase struct {
	name string
	run  func(v *Table, dst, x, y, z []float32, s, t float32)
}

// vecCases covers every function of the table but the reductions.
func vecCases() (all []vecCase) {
	add := func(name string, run func(v *Table, dst, x, y, z []float32, s, t float32)) {
		all = append(all, vecCase{name, run})
	}
	for i := range formula.UnaryCount {
		add(i.String(), func(v *Table, dst, x, y, z []float32, s, t float32) { v.Unary[i](dst, x) })
	}
	for i := range formula.BinaryCount {
		name := i.String()
		add(name+"VV", func(v *Table, dst, x, y, z []float32, s, t float32) { v.VV[i](dst, x, y) })
		add(name+"VS", func(v *Table, dst, x, y, z []float32, s, t float32) { v.VS[i](dst, x, s) })
		add(name+"SV", func(v *Table, dst, x, y, z []float32, s, t float32) { v.SV[i](dst, x, s) })
	}
	add("selectVV", func(v *Table, dst, x, y, z []float32, s, t float32) { v.SelectVV(dst, x, y, z) })
	add("selectVS", func(v *Table, dst, x, y, z []float32, s, t float32) { v.SelectVS(dst, x, y, t) })
	add("selectSV", func(v *Table, dst, x, y, z []float32, s, t float32) { v.SelectSV(dst, x, y, s) })
	add("selectSS", func(v *Table, dst, x, y, z []float32, s, t float32) { v.SelectSS(dst, x, s, t) })
	add("axpby", func(v *Table, dst, x, y, z []float32, s, t float32) { v.Axpby(dst, x, y, s, t) })
	add("squareAxpby", func(v *Table, dst, x, y, z []float32, s, t float32) { v.SquareAxpby(dst, x, y, s, t) })
	add("axpy", func(v *Table, dst, x, y, z []float32, s, t float32) { v.Axpy(dst, x, y, s) })
	add("sqrtScaleAdd", func(v *Table, dst, x, y, z []float32, s, t float32) { v.SqrtScaleAdd(dst, x, s, t) })
	add("scaleDiv", func(v *Table, dst, x, y, z []float32, s, t float32) { v.ScaleDiv(dst, x, y, s) })
	add("ratio", func(v *Table, dst, x, y, z []float32, s, t float32) { v.Ratio(dst, x, y, s, t, 0.5) })
	add("ratioStep", func(v *Table, dst, x, y, z []float32, s, t float32) { v.RatioStep(dst, x, y, z, s, t, 0.5, 0.25) })
	add("takeEqual", func(v *Table, dst, x, y, z []float32, s, t float32) {
		v.TakeEqual(dst, slices.Clone(x[:len(dst)]), y, z, max(1, len(dst)), 0, 0)
	})
	add("takeEqual, rest", func(v *Table, dst, x, y, z []float32, s, t float32) {
		copy(dst, x)
		v.TakeEqual(make([]float32, len(dst)), dst, y, z, max(1, len(dst)), 0, 0)
	})
	add("takeEqual in groups", func(v *Table, dst, x, y, z []float32, s, t float32) {
		out := make([]float32, len(dst))
		for _, width := range []int{1, 5, 16, 33} {
			if n := len(dst) / width / 2; n > 0 { // every other group of out, group by group of y
				v.TakeEqual(out, slices.Clone(x[:n*width]), y, z, width, 2*width, width)
			}
		}
		copy(dst, out)
	})
	return all
}

// fastTiers runs f for every tier above plain that this machine has.
func fastTiers(t *testing.T, f func(t *testing.T, v *Table)) {
	t.Logf("tiers of this machine and build: %v", isa.Tiers())
	for _, tier := range isa.Tiers()[1:] {
		t.Run(tier.String(), func(t *testing.T) { f(t, For(tier)) })
	}
}

// TestVec holds every function to the plain one, in bits, over lengths and
// offsets, between guards, apart and in place.
func TestVec(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *Table) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, c := range vecCases() {
			for n := range 68 {
				for offset := range 4 {
					x, y, z := kerneltest.Floats(r, n, true), kerneltest.Floats(r, n, true), kerneltest.Floats(r, n, true)
					s, u := kerneltest.Floats(r, 1, true)[0], kerneltest.Floats(r, 1, true)[0]
					want := make([]float32, n)
					c.run(&plain, want, x, y, z, s, u)
					what := fmt.Sprintf("%s, %d at %d", c.name, n, offset)
					got, all := kerneltest.Guarded(n, offset)
					c.run(v, got, x, y, z, s, u)
					kerneltest.CheckGuards(t, what, all, n, offset)
					if i := kerneltest.Differ(got, want); i >= 0 {
						t.Fatalf("%s: element %d of x=%v y=%v z=%v s=%v t=%v is %v, want %v", what, i, x[i], y[i], z[i], s, u, got[i], want[i])
					}
					in, all := kerneltest.Guarded(n, offset)
					copy(in, x)
					c.run(v, in, in, y, z, s, u)
					kerneltest.CheckGuards(t, what+" in place", all, n, offset)
					if i := kerneltest.Differ(in, want); i >= 0 {
						t.Fatalf("%s in place: element %d is %v, want %v", what, i, in[i], want[i])
					}
				}
			}
		}
	})
}

// TestVecEdges puts operands at the edge of memory.
func TestVecEdges(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *Table) {
		r := rand.New(rand.NewPCG(15, 16))
		for n := range 36 {
			edge := func(n int) []float32 {
				x := kerneltest.Edge(t, n)
				copy(x, kerneltest.Floats(r, n, false))
				return x
			}
			dst, x, y, z := edge(n), edge(n), edge(n), edge(n)
			for _, c := range vecCases() {
				c.run(v, dst, x, y, z, 1.5, 2.5)
			}
			v.SumLanes(edge(Lanes), x)
			v.RowSum(edge(1), x, n)
			v.RowMax(edge(1), x, n)
			v.ColSum(dst, edge(3*n), 3)
		}
		v.Uniform(rng.Key{Seed: 1}, kerneltest.Edge(t, 2*uniformGroup), 0)
	})
}

// TestVecSpecials crosses all special values with each other.
func TestVecSpecials(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *Table) {
		for _, c := range vecCases() {
			n := len(kerneltest.Specials) * len(kerneltest.Specials)
			x, y, z := make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range n {
				x[i], y[i], z[i] = kerneltest.Specials[i/len(kerneltest.Specials)], kerneltest.Specials[i%len(kerneltest.Specials)], float32(i)
			}
			got, want := make([]float32, n), make([]float32, n)
			for _, s := range kerneltest.Specials {
				c.run(&plain, want, x, y, z, s, -s)
				c.run(v, got, x, y, z, s, -s)
				if i := kerneltest.Differ(got, want); i >= 0 {
					t.Fatalf("%s of x=%v y=%v s=%v is %v, want %v", c.name, x[i], y[i], s, got[i], want[i])
				}
			}
		}
	})
}

// TestVecMath walks the transcendental functions over all exponents.
func TestVecMath(t *testing.T) {
	const step = 50021 // a prime, so that significands vary
	x := make([]float32, 0, 1<<32/step+1)
	for b := uint64(0); b < 1<<32; b += step {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	for i := range 20000 {
		x = append(x, float32(i-10000)/400)
	}
	want, got := make([]float32, len(x)), make([]float32, len(x))
	for f := range formula.UnaryCount {
		if f.Operations() == 1 {
			continue
		}
		plain.Unary[f](want, x)
		fastTiers(t, func(t *testing.T, v *Table) {
			v.Unary[f](got, x)
			if i := kerneltest.Differ(got, want); i >= 0 {
				t.Errorf("%v(%v) is %v, want %v", f, x[i], got[i], want[i])
			}
		})
	}
}

// TestVecLanes holds the reductions to the plain ones.
func TestVecLanes(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *Table) {
		r := rand.New(rand.NewPCG(9, 10))
		for n := range 68 {
			for offset := range 4 {
				x, start := kerneltest.Floats(r, n+offset, offset&1 != 0)[offset:], kerneltest.Floats(r, Lanes, offset&2 != 0)
				got, all := kerneltest.Guarded(Lanes, offset)
				want := make([]float32, Lanes)
				copy(got, start)
				copy(want, start)
				v.SumLanes(got, x)
				sumLanesPlain(want, x)
				kerneltest.CheckGuards(t, "sumLanes", all, Lanes, offset)
				if i := kerneltest.Differ(got, want); i >= 0 {
					t.Fatalf("sumLanes of %d: lane %d is %v, want %v", n, i, got[i], want[i])
				}
			}
		}
	})
}

func TestVecRows(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *Table) {
		r := rand.New(rand.NewPCG(13, 14))
		for cols := range 68 {
			for rows := range 5 {
				x := kerneltest.Floats(r, rows*cols+rows, rows&1 != 0)[rows:]
				want := make([]float32, rows)
				for name, f := range map[string][2]func(dst, x []float32, cols int){
					"rowSum": {v.RowSum, rowSumPlain}, "rowMax": {v.RowMax, rowMaxPlain},
				} {
					got, all := kerneltest.Guarded(rows, cols&3)
					f[0](got, x, cols)
					f[1](want, x, cols)
					kerneltest.CheckGuards(t, name, all, rows, cols&3)
					if i := kerneltest.Differ(got, want); i >= 0 {
						t.Fatalf("%s of %d×%d: row %d is %v, want %v", name, rows, cols, i, got[i], want[i])
					}
				}
			}
		}
	})
}

func TestVecColSum(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *Table) {
		r := rand.New(rand.NewPCG(11, 12))
		for w := range 150 {
			for rows := 1; rows < 6; rows++ {
				x, start := kerneltest.Floats(r, rows*w, rows == 3), kerneltest.Floats(r, w, rows == 3)
				got, all := kerneltest.Guarded(w, rows&3)
				want := make([]float32, w)
				copy(got, start)
				copy(want, start)
				v.ColSum(got, x, rows)
				colSumPlain(want, x, rows)
				kerneltest.CheckGuards(t, "colSum", all, w, rows&3)
				if i := kerneltest.Differ(got, want); i >= 0 {
					t.Fatalf("colSum of %d×%d: column %d is %v, want %v", rows, w, i, got[i], want[i])
				}
			}
		}
	})
}

// TestVecUniform holds the streams to package rng, where indices wrap too.
func TestVecUniform(t *testing.T) {
	for _, tier := range isa.Tiers() {
		v := For(tier)
		key := rng.Key{Seed: 0x0123456789abcdef, Stream: 0xfedcba9876543210, Draw: 77}
		for _, start := range []int{0, 1, 3, 4, 1000003, 4<<32 - 70} {
			for _, n := range []int{0, 1, 5, 31, 32, 33, 64, 200} {
				got, all := kerneltest.Guarded(n, 1)
				v.Uniform(key, got, start)
				kerneltest.CheckGuards(t, "uniform", all, n, 1)
				want := make([]float32, n)
				key.Uniform(want, start)
				if i := kerneltest.Differ(got, want); i >= 0 {
					t.Fatalf("%v, %d from %d: element %d is %v, want %v", tier, n, start, i, got[i], want[i])
				}
			}
		}
	}
}

// TestVecWhole looks for functions that a tier's table lacks.
func TestVecWhole(t *testing.T) {
	var look func(what string, v reflect.Value)
	look = func(what string, v reflect.Value) {
		switch {
		case v.Kind() == reflect.Array:
			for i := range v.Len() {
				look(fmt.Sprintf("%s[%d]", what, i), v.Index(i))
			}
		case v.IsNil():
			t.Errorf("%s is missing", what)
		}
	}
	for _, tier := range isa.Tiers() {
		table := reflect.ValueOf(*For(tier))
		for i := range table.NumField() {
			look(tier.String()+": "+table.Type().Field(i).Name, table.Field(i))
		}
	}
}

// TestVecGenerated fails if generating the assembly anew would change it.
func TestVecGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the generator")
	}
	kerneltest.Generated(t, "vec")
}

// TestVecWords holds the words of the assembly for arm64 to their comments.
func TestVecWords(t *testing.T) { kerneltest.Words(t, "neon_arm64.s") }

func BenchmarkVec(b *testing.B) {
	const n = 1024
	x, y, z, dst := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range n {
		x[i], y[i], z[i] = float32(i)/256, 1+float32(i)/n, 2
	}
	for _, tier := range isa.Tiers() {
		v := For(tier)
		b.Run(tier.String()+"/uniform", func(b *testing.B) {
			for b.Loop() {
				v.Uniform(rng.Key{Seed: 1}, dst, 0)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
		for _, c := range vecCases() {
			b.Run(tier.String()+"/"+c.name, func(b *testing.B) {
				for b.Loop() {
					c.run(v, dst, x, y, z, 1.5, 2.5)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}
