package kernel

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"descent/internal/kernel/isa"
	"descent/internal/rng"
)

// A vecCase is one function of the table behind one signature.
type vecCase struct {
	name string
	run  func(v *vecTable, dst, x, y, z []float32, s, t float32)
}

// vecCases covers every function of the table but the reductions.
func vecCases() (all []vecCase) {
	add := func(name string, run func(v *vecTable, dst, x, y, z []float32, s, t float32)) {
		all = append(all, vecCase{name, run})
	}
	for i := range unaryCount {
		add((firstUnary + opcode(i)).String(), func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.unary[i](dst, x) })
	}
	for i := range binaryCount {
		name := (firstBinary + opcode(i)).String()
		add(name+"VV", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.vv[i](dst, x, y) })
		add(name+"VS", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.vs[i](dst, x, s) })
		add(name+"SV", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.sv[i](dst, x, s) })
	}
	add("selectVV", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.selectVV(dst, x, y, z) })
	add("selectVS", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.selectVS(dst, x, y, t) })
	add("selectSV", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.selectSV(dst, x, y, s) })
	add("selectSS", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.selectSS(dst, x, s, t) })
	add("axpby", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.axpby(dst, x, y, s, t) })
	add("squareAxpby", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.squareAxpby(dst, x, y, s, t) })
	add("axpy", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.axpy(dst, x, y, s) })
	add("sqrtScaleAdd", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.sqrtScaleAdd(dst, x, s, t) })
	add("scaleDiv", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.scaleDiv(dst, x, y, s) })
	add("ratio", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.ratio(dst, x, y, s, t, 0.5) })
	add("ratioStep", func(v *vecTable, dst, x, y, z []float32, s, t float32) { v.ratioStep(dst, x, y, z, s, t, 0.5, 0.25) })
	add("takeEqual", func(v *vecTable, dst, x, y, z []float32, s, t float32) {
		v.takeEqual(dst, slices.Clone(x[:len(dst)]), y, z, max(1, len(dst)), 0, 0)
	})
	add("takeEqual, rest", func(v *vecTable, dst, x, y, z []float32, s, t float32) {
		copy(dst, x)
		v.takeEqual(make([]float32, len(dst)), dst, y, z, max(1, len(dst)), 0, 0)
	})
	add("takeEqual in groups", func(v *vecTable, dst, x, y, z []float32, s, t float32) {
		out := make([]float32, len(dst))
		for _, width := range []int{1, 5, 16, 33} {
			if n := len(dst) / width / 2; n > 0 { // every other group of out, group by group of y
				v.takeEqual(out, slices.Clone(x[:n*width]), y, z, width, 2*width, width)
			}
		}
		copy(dst, out)
	})
	return all
}

const guard = float32(-12345.5)

// guarded returns n floats at an offset between guard values, and all of it.
func guarded(n, offset int) (x, all []float32) {
	all = make([]float32, n+offset+32)
	fill(all, guard)
	return all[16+offset:][:n:n], all
}

func checkGuards(t *testing.T, what string, all []float32, n, offset int) {
	t.Helper()
	for i, v := range all {
		if (i < 16+offset || i >= 16+offset+n) && v != guard {
			t.Fatalf("%s: writes outside, at %d of %d", what, i-16-offset, n)
		}
	}
}

// fastTiers runs f for every tier above plain that this machine has.
func fastTiers(t *testing.T, f func(t *testing.T, v *vecTable)) {
	if isa.Best() != isa.AVX512 {
		t.Logf("this machine and build stop at %v", isa.Best())
	}
	for _, tier := range isa.Tiers()[1:] {
		t.Run(tier.String(), func(t *testing.T) { f(t, vecFor(tier)) })
	}
}

// TestVec holds every function to the plain one, in bits, over lengths and
// offsets, between guards, apart and in place.
func TestVec(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *vecTable) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, c := range vecCases() {
			for n := range 68 {
				for offset := range 4 {
					x, y, z := randomFloats(r, n, true), randomFloats(r, n, true), randomFloats(r, n, true)
					s, u := randomFloats(r, 1, true)[0], randomFloats(r, 1, true)[0]
					want := make([]float32, n)
					c.run(&plainVec, want, x, y, z, s, u)
					what := fmt.Sprintf("%s, %d at %d", c.name, n, offset)
					got, all := guarded(n, offset)
					c.run(v, got, x, y, z, s, u)
					checkGuards(t, what, all, n, offset)
					if i := differ(got, want); i >= 0 {
						t.Fatalf("%s: element %d of x=%v y=%v z=%v s=%v t=%v is %v, want %v", what, i, x[i], y[i], z[i], s, u, got[i], want[i])
					}
					in, all := guarded(n, offset)
					copy(in, x)
					c.run(v, in, in, y, z, s, u)
					checkGuards(t, what+" in place", all, n, offset)
					if i := differ(in, want); i >= 0 {
						t.Fatalf("%s in place: element %d is %v, want %v", what, i, in[i], want[i])
					}
				}
			}
		}
	})
}

