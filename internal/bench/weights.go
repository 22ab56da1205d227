package bench

import (
	"context"
	"fmt"

	"descent/data"
	"descent/internal/kernel"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// A Sum is what a short training run ends in. All machines agree on it.
type Sum struct {
	Work   string `json:"work"`
	Engine string `json:"engine"` // what ran it, as [kernel.Engine] names it
	SHA256 string `json:"weights_sha256"`
}

// checked is a training run of a few updates, on the embedded digits or on random tokens.
type checked struct {
	work    string
	layer   nn.Layer
	config  train.Config
	augment string
	tokens  int // in a sample, which are to be gone on with; 0: digits
	updates int
}

// runs returns the runs of [Weights]: dense and convolutional networks, transformers and
// recurrent ones with what a layer, a loss and an update may hold, and every rule.
func runs() []checked {
	all := []checked{
		{
			work:    "dense",
			layer:   nn.Sequential{nn.Flatten{}, nn.Dense{Units: 200, Activation: nn.GELU}, nn.LayerNorm{}, nn.Dropout{Rate: 0.2}, nn.Dense{Units: 72, Activation: nn.Tanh}, nn.Dense{Units: classes}},
			config:  train.Config{Optimizer: optim.NewAdamW(), Penalty: loss.Penalty{L1: 1e-5, L2: 1e-4}, Clip: optim.ClipNorm(1), BatchSize: 50},
			updates: 8,
		},
		{
			work:    "convolutions",
			layer:   append(append(append(append(nn.Sequential{}, block(24)...), block(32)...), nn.MaxPool{}, nn.Dropout{Rate: 0.1}), nn.GlobalAvgPool{}, nn.Dense{Units: classes}),
			config:  train.Config{Optimizer: optim.NewMomentum(), BatchSize: 24},
			augment: "shift:1,rotate:10,mixup:0.4", updates: 3,
		},
		{
			work:    "lenet",
			layer:   nn.LeNet(classes),
			config:  train.Config{Optimizer: optim.NewAdam(), BatchSize: 16, MicroBatch: 5},
			updates: 2,
		},
		{
			work:   "gpt",
			layer:  nn.GPT(nn.GPTConfig{Vocabulary: characters, Context: 40, Layers: 2, Heads: 2, Width: 24, Dropout: 0.1}),
			config: train.Config{Optimizer: optim.NewAdamW(), Clip: optim.ClipNorm(1), BatchSize: 6},
			tokens: 40, updates: 3, // more than the block of queries in attention
		},
		{
			work: "gpt-rotary",
			layer: nn.GPT(nn.GPTConfig{
				Vocabulary: characters, Context: 40, Layers: 1, Heads: 4, Groups: 2, Width: 32,
				Rotary: 1e4, QKNorm: true, SwiGLU: true, RMSNorm: true, Untied: true, SoftCap: 15,
			}),
			config: train.Config{Optimizer: optim.NewMuon(), BatchSize: 6, MicroBatch: 4},
			tokens: 40, updates: 3,
		},
		{
			work:    "recurrent",
			layer:   nn.Sequential{nn.Reshape{Dims: []int{8, 8}}, nn.MultiHeadAttention{Heads: 2}, nn.GRU{Units: 20}, nn.LSTM{Units: 12, Last: true}, nn.Dense{Units: classes}},
			config:  train.Config{Optimizer: optim.NewAdam(), BatchSize: 24},
			updates: 3,
		},
	}
	for _, name := range optim.Names() {
		rule, err := optim.ByName(name)
		if err != nil {
			panic(err) // it is one of the names
		}
		batch := 32
		if _, searches := rule.(optim.LineSearchRule); searches { // in one loss, that of all samples
			batch = train.All
		}
		all = append(all, checked{
			work: "rule/" + name, layer: nn.MLP([]int{20, 12}, classes, nn.SiLU, 0, nil),
			config: train.Config{Optimizer: rule, BatchSize: batch}, updates: 4,
		})
	}
	return all
}

// Weights trains small networks for a few updates each, and hands what they
// end in to emit: the same on every instruction set, with and without machine
// code made at run time, and for any number of workers; 0 means all cores.
func Weights(ctx context.Context, workers int, emit func(Sum)) error {
	for _, c := range runs() {
		sum, err := c.run(ctx, workers)
		if err != nil {
			return fmt.Errorf("bench %s: %w", c.work, err)
		}
		emit(Sum{Work: c.work, Engine: kernel.Engine(), SHA256: sum})
	}
	return nil
}

// run returns the hash of the weights that c ends in.
func (c checked) run(ctx context.Context, workers int) (string, error) {
	augment, err := data.ParseAugment(c.augment)
	if err != nil {
		return "", err
	}
	c.config.Augment, c.config.Epochs, c.config.Seed, c.config.Workers = augment, c.updates, 1, workers
	source := data.Digits()
	if c.tokens > 0 {
		c.config.Objective = nextToken
		if source, err = text(24, c.tokens); err != nil {
			return "", err
		}
	}
	trainer, err := train.New(c.layer, source.Spec(), c.config)
	if err != nil {
		return "", err
	}
	defer trainer.Close()
	for step, err := range trainer.Steps(ctx, source) {
		if err != nil {
			return "", err
		}
		if step.Update == c.updates {
			break
		}
	}
	return trainer.Model().SHA256(), nil
}
