package nn

import (
	"fmt"
	"math"

	"descent/graph"
	"descent/nn/initial"
)

// GPTConfig says what [GPT] consists of. The zero value of each field from Groups on
// is what nanoGPT has without biases.
type GPTConfig struct {
	Vocabulary int // tokens, as many as a text's Encoder.Text.Tokens.Size() says
	Context    int // positions that it sees
	Layers     int // blocks
	Heads      int // of attention; must divide Width
	Width      int // numbers of a position

	Groups     int        // heads of keys and values, which must divide Heads; 0 means Heads
	Hidden     int        // units of the feed-forward networks; 0: 4·Width, or ⅔ of that up to a multiple of 32 with SwiGLU
	Activation Activation // of the feed-forward networks; Linear, the zero value, means GELU
	SwiGLU     bool       // gated feed-forward networks, in place of Activation
	RMSNorm    bool       // in place of LayerNorm
	Rotary     float64    // base of rotary positions, such as 10,000; 0: learned positions
	QKNorm     bool       // queries and keys are normalized
	Bias       bool       // biases in products and normalizations
	Untied     bool       // the scores have a table of their own
	ZeroInit   bool       // what a block adds starts at zero, as do scores with a table of their own
	SoftCap    float64    // largest score, as of [SoftCap]; 0: none
	Dropout    float64    // rate, of weights of attention, of what blocks add, and of embeddings
}

// GPT returns a transformer that says, at each position of a text, which token comes
// next:
//
//	x [n, t] numbers of tokens, -1 for none → y [n, t, Vocabulary] scores, t at most Context
//
//	h = embedding(x) + positions
//	h ← h + attention(norm(h)), h ← h + feed(norm(h))    Layers times
//	y = norm(h)·embeddingᵀ
//
// Weights start normally with a deviation of 0.02, those at the end of what a block
// adds with 0.02/√(2·Layers).
//
// A configuration that [GPTConfig.Validate] refuses is an error of the network.
//
// Sources: Radford et al., "Language Models are Unsupervised Multitask Learners",
// 2019 (GPT-2), as in Karpathy's nanoGPT; for what the fields choose see the layers.
func GPT(c GPTConfig) Sequential {
	if err := c.check(); err != nil {
		return Sequential{Func(func(x graph.Tensor) graph.Tensor {
			x.Graph().Fail("GPT", err, x.Type())
			return x
		})}
	}
	first := initial.Normal{Std: 0.02}
	table := Embedding{Size: c.Vocabulary, Dim: c.Width, Init: first}
	var body Sequential
	if c.Rotary == 0 {
		body = append(body, Positions{Length: c.Context, Init: first})
	}
	body = append(body, c.dropout()...)
	for range c.Layers {
		body = append(body, c.block()...)
	}
	body = append(body, c.norm())
	net := Sequential{Tied{Embedding: table, Layers: body}}
	if c.Untied {
		scores := Dense{Units: c.Vocabulary, NoBias: true, Init: first}
		if c.ZeroInit {
			scores.Init = initial.Zeros{}
		}
		net = append(append(Sequential{table}, body...), scores)
	}
	if c.SoftCap != 0 {
		net = append(net, SoftCap{Cap: c.SoftCap})
	}
	return net
}

// Validate reports which field has a value that no network has.
func (c GPTConfig) Validate() error {
	if err := c.check(); err != nil {
		return fmt.Errorf("nn: GPT: %w", err)
	}
	return nil
}

func (c GPTConfig) check() error {
	for _, f := range []struct {
		name  string
		value int
	}{{"Vocabulary", c.Vocabulary}, {"Context", c.Context}, {"Layers", c.Layers}, {"Heads", c.Heads}, {"Width", c.Width}} {
		if f.value < 1 {
			return fmt.Errorf("%s is %d; want at least 1", f.name, f.value)
		}
	}
	switch {
	case c.Width%c.Heads != 0:
		return fmt.Errorf("Width is %d; want a multiple of the Heads, %d", c.Width, c.Heads)
	case c.Groups < 0 || c.Groups > 0 && c.Heads%c.Groups != 0:
		return fmt.Errorf("Groups is %d; want a divisor of the %d Heads, or 0 for as many", c.Groups, c.Heads)
	case c.Hidden < 0:
		return fmt.Errorf("Hidden is %d; want at least 1, or 0 for the usual number", c.Hidden)
	case !(c.SoftCap >= 0) || math.IsInf(c.SoftCap, 0):
		return fmt.Errorf("SoftCap is %v; want a number above 0, or 0 for none", c.SoftCap)
	}
	if err := checkRotary(c.Rotary, c.Width/c.Heads); err != nil {
		return fmt.Errorf("base of Rotary: %w", err)
	}
	if err := checkRate(c.Dropout); err != nil {
		return fmt.Errorf("Dropout: %w", err)
	}
	return nil
}

// block is attention and a feed-forward network, each added to what it is given.
func (c GPTConfig) block() []Layer {
	var last initial.Initializer = initial.Zeros{}
	first := initial.Normal{Std: 0.02}
	if !c.ZeroInit {
		last = initial.Normal{Std: 0.02 / math.Sqrt(2*float64(c.Layers))}
	}
	attention := Sequential{c.norm(), MultiHeadAttention{
		Heads: c.Heads, Groups: c.Groups, Causal: true, Rotary: c.Rotary, QKNorm: c.QKNorm, NoBias: !c.Bias,
		Dropout: c.Dropout, Init: first, OutInit: last,
	}}
	feed := Sequential{c.norm()}
	if hidden := c.hidden(); c.SwiGLU {
		feed = append(feed, SwiGLU{Hidden: hidden, NoBias: !c.Bias, Init: first, DownInit: last})
	} else {
		feed = append(feed, Dense{Units: hidden, Activation: c.activation(), NoBias: !c.Bias, Init: first}, Dense{Units: c.Width, NoBias: !c.Bias, Init: last})
	}
	return []Layer{
		Residual{Layers: append(attention, c.dropout()...)},
		Residual{Layers: append(feed, c.dropout()...)},
	}
}

func (c GPTConfig) norm() Layer {
	if c.RMSNorm {
		return RMSNorm{}
	}
	return LayerNorm{NoShift: !c.Bias}
}

func (c GPTConfig) activation() Activation {
	if c.Activation == Linear {
		return GELU
	}
	return c.Activation
}

func (c GPTConfig) hidden() int {
	switch {
	case c.Hidden != 0:
		return c.Hidden
	case c.SwiGLU:
		return (8*c.Width/3 + 31) / 32 * 32
	}
	return 4 * c.Width
}

func (c GPTConfig) dropout() []Layer {
	if c.Dropout == 0 {
		return nil
	}
	return []Layer{Dropout{Rate: c.Dropout}}
}
