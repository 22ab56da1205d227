package engine

import (
	"time"

	"descent/internal/kernel"
	"descent/internal/plan"
)

// Instruction is one instruction of a plan: operations that were fused into
// one kernel.
type Instruction struct {
	Name       string // the operations, and the shape they run over
	Stage      int
	Wave       int           // that it runs in, from 0; instructions of a wave may run side by side
	Tasks      int           // that it is cut into
	Operations int           // on float32 in one run; a fused multiply-add is two
	Bytes      int           // of operands in one run, each value once
	Busy       time.Duration // that all workers together have spent on it; 0 without [Program.Measure]
}

// Buffer is the place of a temporary value in working memory.
type Buffer struct {
	Offset, Bytes int
	First, Last   int // waves between which it is in use, both included
}

// StageTime is what one stage has taken.
type StageTime struct {
	Runs int
	Wall time.Duration
}

// Measure has the runs that follow measure what their instructions take. It
// must not be called during a run.
func (p *Program) Measure() { p.exec.Measure() }

// Times returns what each stage has taken since [Program.Measure].
func (p *Program) Times() []StageTime {
	var times []StageTime
	for _, s := range p.exec.Measured().Stages {
		times = append(times, StageTime(s))
	}
	return times
}

// Instructions lists the instructions, wave by wave.
func (p *Program) Instructions() []Instruction {
	compiled, m := p.exec.Plan(), p.exec.Measured()
	var list []Instruction
	for _, wave := range compiled.Waves {
		for _, i := range wave {
			in := compiled.Instrs[i]
			cost := kernel.CostOf(in.Kernel)
			list = append(list, Instruction{
				Name: in.Name, Stage: in.Stage, Wave: in.Wave(), Tasks: in.Kernel.Tasks(),
				Operations: cost.Operations, Bytes: cost.Bytes, Busy: m.Busy[i],
			})
		}
	}
	return list
}

// Memory returns the bytes of working memory that the program takes, and those
// that all temporary values would take without sharing it.
func (p *Program) Memory() (arena, temporaries int) {
	compiled := p.exec.Plan()
	return 4 * compiled.Arena, 4 * compiled.Tensors
}

// Buffers lists the temporary values.
func (p *Program) Buffers() []Buffer {
	compiled := p.exec.Plan()
	var list []Buffer
	for i := range compiled.Buffers {
		b := &compiled.Buffers[i]
		if first, last := b.Life(); b.Place == plan.Arena && first <= last {
			list = append(list, Buffer{4 * b.Offset, 4 * b.Size, first, min(last, len(compiled.Waves)-1)})
		}
	}
	return list
}

// InstructionSet names the instructions in use, "avx512", "avx2", "neon" or
// "plain", and whether fused programs are machine code or interpreted.
func InstructionSet() string { return kernel.Engine() }

// String lists the instructions of the plan, wave by wave.
func (p *Program) String() string { return p.exec.Plan().String() }
