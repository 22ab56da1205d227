package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"descent/data"
	"descent/engine"
	"descent/internal/kernel"
	"descent/internal/rng"
	"descent/model"
	"descent/nn"
	"descent/objective"
	"descent/optim"
)

// characters is the vocabulary of the language models: that of tiny Shakespeare.
const characters = 65

// languageModels are those of nanoGPT: for a CPU, and the small one for a GPU.
func languageModels() []network {
	return []network{
		{name: "gpt-char", layer: gpt(4, 4, 128, 64), input: 64, tokens: true, rows: []int{12, 64}, rule: optim.NewAdamW()},
		{name: "gpt-baby", layer: gpt(6, 6, 384, 256), input: 256, tokens: true, rows: []int{4, 16}, rule: optim.NewAdamW()},
	}
}

// gpt is the network of bench/peers: learned positions, GELU, layer normalization
// without shift, no biases, scores by the embedding's table.
func gpt(layers, heads, width, context int) nn.Layer {
	return nn.GPT(nn.GPTConfig{Vocabulary: characters, Context: context, Layers: layers, Heads: heads, Width: width})
}

// decodeRow measures what one token more takes a language model that has read some, of
// one sequence on all cores.
func (b *bench) decodeRow(n network) workload {
	name := "decode-" + strings.TrimPrefix(n.name, "gpt-") + "/1"
	return workload{name, func() error { return b.decode(name, n) }}
}

func (b *bench) decode(name string, n network) error {
	const before, span = 128, 16 // tokens read before, and around that
	trainer, _, err := b.trainer(n, 1, b.one)
	if err != nil {
		return err
	}
	defer trainer.Close()
	e := engine.New(b.pool.Workers())
	defer e.Close()
	g, err := trainer.Model().On(e).Generator(model.Sampling{})
	if err != nil {
		return err
	}
	var times []time.Duration
	for begin := time.Now(); len(times) < span || time.Since(begin) < b.Each; {
		g.Reset()
		if err := g.Read(make([]int, before-span/2)...); err != nil {
			return err
		}
		for range span {
			start := time.Now()
			if err := g.Read(1); err != nil {
				return err
			}
			times = append(times, time.Since(start))
		}
	}
	slices.Sort(times)
	p := trainer.Model().Parameters()
	b.emit(b.row(name, e.Workers(), times[len(times)/2], kernel.Cost{Operations: 2 * p, Bytes: 4 * p}))
	return b.ctx.Err()
}

// nextToken is the objective of [text].
var nextToken = objective.Objective{{Task: data.Classification, Target: "next"}}

// text returns random samples of tokens, each with the tokens that come next.
func text(rows, length int) (data.Source, error) {
	next := data.Field{Name: "next", Kind: data.Class, Role: data.TargetRole, Shape: []int{length}}
	for i := range characters {
		next.Names = append(next.Names, fmt.Sprint(i))
	}
	draws := make([]float32, rows*(length+1))
	rng.Key{Seed: 1}.Uniform(draws, 0)
	values := map[string][]float32{}
	for i, u := range draws {
		token := float32(int(characters * u))
		if i%(length+1) < length {
			values["x"] = append(values["x"], token)
		}
		if i%(length+1) > 0 {
			values["next"] = append(values["next"], token)
		}
	}
	return data.FromFields(data.Spec{Name: "text", Input: []int{length}, More: []data.Field{next}}, values)
}
