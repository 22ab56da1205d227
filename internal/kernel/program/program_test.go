package program

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"descent/internal/formula"
	"descent/internal/jit"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
)

// domains has shapes around the boundaries of tiles and tasks.
var domains = [][2]int{{1, 1}, {1, 7}, {5, 1}, {3, 10}, {7, 16}, {32, 33}, {2, 1030}, {40, 300}, {1, 20000}, {20000, 1}, {1700, 10}, {33, 2100}}

// forTiers runs f on every tier, with machine code and interpreted.
func forTiers(t *testing.T, f func(t *testing.T)) {
	for _, tier := range isa.Tiers() {
		t.Run(tier.String(), func(t *testing.T) {
			defer isa.Use(tier)()
			defer isa.Interpret(false)()
			f(t)
		})
		if tier != isa.Plain && jit.Available() {
			t.Run(tier.String()+","+isa.Interpreted, func(t *testing.T) {
				defer isa.Use(tier)()
				defer isa.Interpret(true)()
				f(t)
			})
		}
	}
}

// TestProgramRandom runs random programs against the naive evaluator.
func TestProgramRandom(t *testing.T) {
	forTiers(t, func(t *testing.T) {
		for seed := range uint64(160) {
			r := rand.New(rand.NewPCG(seed, 1))
			b := randomProgram(r, 14, seed%3 == 0, seed%2 == 0)
			shape := domains[r.IntN(len(domains))]
			if shape[0]*shape[1] > 4000 && seed%6 != 0 {
				shape = domains[r.IntN(6)]
			}
			rows, cols := shape[0], shape[1]
			c := randomCall(r, b, rows, cols)
			want := evaluate(b, rows, cols, c)
			p := b.Build()
			t.Run(fmt.Sprintf("seed%d/%dx%d", seed, rows, cols), func(t *testing.T) {
				defer func() {
					if t.Failed() {
						t.Log(p)
					}
				}()
				runKernel(p.Kernel(rows, cols), c)
				want.check(t, c.Out)
			})
		}
	})
}

// TestProgramRect runs random programs as an epilogue, rectangle by
// rectangle of a random cut.
func TestProgramRect(t *testing.T) {
	forTiers(t, func(t *testing.T) {
		for seed := range uint64(120) {
			r := rand.New(rand.NewPCG(seed, 2))
			b := randomProgram(r, 10, false, false)
			p := b.Build()
			if !p.CanFollow() {
				t.Fatalf("seed %d: cannot follow\n%v", seed, p)
			}
			shape := domains[r.IntN(len(domains))]
			if seed%8 != 0 {
				shape = domains[r.IntN(7)]
			}
			rows, cols := shape[0], shape[1]
			c := randomCall(r, b, rows, cols)
			want := evaluate(b, rows, cols, c)
			if b.Class(b.outputs[0].reg) == Full && seed%2 == 0 { // as a matrix product has it
				c.Out[0] = c.In[0]
			}
			stepR, stepC := 1+r.IntN(rows), 1+r.IntN(cols)
			scratch := make([]float32, p.Scratch(stepC))
			for r0 := 0; r0 < rows; r0 += stepR {
				for c0 := 0; c0 < cols; c0 += stepC {
					kerneltest.Fill(scratch, float32(math.NaN()))
					p.RunRect(c, c.In[0], c.In[1:], rows, cols, r0, min(r0+stepR, rows), c0, min(c0+stepC, cols), scratch)
				}
			}
			want.check(t, c.Out)
			if t.Failed() {
				t.Fatalf("seed %d, %d×%d by %d×%d\n%v", seed, rows, cols, stepR, stepC, p)
			}
		}
	})
}

// adam writes Adam's update: inputs g, m, v, θ; outputs m, v, θ; scalars β₁,
// 1-β₁, β₂, 1-β₂, 1/(1-β₁ᵗ), 1/(1-β₂ᵗ), η.
func adam() *Builder {
	b := NewBuilder()
	g, m, v, theta := b.Input(Full), b.Input(Full), b.Input(Full), b.Input(Full)
	s := make([]Reg, 7)
	for i := range s {
		s[i] = b.Scalar(i)
	}
	m = b.Add(b.Mul(s[0], m), b.Mul(s[1], g))
	v = b.Add(b.Mul(s[2], v), b.Mul(s[3], b.Square(g)))
	u := b.Div(b.Mul(m, s[4]), b.Add(b.Sqrt(b.Mul(v, s[5])), b.Const(1e-8)))
	b.Output(m)
	b.Output(v)
	b.Output(b.Sub(theta, b.Mul(s[6], u)))
	return b
}

