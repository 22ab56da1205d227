package program

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"slices"
	"sync"
	"testing"

	"descent/internal/formula"
	"descent/internal/jit"
	"descent/internal/kernel"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/kerneltest"
)

// machineTiers runs f on every tier that has machine code.
func machineTiers(t *testing.T, f func(t *testing.T)) {
	if !jit.Available() || len(isa.Tiers()) == 1 {
		t.Skip("this machine or build makes no code at run time")
	}
	for _, tier := range isa.Tiers()[1:] {
		t.Run(tier.String(), func(t *testing.T) {
			defer isa.Use(tier)()
			defer isa.Interpret(false)()
			f(t)
		})
	}
}

// TestMachine holds machine code to the interpreter: equal bits in every
// output, sums included, apart and in place.
func TestMachine(t *testing.T) {
	machineTiers(t, func(t *testing.T) {
		compiled := 0
		for seed := range uint64(600) {
			if compareMachine(t, seed, seed%8 == 0) {
				compiled++
			}
		}
		if compiled < 300 {
			t.Errorf("%d of 600 programs became machine code", compiled)
		}
	})
}

func FuzzMachine(f *testing.F) {
	f.Add(uint64(1), true)
	f.Fuzz(func(t *testing.T, seed uint64, large bool) {
		machineTiers(t, func(t *testing.T) { compareMachine(t, seed, large) })
	})
}

// compareMachine runs a random program both ways, and says whether there was
// machine code to compare.
func compareMachine(t *testing.T, seed uint64, large bool) bool {
	r := rand.New(rand.NewPCG(seed, 4))
	b := randomProgram(r, 20, seed%3 == 0, seed%2 == 0)
	if seed%4 == 2 { // no sum of columns, so that rows may not matter
		b.outputs = b.outputs[:len(b.outputs)-1]
	}
	p := b.Build()
	shape := domains[r.IntN(len(domains))]
	if shape[0]*shape[1] > 4000 && !large {
		shape = domains[r.IntN(7)]
	}
	rows, cols := shape[0], shape[1]
	c := randomCall(r, b, rows, cols)
	interpreted := copyCall(c)
	if seed%4 == 0 && p.class == Full {
		c.Out[0], interpreted.Out[0] = inPlace(b, c), inPlace(b, interpreted)
	}
	runKernel(p.Kernel(rows, cols), c)
	restore := isa.Interpret(true)
	runKernel(p.Kernel(rows, cols), interpreted)
	restore()
	for j := range c.Out {
		if i := kerneltest.Differ(c.Out[j], interpreted.Out[j]); i >= 0 {
			t.Fatalf("seed %d, %d×%d: output %d, element %d: %v, interpreted %v\n%v",
				seed, rows, cols, j, i, c.Out[j][i], interpreted.Out[j][i], p)
		}
	}
	return p.machine(false) != nil
}

// inPlace is the memory of input 0 where output 0 is a value of its size.
func inPlace(b *Builder, c *kernel.Call) []float32 {
	if o := b.outputs[0]; o.kind == outValue && b.Class(o.reg) == Full {
		return c.In[0]
	}
	return c.Out[0]
}

func copyCall(c *kernel.Call) *kernel.Call {
	d := *c
	d.In, d.Out = nil, nil
	for _, x := range c.In {
		d.In = append(d.In, slices.Clone(x))
	}
	for _, x := range c.Out {
		d.Out = append(d.Out, slices.Clone(x))
	}
	return &d
}

