package model_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/objective"
)

const vocabulary, textContext = 11, 16

// textModel is a model of a network that gives scores of the next token, as training
// would make it, with weights large enough to make a difference.
func textModel(t testing.TB, net nn.Layer) *model.Model {
	t.Helper()
	var names []string
	for i := range vocabulary {
		names = append(names, fmt.Sprint(i))
	}
	spec := data.Spec{Input: []int{textContext}, More: []data.Field{{Name: "next", Kind: data.Class, Shape: []int{textContext}, Role: data.TargetRole, Names: names}}}
	g := graph.New()
	c := nn.NewContext(g, false)
	net.Forward(c, g.Input("x", graph.Shape(1, textContext)))
	if g.Err() != nil {
		t.Fatal(g.Err())
	}
	var variables []engine.Variable
	for _, p := range c.Params() {
		variables = append(variables, engine.Variable{Name: p.Name, Type: p.Tensor.Type()})
	}
	store := engine.NewStore(variables...)
	params := c.Params()
	for i := range params {
		params[i].Init = initial.Normal{Std: 0.3}
	}
	if err := nn.Init(params, 5, store.Value); err != nil {
		t.Fatal(err)
	}
	m, err := model.New(net, spec, objective.Objective{{Task: data.Classification, Target: "next"}}, store)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestKeepingAll: what keeps every token draws as what keeps none out.
func TestKeepingAll(t *testing.T) {
	m := textModel(t, nn.GPT(nn.GPTConfig{Vocabulary: vocabulary, Context: textContext, Layers: 1, Heads: 2, Width: 8}))
	drawn := func(s model.Sampling) (list []int) {
		s.Temperature, s.Seed = 1, 4
		g, err := m.Generator(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Read(3); err != nil {
			t.Fatal(err)
		}
		for range 12 {
			next, err := g.Next()
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, next)
		}
		return list
	}
	want := drawn(model.Sampling{})
	for _, s := range []model.Sampling{{TopK: vocabulary}, {TopK: 1 << 20}, {TopP: 1}} {
		if got := drawn(s); !slices.Equal(got, want) {
			t.Errorf("%+v draws %v, want %v", s, got, want)
		}
	}
}

// whole returns the scores after each token of a text of at most the context.
func whole(t *testing.T, m *model.Model, tokens []int) [][]float32 {
	t.Helper()
	g := graph.New()
	x := g.Input("x", graph.Shape(1, textContext))
	y := m.Network().Forward(nn.NewContext(g, false), x)
	plan, err := engine.Compile(g, []graph.Tensor{y})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Bind(engine.New(1), m.Store())
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, textContext)
	for i := range values {
		values[i] = -1
		if i < len(tokens) {
			values[i] = float32(tokens[i])
		}
	}
	if err := p.Feed("x", values); err != nil {
		t.Fatal(err)
	}
	p.Run()
	var all [][]float32
	for i := range tokens {
		all = append(all, slices.Clone(p.Output(0)[i*vocabulary:][:vocabulary]))
	}
	return all
}

// generatable are networks that a generator goes on with.
var generatable = map[string]nn.Layer{
	"nanogpt": nn.GPT(nn.GPTConfig{Vocabulary: vocabulary, Context: textContext, Layers: 2, Heads: 2, Width: 24, Dropout: 0.1}),
	"modern": nn.GPT(nn.GPTConfig{Vocabulary: vocabulary, Context: textContext, Layers: 2, Heads: 4, Width: 32, Groups: 2, SwiGLU: true,
		RMSNorm: true, Rotary: 10000, QKNorm: true, SoftCap: 15, Untied: true}),
	"gru":          nn.Sequential{nn.Embedding{Size: vocabulary, Dim: 12}, nn.GRU{Units: 20}, nn.Dense{Units: vocabulary}},
	"lstm":         nn.Sequential{nn.Embedding{Size: vocabulary, Dim: 12}, nn.LSTM{Units: 20}, nn.LSTM{Units: 8}, nn.Dense{Units: vocabulary}},
	"convolutions": nn.Sequential{nn.Embedding{Size: vocabulary, Dim: 12}, nn.Conv1D{Filters: 20, Kernel: 3, Dilation: 2, Padding: nn.Causal, Activation: nn.ReLU}, nn.Conv1D{Filters: vocabulary, Kernel: 2, Padding: nn.Causal}},
}