func adamCall(n int) *kernel.Call {
	r := rand.New(rand.NewPCG(5, 6))
	c := &kernel.Call{Scalars: []float32{0.9, 0.1, 0.999, 0.001, 1.2, 1.3, 1e-3}}
	for range 4 {
		c.In = append(c.In, kerneltest.Floats(r, n, false))
	}
	for i, v := range c.In[2] {
		c.In[2][i] = formula.Abs32(v)
	}
	return c
}

func TestProgramListing(t *testing.T) {
	const want = `once:
	s0 = scalar 0
	s1 = scalar 1
	s2 = scalar 2
	s3 = scalar 3
	s4 = scalar 4
	s5 = scalar 5
	s6 = scalar 6
	s7 = const 1e-08
each tile:
	t0|out0 = axpby in1 s0 in0 s1
	t1|out1 = squareaxpby in0 s3 in2 s2
	t2|out2 = ratiostep t0|out0 s4 t1|out1 s5 s7 in3 s6 negated
out0 = t0|out0
out1 = t1|out1
out2 = t2|out2
`
	if got := adam().Build().String(); got != want {
		t.Errorf("Adam's program is\n%s\nwant\n%s", got, want)
	}
}

// TestProgramInPlace lets outputs share memory with inputs in every pairing
// that the classes allow: results must be those of buffers apart.
func TestProgramInPlace(t *testing.T) {
	forTiers(t, func(t *testing.T) {
		for seed := range uint64(240) {
			r := rand.New(rand.NewPCG(seed, 3))
			b := randomProgram(r, 8, seed%4 == 0, seed%3 == 0)
			if seed%5 == 0 { // two buffers trade places
				b = NewBuilder()
				x, y := b.Input(Full), b.Input(Full)
				b.Output(y)
				b.Output(x)
			}
			shape := domains[r.IntN(8)]
			rows, cols := shape[0], shape[1]
			c := randomCall(r, b, rows, cols)
			want := evaluate(b, rows, cols, c)
			free, p := r.Perm(len(c.In)), b.Build()
			for j, o := range b.outputs {
				class := b.Class(o.reg)
				if o.kind != outValue || class != p.class {
					continue
				}
				for k, i := range free {
					if b.inputs[i] == class {
						c.Out[j] = c.In[i]
						free = slices.Delete(free, k, k+1)
						break
					}
				}
			}
			runKernel(p.Kernel(rows, cols), c)
			want.check(t, c.Out)
			if t.Failed() {
				t.Fatalf("seed %d, %d×%d\n%v", seed, rows, cols, p)
			}
		}
	})
}

// TestProgramTrade is the pairing that random programs may miss: two buffers
// trade places, so neither may be written before both are read.
func TestProgramTrade(t *testing.T) {
	b := NewBuilder()
	x, y := b.Input(Full), b.Input(Full)
	b.Output(y)
	b.Output(x)
	r := rand.New(rand.NewPCG(1, 1))
	c := randomCall(r, b, 3, 1000)
	c.Out[0], c.Out[1] = c.In[0], c.In[1]
	want := evaluate(b, 3, 1000, c)
	runKernel(b.Build().Kernel(3, 1000), c)
	want.check(t, c.Out)
}

// TestProgramSums holds the sums to their definition where one tile covers
// the domain, and to equal bits on every tier elsewhere.
func TestProgramSums(t *testing.T) {
	b := NewBuilder()
	x := b.Input(Full)
	b.SumAll(b.Square(x))
	b.ColSum(x)
	b.SumAll(b.RowSum(x))
	p := b.Build()
	for _, shape := range domains {
		rows, cols := shape[0], shape[1]
		var first [][]float32
		forTiers(t, func(t *testing.T) {
			c := randomCall(rand.New(rand.NewPCG(9, 9)), b, rows, cols)
			want := evaluate(b, rows, cols, c)
			runKernel(p.Kernel(rows, cols), c)
			want.check(t, c.Out)
			if first == nil {
				first = c.Out
			}
			for j := range first {
				if i := kerneltest.Differ(c.Out[j], first[j]); i >= 0 {
					t.Errorf("%d×%d: output %d element %d is %v, plain %v", rows, cols, j, i, c.Out[j][i], first[j][i])
				}
			}
			if rows*cols <= tileSize {
				if got, want := c.Out[0][0], naiveSum(want.values[b.outputs[0].reg]); got != want {
					t.Errorf("%d×%d: sum %v, by lanes %v", rows, cols, got, want)
				}
			}
		})
	}
}

