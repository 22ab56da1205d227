package model

import (
	"math/bits"
	"slices"
	"sync"

	"descent/data"
	"descent/engine"
	"descent/internal/network"
	"descent/nn"
)

// most is how many rows are predicted at once. It does not change the result.
const most = 256

// cached is how many values of a layer a core has at once: what fits into its caches, so
// that the next layer finds them there. MobileNetV2 takes 1.1 ms a row by one or two rows,
// 1.4 by eight and 3.7 by 32.
const cached = 1 << 20

// atOnce returns how many rows one core predicts at once, a power of two.
func atOnce(n network.Network) int {
	rows, err := nn.Summary(n.Layer, n.Spec.Input, network.Inputs(n.Spec)...)
	if err != nil {
		return most // the plan says what is wrong
	}
	widest := 1
	for _, row := range rows {
		widest = max(widest, data.Field{Shape: row.Output}.Size())
	}
	fit := max(1, min(most, cached/widest))
	return 1 << (bits.Len(uint(fit)) - 1)
}

// size says what a plan is for.
type size struct {
	rows   int  // see [network.Padded]; those that are added change nothing about the others
	losses bool // with the loss of each row, which needs targets
	plain  bool // what losses read instead of predictions

	positions int // of samples that are sequences; 0: as many as the Spec says

	tokens int  // above 0: it goes on with a sequence by so many tokens, see [Generator]
	first  bool // they are the first
}

// plans holds what was compiled for a network: at most one plan a size, and
// there are few sizes. It is safe for concurrent use; nothing is compiled twice.
type plans struct {
	net    network.Network
	atOnce func() int // see [atOnce]

	mu   sync.Mutex
	made map[size]func() (*engine.Plan, error)
}

func newPlans(n network.Network) *plans {
	return &plans{
		net: n, made: map[size]func() (*engine.Plan, error){},
		atOnce: sync.OnceValue(func() int { return atOnce(n) }),
	}
}

// of returns the plan of a size, which the first who asks compiles.
func (p *plans) of(s size) (*engine.Plan, error) {
	p.mu.Lock()
	make, ok := p.made[s]
	if !ok {
		make = sync.OnceValues(func() (*engine.Plan, error) { return compile(p.net, s) })
		p.made[s] = make
	}
	p.mu.Unlock()
	return make()
}

func compile(n network.Network, s size) (*engine.Plan, error) {
	if s.tokens > 0 {
		return compileReader(n, s)
	}
	f, err := n.Within(s.positions).Trace(s.rows, false)
	if err != nil {
		return nil, err
	}
	if s.plain {
		return engine.Compile(f.Graph, f.Outputs)
	}
	outputs := slices.Clone(f.Predictions)
	if s.losses {
		outputs = append(outputs, f.Losses)
	}
	if s.losses && f.Plain.Valid() {
		outputs = append(outputs, f.Plain)
	}
	return engine.Compile(f.Graph, outputs)
}
