package program

import (
	"math"
	"math/rand/v2"

	"descent/internal/formula"
	"descent/internal/kernel"
	"descent/internal/kernel/kerneltest"
)

// randomProgram writes a program of up to n instructions.
func randomProgram(r *rand.Rand, n int, rowWise, sinks bool) *Builder {
	b := NewBuilder()
	var regs []Reg
	b.Input(Full) // some input 0, as an epilogue has
	regs = append(regs, 0)
	for range r.IntN(4) {
		regs = append(regs, b.Input(Class(r.IntN(4))))
	}
	regs = append(regs, b.Scalar(r.IntN(2)), b.Const(float32(r.IntN(5))-1.5))
	pick := func() Reg { return regs[max(r.IntN(len(regs)), r.IntN(len(regs)))] }
	for range 1 + r.IntN(n) {
		switch x, y, z := pick(), pick(), pick(); r.IntN(13) {
		case 12:
			q := b.Div(x, b.Add(b.Sqrt(y), b.Scalar(1)))
			regs = append(regs, b.Sub(z, b.Mul(q, b.Scalar(0))))
		case 0, 1:
			regs = append(regs, b.Unary(formula.Unary(r.IntN(int(formula.UnaryCount))), x))
		case 2:
			regs = append(regs, b.Select(x, y, z))
		case 3:
			regs = append(regs, b.Add(b.Mul(x, b.Scalar(0)), b.Mul(y, b.Scalar(1))))
		case 4:
			regs = append(regs, b.Sub(x, b.Mul(y, b.Const(0.25))))
		case 5:
			regs = append(regs, b.Div(b.Mul(x, b.Scalar(0)), b.Add(b.Sqrt(b.Mul(y, b.Scalar(1))), b.Const(0.5))))
		case 6:
			regs = append(regs, b.Add(b.Mul(b.Square(x), b.Scalar(0)), b.Mul(b.Scalar(1), y)))
		case 7:
			switch r.IntN(6) {
			case 0:
				regs = append(regs, b.Uniform(r.Uint64()))
			case 1:
				regs = append(regs, b.ColIndex())
			case 2:
				if rowWise {
					regs = append(regs, b.RowSum(x), b.RowMax(y))
				}
			}
		default:
			regs = append(regs, b.Binary(formula.Binary(r.IntN(int(formula.BinaryCount))), x, y))
		}
	}
	b.Output(regs[len(regs)-1])
	for range r.IntN(3) {
		b.Output(pick())
	}
	if sinks {
		b.SumAll(pick())
		b.ColSum(pick())
	}
	return b
}

// randomCall makes inputs, mostly ordinary and sometimes special.
func randomCall(r *rand.Rand, b *Builder, rows, cols int) *kernel.Call {
	c := &kernel.Call{Scalars: []float32{0.75, 1.25}, Seed: r.Uint64(), Draw: r.Uint32()}
	special := r.IntN(4) == 0
	for _, class := range b.inputs {
		c.In = append(c.In, kerneltest.Floats(r, sizeOf(class, rows, cols), special))
	}
	for _, o := range b.outputs {
		n := 1
		switch o.kind {
		case outValue:
			n = sizeOf(b.Class(o.reg), rows, cols)
		case outColSum:
			n = cols
		}
		c.Out = append(c.Out, make([]float32, n))
	}
	return c
}

// runKernel runs all tasks, the last first, since order must not matter.
func runKernel(k kernel.Kernel, c *kernel.Call) {
	c.Scratch, c.Shared = make([]float32, k.Scratch()), make([]float32, k.Shared())
	kerneltest.Fill(c.Scratch, float32(math.NaN()))
	kerneltest.Fill(c.Shared, float32(math.NaN()))
	for i := k.Tasks() - 1; i >= 0; i-- {
		k.Run(i, c)
	}
	if f, ok := k.(kernel.Finisher); ok {
		f.Finish(c)
	}
}
