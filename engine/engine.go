// Package engine compiles graphs and runs them: outputs to read, and updates
// of variables that live from run to run.
//
//	g := graph.New()
//	x := g.Input("x", graph.Shape(4, 3))
//	w := g.Variable("w", graph.Shape(3, 1))
//	loss := x.MatMul(w).Square().Mean()
//	dw := graph.Gradient(loss, w)[0]
//
//	plan, err := engine.Compile(g, []graph.Tensor{loss}, graph.Update{Variable: w, Value: w.Sub(dw.Scale(0.1))})
//	e := engine.New(0) // all cores
//	defer e.Close()
//	weights := engine.NewStore(plan.Variables()...)
//	step, err := plan.Bind(e, weights)
//	err = step.Feed("x", values)
//	for range 100 {
//		step.Run()
//		fmt.Println(step.Output(0)[0])
//	}
//
// Compiling is done once; a run allocates nothing. The bits of a result do not
// depend on the number of workers, nor on the instruction set.
//
// [Eval] is the short way to the values of some tensors, in float32 by the
// engine or in float64 by the plain meaning of each operation: what a layer of
// one's own is tested with.
package engine

import (
	"descent/internal/exec"
	"descent/internal/kernel/program"
)

// Engine is a number of workers, and working memory that the programs bound to
// it share: they run one after the other. Goroutines that run programs side by
// side take an engine each.
type Engine struct {
	pool  *exec.Pool
	arena exec.Arena
}

// New returns an engine of so many workers; 0 means one for each core. The
// goroutine that runs a program is one of them, so that an engine of one worker
// starts no other, and need not be closed.
func New(workers int) *Engine { return &Engine{pool: exec.NewPool(workers)} }

// Workers is the number of workers.
func (e *Engine) Workers() int { return e.pool.Workers() }

// Close ends the workers and waits until they are gone.
func (e *Engine) Close() { e.pool.Close() }

// SumRun returns of how many elements, one behind the other, the sum is a term of the sum of
// all n elements of a tensor that is computed element by element; the last term has
// what is left. Terms are the sums of rows of so many elements, and are added up in
// pairs, neighbours first, so that they may be computed apart without changing a bit.
func SumRun(n int) int { return program.SumRun(n) }
