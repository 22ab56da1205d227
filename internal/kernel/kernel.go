// Package kernel holds the numeric loops of the engine: matrix products,
// fused elementwise programs and reductions over []float32, each in plain Go
// and some of them in AVX2 and AVX-512 assembly beside it.
//
// Every instruction set computes the same sequence of IEEE operations, so all
// of them return equal bits. The plain Go version is the specification.
package kernel

import "descent/internal/rng"

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

// A Follower is a [Kernel] that can run a program over each block of its
// result while it is in cache.
type Follower interface {
	Kernel
	Follow(p *Program) Kernel
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
