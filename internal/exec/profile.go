package exec

import (
	"sync/atomic"
	"time"
)

// meter measures the runs of a program.
type meter struct {
	busy   []atomic.Int64 // nanoseconds that all workers together spent, by instruction
	stages []stageMeter
}

type stageMeter struct {
	runs int
	wall time.Duration
}

// Measured is what the runs of a program took.
type Measured struct {
	Busy   []time.Duration // by instruction: all workers' time together
	Stages []StageTime
}

// StageTime is what one stage of a plan took.
type StageTime struct {
	Runs int
	Wall time.Duration
}

// Measure makes the runs that follow measure what their instructions take. It
// must not be called during a run.
func (p *Program) Measure() {
	p.meter = &meter{busy: make([]atomic.Int64, len(p.instrs)), stages: make([]stageMeter, len(p.plan.Stages))}
}

// Measured returns what runs have taken since [Program.Measure], all zero
// without it.
func (p *Program) Measured() Measured {
	m := Measured{Busy: make([]time.Duration, len(p.instrs)), Stages: make([]StageTime, len(p.plan.Stages))}
	if p.meter != nil {
		for i := range p.meter.busy {
			m.Busy[i] = time.Duration(p.meter.busy[i].Load())
		}
		for i, s := range p.meter.stages {
			m.Stages[i] = StageTime{s.runs, s.wall}
		}
	}
	return m
}

// measure notes one run of a stage.
func (m *meter) measure(stage int, wall time.Duration) {
	m.stages[stage].runs++
	m.stages[stage].wall += wall
}