// instructions are one program for each instruction of class Full, over
// inputs x, y and z and scalars.
func instructions() map[string]func(b *Builder, x, y, z Reg) Reg {
	all := map[string]func(b *Builder, x, y, z Reg) Reg{
		"select": func(b *Builder, x, y, z Reg) Reg { return b.Select(x, y, z) },
		"select less": func(b *Builder, x, y, z Reg) Reg {
			return b.Select(b.Binary(formula.Less, x, y), z, b.Const(0))
		},
		"axpby": func(b *Builder, x, y, z Reg) Reg { return b.Add(b.Mul(x, b.Scalar(0)), b.Mul(y, b.Scalar(1))) },
		"axpby negated": func(b *Builder, x, y, z Reg) Reg {
			return b.Sub(b.Mul(x, b.Scalar(0)), b.Mul(y, b.Scalar(1)))
		},
		"square axpby": func(b *Builder, x, y, z Reg) Reg {
			return b.Add(b.Mul(b.Square(x), b.Scalar(0)), b.Mul(y, b.Scalar(1)))
		},
		"axpy":         func(b *Builder, x, y, z Reg) Reg { return b.Add(b.Mul(x, b.Scalar(0)), y) },
		"axpy negated": func(b *Builder, x, y, z Reg) Reg { return b.Sub(y, b.Mul(x, b.Scalar(0))) },
		"sqrt scale add": func(b *Builder, x, y, z Reg) Reg {
			return b.Add(b.Sqrt(b.Mul(x, b.Scalar(0))), b.Scalar(1))
		},
		"scale div": func(b *Builder, x, y, z Reg) Reg { return b.Div(b.Mul(x, b.Scalar(0)), y) },
		"ratio":     ratioOf,
		"max 0":     func(b *Builder, x, y, z Reg) Reg { return b.Binary(formula.Max, x, b.Const(0)) },
		"max −0": func(b *Builder, x, y, z Reg) Reg {
			return b.Binary(formula.Max, b.Const(float32(math.Copysign(0, -1))), x)
		},
		"max 0.5": func(b *Builder, x, y, z Reg) Reg { return b.Binary(formula.Max, b.Const(0.5), x) },
		"max NaN": func(b *Builder, x, y, z Reg) Reg { return b.Binary(formula.Max, b.Const(float32(math.NaN())), x) },
		"min 0":   func(b *Builder, x, y, z Reg) Reg { return b.Binary(formula.Min, x, b.Const(0)) },
		"min −0": func(b *Builder, x, y, z Reg) Reg {
			return b.Binary(formula.Min, b.Const(float32(math.Copysign(0, -1))), x)
		},
		"min −1": func(b *Builder, x, y, z Reg) Reg { return b.Binary(formula.Min, x, b.Const(-1)) },
		"ratio step": func(b *Builder, x, y, z Reg) Reg {
			return b.Add(b.Mul(ratioOf(b, x, y, z), b.Scalar(1)), z)
		},
		"ratio step negated": func(b *Builder, x, y, z Reg) Reg {
			return b.Sub(z, b.Mul(ratioOf(b, x, y, z), b.Scalar(1)))
		},
	}
	for f := range formula.UnaryCount {
		all[f.String()] = func(b *Builder, x, y, z Reg) Reg { return b.Unary(f, x) }
	}
	for f := range formula.BinaryCount {
		all[f.String()] = func(b *Builder, x, y, z Reg) Reg { return b.Binary(f, x, y) }
	}
	return all
}

func ratioOf(b *Builder, x, y, _ Reg) Reg {
	return b.Div(b.Mul(x, b.Scalar(0)), b.Add(b.Sqrt(b.Mul(y, b.Scalar(1))), b.Const(0.5)))
}

// TestMachineInstructions holds every instruction to its plain meaning, over
// all classes of its second operand, all lengths around a round, special
// values in every pairing, and between guards.
func TestMachineInstructions(t *testing.T) {
	machineTiers(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 5))
		for name, write := range instructions() {
			for class := One; class <= Full; class++ {
				b := NewBuilder()
				b.Output(write(b, b.Input(Full), b.Input(class), b.Input(Full)))
				p := b.Build()
				if len(p.body) > 0 && p.machine(false) == nil {
					t.Fatalf("%s: no machine code", name)
				}
				for n := 1; n < 68; n++ {
					rows := 1 + n%3
					checkMachine(t, fmt.Sprintf("%s, y %v", name, class), b, p, rows, n, randomCall(r, b, rows, n))
				}
				k := len(kerneltest.Specials)
				c := randomCall(r, b, k, k)
				for i := range c.In[0] {
					c.In[0][i] = kerneltest.Specials[i/k]
				}
				for i := range c.In[1] {
					c.In[1][i] = kerneltest.Specials[i%k]
				}
				checkMachine(t, fmt.Sprintf("%s of specials, y %v", name, class), b, p, k, k, c)
			}
		}
	})
}

