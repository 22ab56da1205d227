package bench

import (
	"fmt"

	"descent/graph"
	"descent/internal/exec"
	"descent/internal/kernel"
	"descent/internal/measure"
	"descent/internal/plan"
	"descent/internal/rng"
	"descent/optim"
)

// The numbers of parameters that updates are measured with: in a cache, and
// far beyond it.
const (
	someParameters = 1 << 20
	manyParameters = 1 << 24
)

// updateRows measures every rule with some parameters, and Adam with many.
func (b *bench) updateRows() (all []workload) {
	for _, name := range optim.Names() {
		all = append(all, b.updateRow(name, someParameters))
	}
	return append(all, b.updateRow("adam", manyParameters))
}

// updateRow measures one rule on a matrix of n parameters.
func (b *bench) updateRow(rule string, n int) workload {
	name := fmt.Sprintf("%s/%d", rule, n)
	return workload{name, func() error { return b.measureUpdate(name, rule, n) }}
}

func (b *bench) measureUpdate(name, rule string, n int) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	p, err := b.update(rule, n)
	if err != nil {
		return err
	}
	var c kernel.Cost
	for _, in := range p.Plan().Instrs {
		part := kernel.CostOf(in.Kernel)
		c.Operations += part.Operations
		c.Bytes += part.Bytes
	}
	t := 0
	d := measure.Median(b.Each, func() {
		t++
		p.SetScalars(t)
		p.Run(0)
	})
	row := b.row(name, b.pool.Workers(), d, c)
	row.NsPerParam, row.BytesPerParam = 1e9*d.Seconds()/float64(n), float64(c.Bytes)/float64(n)
	b.emit(row)
	return nil
}

// update compiles the update of one matrix by a rule, without anything else:
// also without what the host does between some updates. Both sides of the
// matrix take part, however long they are.
func (b *bench) update(name string, n int) (*exec.Program, error) {
	rule, err := optim.ByName(name)
	if err != nil {
		return nil, err
	}
	if _, ok := optim.Value(rule, "max_dim"); ok {
		if rule, err = optim.With(rule, "max_dim", float64(n)); err != nil {
			return nil, err
		}
	}
	columns := 1
	for columns < 1024 && 4*columns*columns <= n {
		columns *= 2
	}
	g, typ := graph.New(), graph.Shape(n/columns, columns)
	param := &optim.Param{Name: "theta", Value: g.Variable("theta", typ), Grad: g.Input("gradient", typ), Decays: true, Hidden: true}
	step, err := optim.Trace(g, optim.Config{Rule: rule}, []*optim.Param{param})
	if err != nil {
		return nil, err
	}
	compiled, err := plan.Compile(g, [][]graph.Tensor{nil}, step.Updates)
	if err != nil {
		return nil, err
	}
	declared := []exec.Declaration{{Name: "theta", Type: typ}}
	for _, s := range step.State {
		declared = append(declared, exec.Declaration{Name: s.Name, Type: s.Type})
	}
	store := exec.NewStore(declared)
	gradient := make([]float32, n)
	rng.Key{Seed: 1}.Uniform(gradient, 0)
	rng.Key{Seed: 2}.Uniform(store.Value("theta"), 0)
	for _, s := range step.State {
		optim.Fill(s, store.Value(s.Name), store.Value)
	}
	p, err := exec.Bind(compiled, store, &exec.Arena{}, b.pool)
	if err != nil {
		return nil, err
	}
	if i := p.Slot(optim.RateScalar); i >= 0 {
		p.Scalars()[i] = float32(rule.DefaultRate())
	}
	return p, p.Feed("gradient", gradient)
}