// TestVecSpecials crosses all special values with each other.
func TestVecSpecials(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *vecTable) {
		for _, c := range vecCases() {
			n := len(specials) * len(specials)
			x, y, z := make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range n {
				x[i], y[i], z[i] = specials[i/len(specials)], specials[i%len(specials)], float32(i)
			}
			got, want := make([]float32, n), make([]float32, n)
			for _, s := range specials {
				c.run(&plainVec, want, x, y, z, s, -s)
				c.run(v, got, x, y, z, s, -s)
				if i := differ(got, want); i >= 0 {
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
	for _, c := range mathCases {
		plainVec.unary[c.op-firstUnary](want, x)
		fastTiers(t, func(t *testing.T, v *vecTable) {
			v.unary[c.op-firstUnary](got, x)
			if i := differ(got, want); i >= 0 {
				t.Errorf("%s(%v) is %v, want %v", c.name, x[i], got[i], want[i])
			}
		})
	}
}

// TestVecLanes holds the reductions to the plain ones.
func TestVecLanes(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *vecTable) {
		r := rand.New(rand.NewPCG(9, 10))
		for n := range 68 {
			for offset := range 4 {
				x, start := randomFloats(r, n+offset, offset&1 != 0)[offset:], randomFloats(r, lanes, offset&2 != 0)
				got, all := guarded(lanes, offset)
				want := make([]float32, lanes)
				copy(got, start)
				copy(want, start)
				v.sumLanes(got, x)
				sumLanesPlain(want, x)
				checkGuards(t, "sumLanes", all, lanes, offset)
				if i := differ(got, want); i >= 0 {
					t.Fatalf("sumLanes of %d: lane %d is %v, want %v", n, i, got[i], want[i])
				}
			}
		}
	})
}

func TestVecRows(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *vecTable) {
		r := rand.New(rand.NewPCG(13, 14))
		for cols := range 68 {
			for rows := range 5 {
				x := randomFloats(r, rows*cols+rows, rows&1 != 0)[rows:]
				want := make([]float32, rows)
				for name, f := range map[string][2]func(dst, x []float32, cols int){
					"rowSum": {v.rowSum, rowSumPlain}, "rowMax": {v.rowMax, rowMaxPlain},
				} {
					got, all := guarded(rows, cols&3)
					f[0](got, x, cols)
					f[1](want, x, cols)
					checkGuards(t, name, all, rows, cols&3)
					if i := differ(got, want); i >= 0 {
						t.Fatalf("%s of %d×%d: row %d is %v, want %v", name, rows, cols, i, got[i], want[i])
					}
				}
			}
		}
	})
}

func TestVecColSum(t *testing.T) {
	fastTiers(t, func(t *testing.T, v *vecTable) {
		r := rand.New(rand.NewPCG(11, 12))
		for w := range 150 {
			for rows := 1; rows < 6; rows++ {
				x, start := randomFloats(r, rows*w, rows == 3), randomFloats(r, w, rows == 3)
				got, all := guarded(w, rows&3)
				want := make([]float32, w)
				copy(got, start)
				copy(want, start)
				v.colSum(got, x, rows)
				colSumPlain(want, x, rows)
				checkGuards(t, "colSum", all, w, rows&3)
				if i := differ(got, want); i >= 0 {
					t.Fatalf("colSum of %d×%d: column %d is %v, want %v", rows, w, i, got[i], want[i])
				}
			}
		}
	})
}

// TestVecUniform holds the streams to package rng, where indices wrap too.
func TestVecUniform(t *testing.T) {
	forTiers(t, func(t *testing.T) {
		v := vecFor(isa.Current())
		key := rng.Key{Seed: 0x0123456789abcdef, Stream: 0xfedcba9876543210, Draw: 77}
		for _, start := range []int{0, 1, 3, 4, 1000003, 4<<32 - 70} {
			for _, n := range []int{0, 1, 5, 31, 32, 33, 64, 200} {
				got, all := guarded(n, 1)
				v.uniform(key, got, start)
				checkGuards(t, "uniform", all, n, 1)
				want := make([]float32, n)
				key.Uniform(want, start)
				if i := differ(got, want); i >= 0 {
					t.Fatalf("%d from %d: element %d is %v, want %v", n, start, i, got[i], want[i])
				}
			}
		}
	})
}

// TestVecGenerated fails if generating the assembly anew would change it.
func TestVecGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the generator")
	}
	dir := t.TempDir()
	cmd := exec.Command("go", "run", "./vector", "-dir", dir)
	cmd.Dir = "_asm"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("the generator does not run here: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 4 {
		t.Fatalf("the generator wrote %v, %v; want 4 files", files, err)
	}
	for _, f := range files {
		fresh, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile(filepath.Base(f))
		if err != nil || !bytes.Equal(fresh, committed) {
			t.Errorf("%s is stale: run go generate ./internal/kernel (%v)", filepath.Base(f), err)
		}
	}
}

func BenchmarkVec(b *testing.B) {
	const n = 1024
	x, y, z, dst := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range n {
		x[i], y[i], z[i] = float32(i)/256, 1+float32(i)/n, 2
	}
	for _, tier := range isa.Tiers() {
		v := vecFor(tier)
		b.Run(tier.String()+"/uniform", func(b *testing.B) {
			for b.Loop() {
				v.uniform(rng.Key{Seed: 1}, dst, 0)
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