func checkMachine(t *testing.T, what string, b *Builder, p *Program, rows, cols int, c *kernel.Call) {
	t.Helper()
	want := evaluate(b, rows, cols, c)
	out, all := kerneltest.Guarded(rows*cols, cols%4)
	c.Out[0] = out
	runKernel(p.Kernel(rows, cols), c)
	what = fmt.Sprintf("%s, %d×%d", what, rows, cols)
	kerneltest.CheckGuards(t, what, all, rows*cols, cols%4)
	if i := kerneltest.Differ(out, want.values[b.outputs[0].reg]); i >= 0 {
		t.Fatalf("%s: element %d is %v, want %v", what, i, out[i], want.values[b.outputs[0].reg][i])
	}
}

// TestMachinePressure needs more numbers, streams and values at once than
// there are registers: the code must find room for them, or leave the program
// to the interpreter.
func TestMachinePressure(t *testing.T) {
	programs := map[string]func(b *Builder, n int){
		"numbers": func(b *Builder, n int) {
			y := b.Input(Full)
			for i := range n {
				y = b.Add(b.Mul(y, b.Add(b.Scalar(i%2), b.Const(float32(i)))), b.Const(1/float32(i+3)))
			}
			b.Output(y)
		},
		"streams": func(b *Builder, n int) {
			y := b.Input(Full)
			for range n {
				y = b.Add(y, b.Input(Full))
			}
			b.Output(y)
		},
		"rows": func(b *Builder, n int) {
			y := b.Input(Full)
			for range min(n, 20) {
				y = b.Binary(formula.Max, y, b.Square(b.Input(Row)))
			}
			b.Output(y)
		},
		"values": func(b *Builder, n int) {
			var all []Reg
			x := b.Input(Full)
			for i := range n {
				all = append(all, b.Unary(formula.Exp, b.Mul(x, b.Const(float32(i)/16))))
			}
			y := x
			for range 2 { // the second time around all are still needed
				for _, v := range all {
					y = b.Binary(formula.Max, b.Sub(v, y), b.Const(0.5))
				}
			}
			b.Output(y)
		},
	}
	machineTiers(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 6))
		for name, write := range programs {
			compiled := 0
			for n := 1; n < 60; n++ {
				b := NewBuilder()
				write(b, n)
				p := b.Build()
				if p.machine(false) != nil {
					compiled++
				}
				checkMachine(t, fmt.Sprintf("%d %s", n, name), b, p, 3, 37, randomCall(r, b, 3, 37))
			}
			t.Logf("%s: machine code for %d of 59", name, compiled)
			if compiled < 5 {
				t.Errorf("%s: machine code for %d of 59", name, compiled)
			}
		}
	})
}

// TestMachineGarbage makes, runs and drops code on several goroutines beside
// the collector: code must live as long as it runs, and its memory go away.
func TestMachineGarbage(t *testing.T) {
	machineTiers(t, func(t *testing.T) {
		var wait sync.WaitGroup
		for seed := range uint64(4) {
			wait.Go(func() {
				r := rand.New(rand.NewPCG(seed, 7))
				for range 20 {
					b := adam()
					n := 100 + r.IntN(3000)
					c := adamCall(n)
					c.Out = [][]float32{make([]float32, n), make([]float32, n), make([]float32, n)}
					want := evaluate(b, 1, n, c)
					runKernel(b.Build().Kernel(1, n), c)
					for j, o := range b.outputs {
						if i := kerneltest.Differ(c.Out[j], want.values[o.reg]); i >= 0 {
							t.Errorf("output %d, element %d is %v, want %v", j, i, c.Out[j][i], want.values[o.reg][i])
							return
						}
					}
					runtime.GC()
				}
			})
		}
		wait.Wait()
	})
}

// TestMachineProfiled lets the profiler's signals hit machine code, which no
// table of the runtime knows.
func TestMachineProfiled(t *testing.T) {
	machineTiers(t, func(t *testing.T) {
		var profile bytes.Buffer
		if err := pprof.StartCPUProfile(&profile); err != nil {
			t.Skip(err)
		}
		defer pprof.StopCPUProfile()
		const n = 1 << 20
		c := adamCall(n)
		c.Out = c.In[1:]
		k := adam().Build().Kernel(1, n)
		for range 100 {
			runKernel(k, c)
		}
	})
}
