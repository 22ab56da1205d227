package model

import (
	"errors"
	"fmt"
	"math/bits"

	"descent/engine"
	"descent/graph"
	"descent/internal/network"
	"descent/nn"
)

// Generator goes on with a sequence of tokens, by a model that says at each position
// which one comes next, such as [nn.GPT]:
//
//	g, err := m.Generator(model.Sampling{Temperature: 0.8, Seed: 1})
//	err = g.Read(prompt...)
//	for range 200 {
//		token, err := g.Next()
//		...
//	}
//
// It keeps what layers made of the tokens so far, so that one more costs one position
// and not all. Scores are those of the network over the last tokens, at most as many
// as its context, to the bit. Once the context is full, the one that came first has no
// place any more and those after it move up, so that they have to be read again: at
// every token, unless Keep of [Sampling] lets more go at once.
//
// Generators share the model's weights and what was compiled. Each is for one
// goroutine at a time, and runs on it alone, or on the engine of [Model.On], whose
// cores share the work; a token allocates nothing.
type Generator struct {
	plans    *plans
	store    *engine.Store
	engine   *engine.Engine
	programs map[size]*reader
	sampling Sampling
	draws    uint32

	context  int // tokens that the network sees at once
	bounded  bool
	stepwise bool
	states   [][]float32
	tokens   []int // the last ones that were read
	read     int   // how many the states have
	unread   int   // the token that was drawn last, to be read before the next; -1: none

	scores, weights []float32
	order           []int // of tokens, by weight
}

// reader is a program that reads so many tokens.
type reader struct {
	*engine.Program
	tokens                []float32
	position, temperature int // scalars
}

// temperature is the scalar that scores are divided by, as its inverse.
const temperature = "1/temperature"

// fewest is the least number of tokens that is worth a plan that reads them at once.
const fewest = 8

// Generator returns a generator that has read nothing. The model takes x [context],
// numbers of tokens, and gives scores of each token at each position, by layers that
// look only at what came before: of others the error says which do not.
func (m *Model) Generator(s Sampling) (*Generator, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	g, err := m.generator(s)
	if err != nil {
		return nil, fmt.Errorf("model: generator: %w", err)
	}
	return g, nil
}

func (m *Model) generator(s Sampling) (*Generator, error) {
	traced, err := m.net.Continue(1, false)
	if err != nil {
		return nil, err
	}
	vocabulary, context := traced.Scores.Dim(1), traced.Context
	if s.Keep >= context {
		return nil, fmt.Errorf("%d tokens to keep in a context of %d; want fewer", s.Keep, context)
	}
	g := &Generator{
		plans: m.plans, engine: m.engine(), programs: map[size]*reader{}, sampling: s,
		context: context, bounded: traced.Bounded, stepwise: traced.Stepwise, unread: -1,
		tokens: make([]int, 0, context), order: make([]int, vocabulary),
	}
	variables, values := m.weights.Variables(), map[string][]float32{}
	for _, v := range variables {
		values[v.Name] = m.weights.Value(v.Name)
	}
	for _, state := range traced.States {
		v := state.Variable.Op().(graph.Variable)
		variables = append(variables, engine.Variable{Name: v.Key, Type: v.Typ})
		values[v.Key] = make([]float32, v.Typ.Size())
		g.states = append(g.states, values[v.Key])
	}
	if g.store, err = engine.StoreOf(values, variables...); err != nil {
		return nil, err
	}
	_, err = g.reader(size{tokens: 1})
	return g, err
}

// engine is what runs what is not spread over goroutines of the caller's.
func (m *Model) engine() *engine.Engine {
	if m.evaluator != nil {
		return m.evaluator.engine
	}
	return engine.New(1)
}

// Context is how many tokens the network sees at once.
func (g *Generator) Context() int { return g.context }

// Reset forgets all tokens. Draws go on.
func (g *Generator) Reset() {
	g.tokens, g.read, g.unread, g.scores = g.tokens[:0], 0, -1, nil
	for _, s := range g.states {
		clear(s)
	}
}

// Read reads tokens behind those so far.
func (g *Generator) Read(tokens ...int) error {
	for i, token := range tokens {
		if token < 0 || token >= len(g.order) {
			return fmt.Errorf("model: generator: token %d is %d; there are %d, from 0", i, token, len(g.order))
		}
	}
	if err := g.flush(); err != nil {
		return err
	}
	return g.readAll(tokens)
}

