// Package kernel says what a kernel of the engine is: numeric work on []float32
// in a number of independent tasks. The kernels themselves are in the folders
// beside it, from low to high:
//
//	isa      which instruction sets the machine has, and which is in use
//	vec      vector functions, the instructions of programs
//	tile     micro-kernels of products and convolutions
//	move     copies: transposes, slices, rows of tables
//	pool     pooling
//	program  fused elementwise programs, interpreted and as machine code
//	product  matrix products
//	conv     convolutions
//	attention  attention, forward and backward
//	recurrent  recurrent layers, forward and backward
//
// Assembly is in vec and tile alone, made by the generators in _asm, beside the
// plain Go that is its specification: every instruction set computes the same
// sequence of IEEE operations, so all of them return equal bits.
package kernel

import (
	"descent/internal/jit"
	"descent/internal/kernel/isa"
	"descent/internal/rng"
)

// A Kernel computes tensors from tensors in a number of independent tasks.
// It holds shapes and choices, never data, so that one value serves any
// number of runs and workers at once.
type Kernel interface {
	// Tasks is the number of tasks. It depends on shapes only, never on
	// the number of workers, so that results do not either.
	Tasks() int

	// Scratch is how many float32 of working memory one task needs.
	Scratch() int

	// Shared is how many float32 all tasks of one run share, for partial
	// results that Finish combines. Its content is undefined at the start.
	Shared() int

	// Run executes task i. Tasks run in any order and at the same time.
	Run(i int, c *Call)
}

// A Finisher is a [Kernel] with work left when every task has run, such as
// combining the partial sums that tasks left in Call.Shared.
type Finisher interface {
	Kernel
	Finish(c *Call)
}

// A Follower is a [Kernel] that can do more work on each block of its result
// while it is in cache: input 0 of that work is the result, its other inputs
// follow those of the kernel in Call.In, and its outputs are Call.Out, the first
// of which also holds the block on the way.
type Follower interface {
	Kernel
	Follow(e Epilogue) Kernel
}

// An Epilogue is work on the elements of a result, done block by block by the
// kernel that computes it. A fused program is one.
type Epilogue interface {
	// RunRect works on rows [r0, r1) and columns [c0, c1) of the result in0
	// [rows, cols], with further inputs in, writing to c.Out.
	RunRect(c *Call, in0 []float32, in [][]float32, rows, cols, r0, r1, c0, c1 int, scratch []float32)

	// Ending returns the work as what is done to sums before they are stored,
	// false if it is more than that.
	Ending() (Ending, bool)

	// Scratch is how many float32 RunRect needs for blocks of cols columns.
	Scratch(cols int) int

	// RectCost is what it takes over all of rows × cols, the result itself
	// being in cache.
	RectCost(rows, cols int) Cost
}

// An Ending is an [Epilogue] of few steps, which those who compute a result can do
// while it is in registers:
//
//	y = max(((x − Sub)·Mul + Add) + Rest, 0)
//
// Sub, Mul and Add have a value for each column, Rest one for each element. They are
// numbers of inputs of the epilogue; 0, the result itself, leaves a step out, as does
// ReLU that of max. Each step is rounded.
type Ending struct {
	Sub, Mul, Add, Rest int
	ReLU                bool
}

// A Placer is a [Kernel] whose result may lie among others.
type Placer interface {
	Kernel

	// Apart returns the kernel whose result, of that many rows of width values,
	// has its rows so far apart in Out[0]; nil if it cannot.
	Apart(rows, width, distance int) Kernel
}

// An Overwriter is a [Kernel] whose Out[0] may be the memory of In[0]: it then writes
// no more than what changes.
type Overwriter interface {
	Kernel
	Overwrites()
}

// A Sparer is a [Kernel] of several outputs that makes those alone that something reads:
// in Out the others are empty.
type Sparer interface {
	Kernel
	Spares()
}

// A Preparer is a [Kernel] that reads one of its operands in a form that
// another kernel makes of it, once for all tasks.
type Preparer interface {
	Kernel

	// Prepare returns which operand that is, and the kernel that reads it
	// as In[0] and writes its form, of size float32, as Out[0]; nil if the
	// operand is read as it is.
	Prepare() (operand int, form Kernel, size int)
}

// Prepared returns what k's Prepare does, and no kernel if it has none.
func Prepared(k Kernel) (operand int, form Kernel, size int) {
	if p, ok := k.(Preparer); ok {
		return p.Prepare()
	}
	return 0, nil, 0
}

// Call binds a kernel to memory for one run.
type Call struct {
	Out     [][]float32 // one buffer for each output; may be the same memory as an input where the kernel says so
	In      [][]float32 // one buffer for each input
	Scratch []float32   // private to the worker, Kernel.Scratch long
	Shared  []float32   // shared by the tasks of this run, Kernel.Shared long
	Scalars []float32   // the scalar table: hyperparameters filled by the host
	Seed    uint64      // of the random streams
	Draw    uint32      // the number of the forward pass, so that each draws anew
}

// Key returns the random stream of this run.
func (c *Call) Key(stream uint64) rng.Key {
	return rng.Key{Seed: c.Seed, Stream: stream, Draw: c.Draw}
}

// MachineCode is whether the bodies of programs become machine code at run time:
// there is assembly in use, the system allows it, and nobody asked for the
// interpreter.
func MachineCode() bool {
	return isa.Current() != isa.Plain && !isa.Interpreting() && jit.Available()
}

// Engine names what runs programs: the tier, and whether their bodies are
// machine code made at run time or interpreted.
func Engine() string {
	switch tier := isa.Current(); {
	case MachineCode():
		return tier.String() + ", machine code"
	case tier == isa.Plain, isa.Interpreting():
		return tier.String() + ", interpreted"
	default:
		return tier.String() + ", interpreted, as this system runs no code made at run time"
	}
}