func someTokens(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = (i*i*7 + i*3 + 2) % vocabulary
	}
	return list
}

// TestGeneratorScores: after every token scores are those of the whole forward pass,
// to the bit, whether tokens were read one by one or several at once.
func TestGeneratorScores(t *testing.T) {
	for name, net := range generatable {
		t.Run(name, func(t *testing.T) {
			m, tokens := textModel(t, net), someTokens(textContext)
			want := whole(t, m, tokens)
			for _, first := range []int{1, 3, 8, 11, textContext} {
				g, err := m.Generator(model.Sampling{})
				if err != nil {
					t.Fatal(err)
				}
				at := 0
				for _, n := range []int{first, 1, 1, textContext} {
					n = min(n, textContext-at)
					if err := g.Read(tokens[at : at+n]...); err != nil {
						t.Fatal(err)
					}
					at += n
					sameScores(t, fmt.Sprintf("after %d, of which %d at once", at, first), g, want[at-1])
				}
			}
		})
	}
}

func sameScores(t *testing.T, what string, g *model.Generator, want []float32) {
	t.Helper()
	got, err := g.Scores()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		most := 0.0
		for i, v := range got {
			most = max(most, math.Abs(float64(v-want[i])))
		}
		t.Errorf("%s: scores are off by up to %g", what, most)
	}
}

// TestGeneratorFull: behind a full context scores are those of the last tokens that
// are kept.
func TestGeneratorFull(t *testing.T) {
	m := textModel(t, generatable["nanogpt"])
	tokens := someTokens(3 * textContext)
	for _, keep := range []int{0, 4, textContext - 1} {
		g, err := m.Generator(model.Sampling{Keep: keep})
		if err != nil {
			t.Fatal(err)
		}
		var seen []int
		for i, token := range tokens {
			if err := g.Read(token); err != nil {
				t.Fatal(err)
			}
			if seen = append(seen, token); len(seen) > textContext {
				kept := keep + 1
				if keep == 0 {
					kept = textContext
				}
				seen = slices.Clone(seen[len(seen)-kept:])
			}
			sameScores(t, fmt.Sprintf("keep %d, token %d", keep, i), g, whole(t, m, seen)[len(seen)-1])
		}
	}
	g, err := m.Generator(model.Sampling{})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Read(tokens...); err != nil { // a prompt longer than the context
		t.Fatal(err)
	}
	sameScores(t, "long prompt", g, whole(t, m, tokens[2*textContext:])[textContext-1])
	g.Reset()
	if err := g.Read(tokens[:2]...); err != nil {
		t.Fatal(err)
	}
	sameScores(t, "after Reset", g, whole(t, m, tokens[:2])[1])
}