// Scores returns the score of each token to be the next, of which the softmax is the
// probability. They are valid until the next call.
func (g *Generator) Scores() ([]float32, error) {
	if err := g.flush(); err != nil {
		return nil, err
	}
	if g.scores == nil {
		return nil, errors.New("model: generator: nothing has been read; there is no text without at least one token")
	}
	return g.scores, nil
}

// Next draws the next token, which the following calls go on from.
func (g *Generator) Next() (int, error) {
	if _, err := g.Scores(); err != nil {
		return 0, err
	}
	g.unread = g.sampling.draw(g.scores, g.weights, g.order, g.draws)
	g.draws++
	return g.unread, nil
}

// flush reads the token that was drawn last.
func (g *Generator) flush() error {
	if g.unread < 0 {
		return nil
	}
	token := [1]int{g.unread}
	g.unread = -1
	return g.readAll(token[:])
}

// readAll reads tokens at once where that is possible and worth it, else one by one.
func (g *Generator) readAll(tokens []int) error {
	many := !g.stepwise && len(tokens) >= fewest
	if g.bounded && g.read+len(tokens) > g.context {
		g.move(tokens)
		return g.again()
	}
	g.tokens = append(g.tokens, tokens[max(0, len(tokens)-cap(g.tokens)):]...)
	if many {
		return g.again()
	}
	for _, token := range tokens {
		if err := g.step(token); err != nil {
			return err
		}
	}
	return nil
}

// move makes tokens the last of those that are kept, and lets the first go.
func (g *Generator) move(tokens []int) {
	keep := g.context
	if g.sampling.Keep > 0 {
		keep = min(keep, g.sampling.Keep+len(tokens))
	}
	old := max(0, keep-len(tokens))
	kept := copy(g.tokens, g.tokens[max(0, len(g.tokens)-old):])
	g.tokens = append(g.tokens[:kept], tokens[max(0, len(tokens)-keep):]...)
}

// again reads all tokens that are kept from the beginning.
func (g *Generator) again() error {
	n := len(g.tokens)
	if g.stepwise || n == 1 {
		g.read = 0
		for _, s := range g.states {
			clear(s)
		}
		for _, token := range g.tokens {
			if err := g.step(token); err != nil {
				return err
			}
		}
		return nil
	}
	s := size{tokens: min(g.context, max(2*fewest, 1<<bits.Len(uint(n-1)))), first: true}
	r, err := g.reader(s)
	if err != nil {
		return err
	}
	for i := range r.tokens {
		r.tokens[i] = -1
		if i < n {
			r.tokens[i] = float32(g.tokens[i])
		}
	}
	g.run(r, n-1)
	g.read = n
	return nil
}

// step reads one token behind those that the states have.
func (g *Generator) step(token int) error {
	r, err := g.reader(size{tokens: 1})
	if err != nil {
		return err
	}
	r.tokens[0] = float32(token)
	r.Set(r.position, float64(g.read))
	g.run(r, 0)
	g.read++
	return nil
}

// run has r read its tokens, of which the given one is what comes next after.
func (g *Generator) run(r *reader, last int) {
	inverse := 1.0
	if g.sampling.Temperature > 0 {
		inverse = 1 / g.sampling.Temperature
	}
	r.Set(r.temperature, inverse)
	r.Run()
	n := len(g.order)
	g.scores, g.weights = r.Output(0)[last*n:][:n], r.Output(1)[last*n:][:n]
}

// reader returns the program for so many tokens.
func (g *Generator) reader(s size) (*reader, error) {
	if r, ok := g.programs[s]; ok {
		return r, nil
	}
	plan, err := g.plans.of(s)
	if err != nil {
		return nil, fmt.Errorf("model: generator: %w", err)
	}
	p, err := plan.Bind(g.engine, g.store)
	if err != nil {
		return nil, fmt.Errorf("model: generator: %w", err)
	}
	r := &reader{Program: p, tokens: make([]float32, s.tokens), position: p.Scalar(nn.Position), temperature: p.Scalar(temperature)}
	g.programs[s] = r
	return r, p.Feed("x", r.tokens)
}

// compileReader compiles the reading of tokens. Its outputs are scores, and
// e^((z - max z)/temperature), which is a probability but for its sum: computed here,
// it has the same bits on every machine.
func compileReader(n network.Network, s size) (*engine.Plan, error) {
	traced, err := n.Continue(s.tokens, s.first)
	if err != nil {
		return nil, err
	}
	z := traced.Scores
	weights := z.Sub(z.MaxOverKeep(-1)).Mul(traced.Graph.Scalar(temperature, nil)).Exp()
	return engine.Compile(traced.Graph, []graph.Tensor{z, weights}, traced.States...)
}
