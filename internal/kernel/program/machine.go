package program

import (
	"descent/internal/jit"
	"descent/internal/kernel/isa"
	"descent/internal/kernel/vec"
)

// A machine is the body of a program as machine code of one tier. Its steps
// run one after the other over each tile. The interpreter is its
// specification: a tile ends with the same bits in the same places.
type machine struct {
	steps []step

	// placed has a bit for each output that its loop writes where it
	// belongs, or adds to where it is summed, and not into a temporary.
	placed uint64
	// chunk is how many elements a tile may have where there is one loop and
	// nothing besides, so that temporaries do not bound it; 0 elsewhere. A
	// call of that size takes some ten microseconds.
	chunk int
	// shortLine is what shortRow is to the interpreter. The rest of a row
	// costs next to nothing in AVX-512 and little in NEON; storing under a
	// mask is slow in AVX2.
	shortLine int
}

// A step is a loop of machine code, or else one instruction that is
// interpreted.
type step struct {
	code    *jit.Code
	streams []stream
	rows    bool // reads or writes a Row, so that rows matter
	cols    bool // reads a Col
	instr   *instr
}

// A stream is a value of the program that a loop walks through.
type stream struct {
	place place
	final int32 // the output that a loop writes where it belongs; −1: none
}

// chunkWork is about how many instructions a call may take.
const chunkWork = 1 << 16

// spillSize is how many float32 of working memory loops may ask for.
const spillSize = 512

// targets are what machine code is made for; none for plain Go.
var targets = [isa.Count]*jit.Target{isa.AVX2: jit.AVX2, isa.AVX512: jit.AVX512, isa.NEON: jit.NEON}

// compile returns the machine code of p's body for tier t, or nil where the
// body is to be interpreted: there is nothing to gain, the system forbids
// code made at run time, or a loop needs more than the machine has. Where sums
// is set, loops add up what goes to SumAll; then the rows of a tile must be
// multiples of 16 long, or be one row, for an element to meet its lane.
func (p *Program) compile(t isa.Tier, sums bool) *machine {
	if targets[t] == nil || !jit.Available() || len(p.outputs) > 64 {
		return nil
	}
	c := cutter{p: p, m: &machine{shortLine: 32}, target: targets[t], sums: sums}
	if t == isa.AVX2 {
		c.m.shortLine = shortRow
	}
	for i := range p.body {
		c.add(i)
	}
	c.close(len(p.body))
	if c.err != nil || c.loops == 0 {
		return nil
	}
	if c.isWhole() {
		c.m.chunk = min(taskSize, max(tileSize, chunkWork/c.round*vec.Lanes))
	}
	return c.m
}

// isWhole says whether there is one loop, and nothing left to do when it has
// run over a tile.
func (c *cutter) isWhole() bool {
	whole := len(c.m.steps) == 1 && !c.homes && c.p.rowTemps == 0
	for j, o := range c.p.outputs {
		late := o.kind == outColSum || o.src.class >= Row && o.src.class != Col && c.m.placed>>j&1 == 0
		whole = whole && !late && (o.kind == outValue || !c.p.columns)
	}
	return whole
}

// A cutter cuts a body into loops, as long as they can be: one ends where an
// instruction reads a Row that the loop itself computes.
type cutter struct {
	p      *Program
	m      *machine
	target *jit.Target
	sums   bool
	loops  int
	round  int  // instructions in a round of the last loop
	homes  bool // some loop stores a value into its temporary
	err    error

	loop    *jit.Loop // nil: none is open
	step    step
	defined []defined // what the loop has computed
	pending []*instr  // instructions on Rows that wait for the end of the loop
	late    []place   // Rows that are known then
}

// defined is a value of class Full, the latest in its temporary.
type defined struct {
	place place
	value value
}

// add compiles instruction i.
func (c *cutter) add(i int) {
	in := &c.p.body[i]
	reduces := in.op == opRowSum || in.op == opRowMax
	waits := false
	for _, a := range in.args[:in.op.args()] {
		for _, r := range c.late {
			waits = waits || a == r
		}
	}
	switch {
	case in.op == opUniform:
		c.close(i)
		c.m.steps = append(c.m.steps, step{instr: in})
		return
	case in.dst.class == Row && !reduces && waits:
		c.pending = append(c.pending, in)
		c.late = append(c.late, in.dst)
		return
	case in.dst.class == Row && !reduces:
		c.m.steps = append(c.m.steps, step{instr: in}) // before the open loop
		return
	case waits:
		c.close(i)
	}
	if c.loop == nil {
		c.loop = jit.NewLoop()
	}
	if reduces {
		c.reduce(in)
		return
	}
	c.define(in.dst, c.lower(in))
}

func (c *cutter) define(pl place, v value) {
	for k := range c.defined {
		if c.defined[k].place.at == pl.at {
			c.defined[k] = defined{pl, v}
			return
		}
	}
	c.defined = append(c.defined, defined{pl, v})
}

// close ends the open loop before instruction next: it stores what is read
// later, and runs what has waited.
func (c *cutter) close(next int) {
	if c.loop == nil {
		return
	}
	for _, d := range c.defined {
		home := c.readLater(d.place, next)
		for j, o := range c.p.outputs {
			switch {
			case o.src.class != Full || o.src.input || o.src.at != d.place.at || !c.isLast(d.place, next):
			case o.kind == outValue && next == len(c.p.body) && !c.p.sinksInput():
				c.m.placed |= 1 << j
				c.loop.Store(c.stream(d.place, int32(j)), d.value)
			case o.kind == outSumAll && c.sums:
				c.m.placed |= 1 << j
				c.loop.Accumulate(c.stream(d.place, int32(j)), d.value, c.loop.Add)
			default:
				home = true
			}
		}
		if home {
			c.homes = true
			c.loop.Store(c.stream(d.place, -1), d.value)
		}
	}
	text, err := c.loop.Assemble(c.target)
	if err == nil && text.Spill > spillSize {
		err = errSpill
	}
	if err == nil {
		c.round = max(1, text.Round)
		c.step.code, err = jit.Load(text.Code)
	}
	if err != nil && c.err == nil {
		c.err = err
	}
	c.m.steps = append(c.m.steps, c.step)
	for _, in := range c.pending {
		c.m.steps = append(c.m.steps, step{instr: in})
	}
	c.loops++
	c.loop, c.step, c.defined, c.pending, c.late = nil, step{}, nil, nil, nil
}

// readLater says whether an instruction from next on reads what is in a
// temporary now.
func (c *cutter) readLater(pl place, next int) bool {
	for i := next; i < len(c.p.body); i++ {
		in := &c.p.body[i]
		for _, a := range in.args[:in.op.args()] {
			if a.class == Full && !a.input && a.at == pl.at {
				return true
			}
		}
		if in.dst.class == Full && in.dst.at == pl.at {
			return false
		}
	}
	return false
}

// isLast says whether no instruction from next on writes into a temporary.
func (c *cutter) isLast(pl place, next int) bool {
	for i := next; i < len(c.p.body); i++ {
		if dst := c.p.body[i].dst; dst.class == Full && dst.at == pl.at {
			return false
		}
	}
	return true
}

// stream returns the number of a stream of the open loop.
func (c *cutter) stream(pl place, final int32) int {
	s := stream{pl, final}
	for i, have := range c.step.streams {
		if have == s {
			return i
		}
	}
	c.step.rows = c.step.rows || pl.class == Row
	c.step.cols = c.step.cols || pl.class == Col
	c.step.streams = append(c.step.streams, s)
	return len(c.step.streams) - 1
}
