package engine

import "descent/internal/exec"

// Program is a plan bound to an engine and the memory of its variables. It is
// for one goroutine at a time.
type Program struct{ exec *exec.Program }

// Feed has an input read values in the runs that follow, without a copy. An
// input that the plan does not need is no error.
func (p *Program) Feed(name string, values []float32) error { return p.exec.Feed(name, values) }

// Run runs all stages. It panics if an input of [Plan.Inputs] was never fed.
func (p *Program) Run() {
	for stage := range p.exec.Plan().Stages {
		p.exec.Run(stage)
	}
}

// RunStage runs one stage; those before it must have been run since inputs were
// fed. It panics if the stage reads an input that was never fed.
func (p *Program) RunStage(stage int) { p.exec.Run(stage) }

// After has f called after each wave of instructions, see [Instruction], by the goroutine
// that runs the program, which waits for it; nil is nothing.
func (p *Program) After(f func(wave int)) { p.exec.After(f) }

// Written returns the wave after which a run leaves a variable as it is, -1 if it does not
// change it. Until the stage ends, its memory may be read from then on.
func (p *Program) Written(variable string) int { return p.exec.Plan().Written(variable) }

// Output returns the values of output i of the first stage, in row-major order.
// They are valid until the next run of any program of the engine.
func (p *Program) Output(i int) []float32 { return p.exec.Output(0, i) }

// StageOutput is [Program.Output] of any stage.
func (p *Program) StageOutput(stage, i int) []float32 { return p.exec.Output(stage, i) }

// Scalar returns the number of an entry of the graph's scalar table, by which
// [Program.Set] sets it; -1 if the plan does not use it.
func (p *Program) Scalar(name string) int { return p.exec.Slot(name) }

// Set sets a scalar, rounded to float32; it does nothing for the number -1.
func (p *Program) Set(scalar int, v float64) {
	if scalar >= 0 {
		p.exec.Scalars()[scalar] = float32(v)
	}
}

// At sets all scalars that are functions of the update to their values at
// update t = 1, 2, ...
func (p *Program) At(t int) { p.exec.SetScalars(t) }

// Random says which numbers random tensors have in the runs that follow: they
// are a function of seed, draw, the tensor's name and the element alone.
func (p *Program) Random(seed uint64, draw uint32) { p.exec.Random(seed, draw) }
