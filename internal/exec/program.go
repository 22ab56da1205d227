// Package exec runs plans: it binds them to memory once, and then a pool of
// workers walks them, run after run, without allocating.
package exec

import (
	"fmt"
	"sync/atomic"
	"time"

	"descent/internal/kernel"
	"descent/internal/plan"
)

// Program is a plan bound to memory. It is for one goroutine at a time.
type Program struct {
	plan    *plan.Plan
	pool    *Pool
	instrs  []instr
	waves   []wave
	outputs [][][]float32
	scalars []float32
	feeds   map[string][]feed
	sizes   map[string]int
	unfed   map[string]bool // inputs that an instruction reads and that have no memory yet
	shares  [][]share       // for each worker, of each instruction
	crews   []crew          // for each stage
	scratch [][]float32     // for each worker
	calls   []kernel.Call
	seed    uint64
	draw    uint32
	meter   *meter         // nil: runs are not measured
	after   func(wave int) // called by the goroutine that runs a stage; nil: nothing
}

// instr is an instruction with its memory.
type instr struct {
	kernel   kernel.Kernel
	finisher kernel.Finisher // nil if there is nothing to finish
	call     kernel.Call
	tasks    int
	left     atomic.Int32 // tasks that have not run yet
}

// wave is a set of instructions that may run side by side.
type wave struct {
	instrs []int
	tasks  int
	done   atomic.Int32 // tasks that have run
}

// feed is an operand that an input is bound to.
type feed struct{ instr, operand int }

// Bind returns p with its variables in store and its temporary values in
// arena, to be run by pool. Every variable of the plan must be in the store.
func Bind(p *plan.Plan, store *Store, arena *Arena, pool *Pool) (*Program, error) {
	b := &Program{
		plan:    p,
		pool:    pool,
		instrs:  make([]instr, len(p.Instrs)),
		waves:   make([]wave, len(p.Waves)),
		scalars: make([]float32, len(p.Scalars)),
		feeds:   map[string][]feed{},
		sizes:   map[string]int{},
		unfed:   map[string]bool{},
		shares:  make([][]share, pool.workers),
		crews:   make([]crew, len(p.Stages)),
		scratch: make([][]float32, pool.workers),
		calls:   make([]kernel.Call, pool.workers),
	}
	buffers, err := b.memory(store, arena)
	if err != nil {
		return nil, err
	}
	scratch := 0
	for i, in := range p.Instrs {
		b.bind(i, in, buffers, in.Form && store.forms != nil)
		scratch = max(scratch, in.Kernel.Scratch())
	}
	for i := range b.scratch {
		b.scratch[i] = newArena(scratch)
	}
	for i := range b.shares {
		b.shares[i] = make([]share, len(p.Instrs))
	}
	for i := range b.crews {
		b.crews[i] = newCrew(pool.workers)
	}
	for i, list := range p.Waves {
		b.waves[i].instrs = list
		for _, j := range list {
			b.waves[i].tasks += b.instrs[j].tasks
		}
	}
	for _, stage := range p.Outputs {
		var out [][]float32
		for _, i := range stage {
			if p.Buffers[i].Place == plan.Input {
				return nil, fmt.Errorf("output %q is an input itself", p.Buffers[i].Key)
			}
			out = append(out, buffers[i])
		}
		b.outputs = append(b.outputs, out)
	}
	return b, nil
}

// memory returns that of the plan's buffers; inputs have none yet.
func (p *Program) memory(store *Store, arena *Arena) ([][]float32, error) {
	memory := arena.grow(p.plan.Arena)
	buffers := make([][]float32, len(p.plan.Buffers))
	for i, buf := range p.plan.Buffers {
		switch buf.Place {
		case plan.Arena:
			if buf.Offset+buf.Size <= len(memory) {
				buffers[i] = memory[buf.Offset : buf.Offset+buf.Size : buf.Offset+buf.Size]
			}
		case plan.Variable:
			if buffers[i] = store.Value(buf.Key); len(buffers[i]) != buf.Size {
				return nil, fmt.Errorf("variable %q has %d values in the store, the plan takes %d", buf.Key, len(buffers[i]), buf.Size)
			}
		case plan.Scalar:
			buffers[i] = p.scalars[buf.Offset : buf.Offset+1]
		case plan.Input:
			p.sizes[buf.Key] = buf.Size
		}
	}
	if store.forms == nil {
		return buffers, nil
	}
	for _, in := range p.plan.Instrs {
		for _, out := range in.Out {
			if buf := p.plan.Buffers[out]; buf.Place == plan.Variable {
				return nil, fmt.Errorf("variable %q is updated, but the store is one whose values do not change", buf.Key)
			}
		}
		if in.Form {
			buffers[in.Out[0]] = store.form(p.plan.Buffers[in.In[0]].Key, in.Kernel, p.plan.Buffers[in.Out[0]].Size)
		}
	}
	return buffers, nil
}