// TestGeneratorsShare: generators of one model, on several goroutines, draw the same
// by the same seed, and other tokens by another.
func TestGeneratorsShare(t *testing.T) {
	m := textModel(t, generatable["modern"])
	texts := make([][]int, 6)
	var all sync.WaitGroup
	for i := range texts {
		all.Go(func() {
			g, err := m.Generator(model.Sampling{Temperature: 1, Seed: uint64(i / 3)})
			if err == nil {
				err = g.Read(1, 2, 3)
			}
			for range 30 {
				token, e := g.Next()
				texts[i] = append(texts[i], token)
				err = cmpError(err, e)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if !slices.Equal(texts[0], texts[1]) || !slices.Equal(texts[3], texts[5]) || slices.Equal(texts[0], texts[3]) {
		t.Errorf("texts %v", texts)
	}
}

func cmpError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// TestGeneratorAllocates nothing, neither before nor behind a full context.
func TestGeneratorAllocates(t *testing.T) {
	m := textModel(t, generatable["nanogpt"])
	g, err := m.Generator(model.Sampling{Temperature: 1, TopK: 5, TopP: 0.9})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Read(1, 2, 3); err != nil {
		t.Fatal(err)
	}
	next := func() {
		if _, err := g.Next(); err != nil {
			t.Fatal(err)
		}
	}
	next()
	if n := testing.AllocsPerRun(8, next); n > 0 {
		t.Errorf("a token allocates %v times", n)
	}
	for range textContext {
		next()
	}
	if n := testing.AllocsPerRun(8, next); n > 0 {
		t.Errorf("a token behind a full context allocates %v times", n)
	}
}

// TestGeneratorDraws: tokens come as often as their probabilities say, and only those
// that are kept.
func TestGeneratorDraws(t *testing.T) {
	m := textModel(t, generatable["nanogpt"])
	scores := whole(t, m, []int{4})[0]
	order := make([]int, vocabulary)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, float64(scores[b]-scores[a]))) })
	for _, s := range []model.Sampling{{Temperature: 0.7}, {Temperature: 2, TopK: 4}, {Temperature: 1, TopP: 0.6}, {Temperature: 1, TopK: 3, TopP: 0.9}, {}} {
		kept := order
		if s.TopK > 0 {
			kept = kept[:s.TopK]
		}
		if s.Temperature == 0 {
			kept = kept[:1]
		}
		p, total := make([]float64, vocabulary), 0.0
		for _, i := range kept {
			p[i] = math.Exp(float64(scores[i]) / max(s.Temperature, 1e-9))
			if s.Temperature == 0 {
				p[i] = 1
			}
			total += p[i]
		}
		if s.TopP > 0 {
			sum := 0.0
			for n, i := range kept {
				if sum += p[i]; sum >= s.TopP*total {
					for _, rest := range kept[n+1:] {
						p[rest] = 0
					}
					total = sum
					break
				}
			}
		}
		g, err := m.Generator(s)
		if err != nil {
			t.Fatal(err)
		}
		const n = 4000
		count := make([]float64, vocabulary)
		for range n {
			g.Reset()
			if err := g.Read(4); err != nil {
				t.Fatal(err)
			}
			token, err := g.Next()
			if err != nil {
				t.Fatal(err)
			}
			count[token]++
		}
		for i, c := range count {
			want := p[i] / total
			if math.Abs(c-n*want) > 5*math.Sqrt(n*want*(1-want))+1e-9 {
				t.Errorf("%+v: token %d came %v times of %d, want %.0f", s, i, c, n, n*want)
			}
		}
	}
}

// TestGeneratorErrors: what cannot be gone on with is named.
func TestGeneratorErrors(t *testing.T) {
	embed, dense := nn.Embedding{Size: vocabulary, Dim: 12}, nn.Dense{Units: vocabulary}
	for want, net := range map[string]nn.Layer{
		"layer 1.multiheadattention: multiheadattention":    nn.Sequential{embed, nn.MultiHeadAttention{Heads: 2}, dense},
		"layer 1.conv1d: conv1d":                            nn.Sequential{embed, nn.Conv1D{Filters: 4, Kernel: 3, Padding: nn.Same}, dense},
		"looks at a sequence as a whole":                    nn.Sequential{embed, nn.Func(func(x graph.Tensor) graph.Tensor { return x }), dense},
		"no layer of the network looks at what came before": nn.Sequential{embed, dense},
	} {
		if _, err := textModel(t, net).Generator(model.Sampling{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	m := textModel(t, generatable["nanogpt"])
	for want, s := range map[string]model.Sampling{
		"a temperature of -1":                              {Temperature: -1},
		"the -1 likeliest":                                 {TopK: -1},
		"a temperature of 1e-09":                           {Temperature: 1e-9},
		"-1 tokens to keep":                                {Keep: -1},
		"a probability of 1.5":                             {TopP: 1.5},
		"16 tokens to keep in a context of 16; want fewer": {Keep: textContext},
	} {
		if _, err := m.Generator(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v does not say %q", s, err, want)
		}
	}
	g, err := m.Generator(model.Sampling{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Next(); err == nil || !strings.Contains(err.Error(), "nothing has been read") {
		t.Error(err)
	}
	if err := g.Read(1, vocabulary); err == nil || !strings.Contains(err.Error(), "token 1 is 11; there are 11, from 0") {
		t.Error(err)
	}
}