func TestProgramAllocates(t *testing.T) {
	b := adam()
	p := b.Build()
	k := p.Kernel(1, 20000)
	c := adamCall(20000)
	c.Out = c.In[1:]
	c.Scratch = make([]float32, max(k.Scratch(), p.Scratch(100)))
	if n := testing.AllocsPerRun(10, func() { k.Run(1, c) }); n != 0 {
		t.Errorf("Run allocates %v times", n)
	}
	if n := testing.AllocsPerRun(10, func() {
		p.RunRect(c, c.In[0], c.In[1:], 100, 200, 8, 50, 100, 200, c.Scratch)
	}); n != 0 {
		t.Errorf("RunRect allocates %v times", n)
	}
	s := NewBuilder()
	s.SumAll(s.Unary(formula.Exp, s.Sub(s.Input(Full), s.RowMax(0))))
	s.ColSum(s.Uniform(1))
	f := s.Build().Kernel(100, 200).(kernel.Finisher)
	c.Scratch, c.Shared = make([]float32, f.Scratch()), make([]float32, f.Shared())
	c.Out = [][]float32{make([]float32, 1), make([]float32, 200)}
	if n := testing.AllocsPerRun(10, func() { f.Run(0, c); f.Finish(c) }); n != 0 {
		t.Errorf("Run and Finish with sinks allocate %v times", n)
	}
}

// benchmarkKernel reports the time for one element of the domain.
func benchmarkKernel(b *testing.B, k kernel.Kernel, c *kernel.Call, n int) {
	c.Scratch, c.Shared = make([]float32, k.Scratch()), make([]float32, k.Shared())
	for b.Loop() {
		for i := range k.Tasks() {
			k.Run(i, c)
		}
		if f, ok := k.(kernel.Finisher); ok {
			f.Finish(c)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
}

func BenchmarkAdam(b *testing.B) {
	for _, n := range []int{1 << 10, 16 << 10, 1 << 20} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := adamCall(n)
			c.Out = c.In[1:]
			benchmarkKernel(b, adam().Build().Kernel(1, n), c, n)
		})
	}
}

// BenchmarkProgram has the programs of a dense network beside its products.
func BenchmarkProgram(b *testing.B) {
	for _, p := range []struct {
		name  string
		write func(b *Builder, x Reg)
	}{
		{"relu", func(b *Builder, x Reg) { b.Output(b.Binary(formula.Max, b.Add(x, b.Input(Col)), b.Const(0))) }},
		{"dropout", func(b *Builder, x Reg) {
			keep := b.Binary(formula.Less, b.Uniform(1), b.Const(0.8))
			b.Output(b.Mul(b.Mul(x, keep), b.Const(1.25)))
		}},
		{"softmax", func(b *Builder, x Reg) {
			e := b.Unary(formula.Exp, b.Sub(x, b.RowMax(x)))
			b.Output(b.Div(e, b.RowSum(e)))
		}},
		{"bias gradient", func(b *Builder, x Reg) { b.ColSum(x) }},
		{"norm", func(b *Builder, x Reg) { b.SumAll(b.Square(x)) }},
	} {
		for _, shape := range [][2]int{{128, 10}, {128, 512}, {4096, 32}, {128, 50}, {128, 100}} {
			w := NewBuilder()
			p.write(w, w.Input(Full))
			rows, cols := shape[0], shape[1]
			b.Run(fmt.Sprintf("%s/%dx%d", p.name, rows, cols), func(b *testing.B) {
				c := randomCall(rand.New(rand.NewPCG(3, 4)), w, rows, cols)
				benchmarkKernel(b, w.Build().Kernel(rows, cols), c, rows*cols)
			})
		}
	}
}