// bind gives instruction i its memory. One that is done has no tasks.
func (p *Program) bind(i int, in *plan.Instr, buffers [][]float32, done bool) {
	to := &p.instrs[i]
	if to.kernel = in.Kernel; !done {
		to.tasks = in.Kernel.Tasks()
	}
	to.finisher, _ = in.Kernel.(kernel.Finisher)
	for j, from := range in.In {
		to.call.In = append(to.call.In, buffers[from])
		if buf := p.plan.Buffers[from]; buf.Place == plan.Input {
			p.feeds[buf.Key] = append(p.feeds[buf.Key], feed{i, j})
			p.unfed[buf.Key] = true
		}
	}
	for j, out := range in.Out {
		at := 0
		if j == 0 {
			at = in.At
		}
		to.call.Out = append(to.call.Out, buffers[out][min(at, len(buffers[out])):])
	}
	if in.Shared >= 0 {
		to.call.Shared = buffers[in.Shared]
	}
	to.call.Scalars = p.scalars
}

// Feed binds the memory of an input for the runs that follow. An input that
// the plan does not use is no error.
func (p *Program) Feed(name string, values []float32) error {
	size, ok := p.sizes[name]
	if !ok {
		return nil
	}
	if len(values) != size {
		return fmt.Errorf("input %q takes %d values, not %d", name, size, len(values))
	}
	for _, f := range p.feeds[name] {
		p.instrs[f.instr].call.In[f.operand] = values
	}
	delete(p.unfed, name)
	return nil
}

// Scalars is the scalar table, for the host to fill.
func (p *Program) Scalars() []float32 { return p.scalars }

// SetScalars fills the entries of the scalar table that are functions of the
// update t = 1, 2, ...
func (p *Program) SetScalars(t int) {
	for i := range p.plan.Scalars {
		if at := p.plan.Scalars[i].At; at != nil {
			p.scalars[i] = float32(at(t))
		}
	}
}

// Slot returns the number of a scalar, or -1 if the graph does not use it.
func (p *Program) Slot(name string) int {
	for i, s := range p.plan.Scalars {
		if s.Name == name {
			return i
		}
	}
	return -1
}

// Output returns the memory of output i of a stage, valid from the run of the
// stage to the next run of any program in the same arena.
func (p *Program) Output(stage, i int) []float32 { return p.outputs[stage][i] }

// Plan returns what the program runs.
func (p *Program) Plan() *plan.Plan { return p.plan }

// Random sets the seed and the number of the forward pass for random streams.
func (p *Program) Random(seed uint64, draw uint32) { p.seed, p.draw = seed, draw }

// After has f called after each wave, with its number, by the goroutine that runs the stage.
func (p *Program) After(f func(wave int)) { p.after = f }

// Run runs one stage of the plan. It panics if the stage reads an input that was
// never fed.
func (p *Program) Run(stage int) {
	if len(p.unfed) > 0 {
		p.mustBeFed(stage)
	}
	first := 0
	if stage > 0 {
		first = p.plan.Stages[stage-1]
	}
	crew := &p.crews[stage]
	start := time.Now()
	p.pool.run(p, first, p.plan.Stages[stage], crew.size)
	wall := time.Since(start)
	crew.ran(wall)
	if p.meter != nil {
		p.meter.measure(stage, wall)
	}
}

// mustBeFed panics if a stage reads an input that was never fed.
func (p *Program) mustBeFed(stage int) {
	for name := range p.unfed {
		for _, f := range p.feeds[name] {
			if p.plan.Instrs[f.instr].Stage == stage {
				panic(fmt.Sprintf("nothing was fed to input %q", name))
			}
		}
	}
}

// task runs a task of an instruction as the given worker.
func (p *Program) task(at, i, worker int) {
	in := &p.instrs[at]
	c := &p.calls[worker]
	*c = in.call
	c.Scratch, c.Seed, c.Draw = p.scratch[worker], p.seed, p.draw
	var start time.Time
	if p.meter != nil {
		start = time.Now()
	}
	in.kernel.Run(i, c)
	if in.finisher != nil && in.left.Add(-1) == 0 {
		in.finisher.Finish(c)
	}
	if p.meter != nil {
		p.meter.busy[at].Add(int64(time.Since(start)))
	}
}
