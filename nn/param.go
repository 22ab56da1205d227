package nn

import (
	"errors"
	"fmt"
	"math"

	"descent/graph"
	"descent/internal/rng"
	"descent/nn/initial"
)

// Role says how training treats a weight.
type Role uint8

const (
	Weight Role = iota // penalized and decayed
	Bias               // exempt: an offset
	Norm               // exempt: a scale or shift of a normalization
	Buffer             // not trained: state that the step sets, see [Context.SetBuffer]
	Table              // penalized and decayed: rows that are looked up, as of an [Embedding]
)

// Decays reports whether penalties and decay act on weights of this role.
func (r Role) Decays() bool { return r == Weight || r == Table }

// String returns "weight", "bias", "norm", "buffer" or "table".
func (r Role) String() string {
	if names := [...]string{"weight", "bias", "norm", "buffer", "table"}; int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprintf("Role(%d)", uint8(r))
}

// Param is a weight or buffer that a layer has declared.
type Param struct {
	Name   string              // with the path, as in "1.dense.weight"
	Tensor graph.Tensor        // the variable
	Init   initial.Initializer // how it starts
	Role   Role
	L1, L2 float64 // this layer's own penalty, added to the network's
}

func (p Param) check(t graph.Type) error {
	if p.Init == nil {
		return errors.New("has no initializer; initial.Zeros{} starts it at zero")
	}
	if err := p.Init.Validate(); err != nil {
		return err
	}
	for _, l := range []float64{p.L1, p.L2} {
		if !(l >= 0) || math.IsInf(l, 0) {
			return fmt.Errorf("penalties L1 = %v, L2 = %v; want finite numbers of at least 0", p.L1, p.L2)
		}
	}
	if m, ok := p.Init.(interface{ Fits(dims []int) error }); ok && t.Valid() == nil {
		return m.Fits(t.Dims())
	}
	return nil
}

// Init gives every weight its first value: value returns the memory of the
// weight of that name. Each weight has a random stream of its own, made from
// seed and its name, so adding a layer does not change the others.
func Init(params []Param, seed uint64, value func(name string) []float32) error {
	for _, p := range params {
		v := value(p.Name)
		if t := p.Tensor.Type(); len(v) != t.Size() {
			return fmt.Errorf("nn: weight %q of shape %v takes %d values, not %d", p.Name, t, t.Size(), len(v))
		}
		p.Init.Fill(v, p.Tensor.Type().Dims(), rng.Key{Seed: seed, Stream: rng.Stream(p.Name)})
	}
	return nil
}

// FirstValues returns what [Init] gives each weight, by its name: for
// [descent/engine.Env], to compute a layer on numbers.
func FirstValues(params []Param, seed uint64) (map[string][]float64, error) {
	single, values := map[string][]float32{}, map[string][]float64{}
	for _, p := range params {
		single[p.Name] = make([]float32, p.Tensor.Type().Size())
	}
	if err := Init(params, seed, func(name string) []float32 { return single[name] }); err != nil {
		return nil, err
	}
	for name, list := range single {
		for _, v := range list {
			values[name] = append(values[name], float64(v))
		}
	}
	return values, nil
}
