// Package enginetest runs one computation through the engine and through the
// float64 reference, and says where they differ by more than float32 explains.
// Only tests import it.
package enginetest

import (
	"fmt"
	"math"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/kernel/isa"
	"descent/internal/plan"
	"descent/internal/reference"
	"descent/internal/rewrite"
)

// Case is a step to compile, with the values it starts from.
type Case struct {
	Graph   *graph.Graph
	Stages  [][]graph.Tensor
	Updates []graph.Update
	Values  map[string][]float32 // inputs and variables by name
	Scalars []float32
	Seed    uint64
	Draw    uint32
}

// Result holds the outputs of all stages, one after the other, and then the
// values that the updates leave in their variables.
type Result [][]float32

// wanted returns the tensors that a Result has the values of.
func (c Case) wanted() []graph.Tensor {
	var all []graph.Tensor
	for _, stage := range c.Stages {
		all = append(all, stage...)
	}
	for _, u := range c.Updates {
		all = append(all, u.Value)
	}
	return all
}

// Variables returns the leaves of c that live in a store.
func (c Case) Variables() []exec.Declaration {
	var declared []exec.Declaration
	seen := map[string]bool{}
	add := func(x graph.Tensor) {
		if v, ok := x.Op().(graph.Variable); ok && !seen[v.Key] {
			seen[v.Key] = true
			declared = append(declared, exec.Declaration{Name: v.Key, Type: v.Typ})
		}
	}
	for _, x := range graph.Sorted(c.wanted()...) {
		add(x)
	}
	for _, u := range c.Updates {
		add(u.Variable)
	}
	return declared
}

// Bind compiles c and fills its variables, inputs and scalars.
func (c Case) Bind(pool *exec.Pool) (*exec.Program, *exec.Store, error) {
	p, err := plan.Compile(c.Graph, c.Stages, c.Updates)
	if err != nil {
		return nil, nil, err
	}
	store := exec.NewStore(c.Variables())
	program, err := exec.Bind(p, store, &exec.Arena{}, pool)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range store.Names() {
		copy(store.Value(name), c.Values[name])
	}
	for name, v := range c.Values {
		if err := program.Feed(name, v); err != nil {
			return nil, nil, err
		}
	}
	copy(program.Scalars(), c.Scalars)
	program.Random(c.Seed, c.Draw)
	return program, store, nil
}

// Engine runs c once on pool.
func (c Case) Engine(pool *exec.Pool) (Result, error) {
	program, store, err := c.Bind(pool)
	if err != nil {
		return nil, err
	}
	var r Result
	for s := range c.Stages {
		program.Run(s)
	}
	for s, stage := range c.Stages {
		for i := range stage {
			r = append(r, append([]float32(nil), program.Output(s, i)...))
		}
	}
	for _, u := range c.Updates {
		r = append(r, append([]float32(nil), store.Value(u.Variable.Op().(graph.Variable).Key)...))
	}
	return r, nil
}

// Apart is c with every tensor as the output of a stage of its own, so that
// nothing can fuse.
func (c Case) Apart() Case {
	var stages [][]graph.Tensor
	for _, x := range graph.Sorted(c.wanted()...) {
		if _, ok := x.Op().(graph.Leaf); !ok {
			stages = append(stages, []graph.Tensor{x})
		}
	}
	c.Stages, c.Updates = append(stages, nil), nil
	return c
}

// Env returns the leaves' values for the reference.
func (c Case) Env() reference.Env {
	env := reference.Env{Values: map[string][]float64{}, Seed: c.Seed, Draw: c.Draw}
	for name, v := range c.Values {
		env.Values[name] = widen(v)
	}
	env.Scalars = widen(c.Scalars)
	return env
}

func widen(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// Check compares the engine on pool with the reference, as c stands and with
// everything apart, and the reference before and after the rewrite.
func (c Case) Check(pool *exec.Pool) error {
	if err := c.checkRewrite(); err != nil {
		return fmt.Errorf("rewrite: %w", err)
	}
	if err := c.CheckEngine(pool, slack); err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	if err := c.Apart().CheckEngine(pool, slack); err != nil {
		return fmt.Errorf("engine, without fusion: %w", err)
	}
	return nil
}

// slack is how many times its own float32 noise a result may be off. The most
// that 5000 random graphs took is 55, a sum of equal terms: their errors add up, as
// [chain] says.
const slack = 80

// CheckEngine compares the engine with the reference. Results may differ by
// slack times the noise of [Case.noise].
func (c Case) CheckEngine(pool *exec.Pool, slack float64) error {
	got, err := c.Engine(pool)
	if err != nil {
		return err
	}
	for _, trials := range [...]int{few, many} {
		want, noise, e := c.noise(c.wanted(), trials)
		if e != nil {
			return e
		}
		if err = compare(c.wanted(), got, want, noise, slack); err == nil {
			break
		}
	}
	return err
}

func (c Case) checkRewrite() error {
	all := c.wanted()
	want, noise, err := c.noise(all, few)
	if err != nil {
		return err
	}
	got, err := reference.Run(c.Env(), rewrite.Simplify(all...)...)
	if err != nil {
		return err
	}
	return compare(all, got, want, noise, 1)
}

// compare names the first element that is off by more than slack·noise, beside
// what rounding does to a float64 and what is smaller than any float32.
func compare[T float32 | float64](names []graph.Tensor, got [][]T, want [][]float64, noise []float64, slack float64) error {
	for i, x := range names {
		if len(got[i]) != len(want[i]) {
			return fmt.Errorf("result %d, %v: %d values, want %d", i, x, len(got[i]), len(want[i]))
		}
		for j, w := range want[i] {
			g := float64(got[i][j])
			if g == w || math.IsNaN(g) && math.IsNaN(w) || math.Abs(g-w) <= slack*noise[i]+1e-12*math.Abs(w)+math.SmallestNonzeroFloat32 {
				continue
			}
			return fmt.Errorf("result %d, %v: element %d is %g, want %g; off by %.3g, noise %.3g", i, x, j, g, w, math.Abs(g-w), noise[i])
		}
	}
	return nil
}

// CheckBits compares the bits of the engine's results on every tier of
// instruction set and with 1 to 4 workers.
func (c Case) CheckBits() error {
	var want Result
	for _, tier := range isa.Tiers() {
		restore := isa.Use(tier)
		for workers := 1; workers <= 4; workers++ {
			pool := exec.NewPool(workers)
			got, err := c.Engine(pool)
			pool.Close()
			if err != nil {
				restore()
				return err
			}
			if want == nil {
				want = got
			}
			if err := sameBits(c.wanted(), got, want); err != nil {
				restore()
				return fmt.Errorf("%v with %d workers: %w", tier, workers, err)
			}
			if tier != isa.Best() {
				break // one number of workers is enough
			}
		}
		restore()
	}
	return nil
}

// sameBits names the first element whose bits differ; all NaN are one.
func sameBits(names []graph.Tensor, got, want Result) error {
	for i, x := range names {
		for j, w := range want[i] {
			g := got[i][j]
			if math.Float32bits(g) != math.Float32bits(w) && (g == g || w == w) {
				return fmt.Errorf("result %d, %v: element %d is %b, want the bits of %b", i, x, j, g, w)
			}
		}
	}
	return nil
}
