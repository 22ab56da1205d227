package bench

import (
	"fmt"
	"math"

	"descent/data"
	"descent/graph"
	"descent/internal/rng"
	"descent/nn"
	"descent/nn/initial"
)

// characters is the vocabulary of the language models: that of tiny Shakespeare.
const characters = 65

// languageModels are those of nanoGPT: for a CPU, and the small one for a GPU.
func languageModels() []network {
	return []network{
		{name: "gpt-char", layer: gpt{4, 4, 128, 64}, input: 64, tokens: true, rows: []int{12, 64}},
		{name: "gpt-baby", layer: gpt{6, 6, 384, 256}, input: 256, tokens: true, rows: []int{4, 16}},
	}
}

// gpt is the network of bench/peers: learned positions, GELU, layer normalization
// without shift, no biases, scores by the embedding's table.
type gpt struct{ layers, heads, width, context int }

func (m gpt) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	n, t := x.Dim(0), x.Dim(1)
	table := c.Param("tokens", initial.Normal{Std: 0.02}, characters, m.width)
	h := table.Gather(x).Add(c.Param("positions", initial.Normal{Std: 0.02}, m.context, m.width))
	h = h.Reshape(n*t, m.width)
	for i := range m.layers {
		h = c.Call(fmt.Sprint(i), gptBlock{m, n}, h)
	}
	return norm(c, "norm", h).MatMul(table.Transpose()).Reshape(n, t, characters)
}

// gptBlock is attention and a feed-forward network over rows of n samples.
type gptBlock struct {
	gpt
	n int
}

func (b gptBlock) Forward(c *nn.Context, h graph.Tensor) graph.Tensor {
	in, last := initial.Normal{Std: 0.02}, initial.Normal{Std: 0.02 / math.Sqrt(2*float64(b.layers))}
	x := norm(c, "norm1", h)
	project := func(name string) graph.Tensor {
		return x.MatMul(c.Param(name, in, b.width, b.width)).Reshape(b.n, -1, b.heads, b.width/b.heads)
	}
	y := project("query").Attention(project("key"), project("value"), graph.Attention{Causal: true})
	h = h.Add(y.Reshape(h.Type().Dims()...).MatMul(c.Param("out", last, b.width, b.width)))
	up := nn.GELU.Apply(norm(c, "norm2", h).MatMul(c.Param("up", in, b.width, 4*b.width)))
	return h.Add(up.MatMul(c.Param("down", last, 4*b.width, b.width)))
}

func norm(c *nn.Context, name string, x graph.Tensor) graph.Tensor {
	return x.Standardize(1e-5).Mul(c.Param(name, initial.Ones{}, x.Dim(-1)))
}

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
