package bench

import (
	"fmt"
	"slices"
	"time"

	"descent/data"
	"descent/internal/exec"
	"descent/internal/kernel"
	"descent/internal/measure"
	"descent/internal/rng"
	"descent/internal/suggest"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// network is a reference workload: bench/peers has the same.
type network struct {
	name   string
	layer  nn.Layer
	input  int // values of a sample
	rows   []int
	tokens bool       // the values are, and what comes next at each is to be said
	rule   optim.Rule // nil: Adam
	decay  float64
}

// networks returns the reference workloads: two perceptrons for 28 × 28
// digits, a small and a wide one; a network of 5 × 5 convolutions for the same; and
// one of 3 × 3 convolutions with batch normalization for 32 × 32 photographs; for these
// also the residual network of 20 layers.
func networks() []network {
	convbn := nn.Sequential{nn.Reshape{Dims: []int{32, 32, 3}}}
	for _, part := range []nn.Sequential{block(32), block(64), {nn.MaxPool{}}, block(128), {nn.MaxPool{}}, block(128)} {
		convbn = append(convbn, part...)
	}
	convbn = append(convbn, nn.GlobalAvgPool{}, nn.Dense{Units: classes})
	resnet, _ := nn.ResNet(20, classes) // a depth that there is
	return []network{
		{name: "mlp", layer: nn.MLP([]int{512, 256}, classes, nn.ReLU, 0, nil), input: 784, rows: []int{1, 32, 128, 512, 2048}},
		{name: "wide", layer: nn.MLP([]int{2048, 2048}, classes, nn.ReLU, 0, nil), input: 784, rows: []int{1, 32, 128, 512}},
		{name: "lenet", layer: nn.Sequential{nn.Reshape{Dims: []int{28, 28, 1}}, nn.LeNet(classes)}, input: 784, rows: []int{1, 64, 256}},
		{name: "convbn", layer: convbn, input: 3072, rows: []int{1, 64}},
		{
			name: "resnet20", layer: nn.Sequential{nn.Reshape{Dims: []int{32, 32, 3}}, resnet}, input: 3072, rows: []int{128},
			rule: optim.NewNesterov(), decay: 5e-4,
		},
	}
}

const classes = 10

// block is a convolution, batch normalization and a rectifier.
func block(filters int) nn.Sequential {
	return nn.Sequential{nn.Conv2D{Filters: filters, Kernel: nn.Square(3), Padding: nn.Same, NoBias: true}, nn.BatchNorm{}, nn.ReLU}
}

// stepRows measures whole steps with Adam, if nothing else is said, and cross-entropy, the assembly of
// batches included, and the prediction of one sample.
func (b *bench) stepRows() (all []workload) {
	for _, n := range append(networks(), languageModels()...) {
		for _, rows := range n.rows {
			name := fmt.Sprintf("%s/%d", n.name, rows)
			all = append(all, workload{name, func() error { return b.stepRow(name, n, rows, b.pool) }})
		}
	}
	return append(all, b.decodeRow(languageModels()[1]), b.inferRow(networks()[0]))
}

// stepRow measures the steps of n with rows samples a batch.
func (b *bench) stepRow(work string, n network, rows int, pool *exec.Pool) error {
	trainer, source, err := b.trainer(n, rows, pool)
	if err != nil {
		return err
	}
	defer trainer.Close()
	times, err := b.steps(trainer, source)
	if err != nil {
		return err
	}
	p := trainer.Profile().Plans[0]
	d := times[len(times)/2]
	row := b.row(work, pool.Workers(), d, kernel.Cost{Operations: p.Operations(), Bytes: p.Bytes()})
	row.SamplesPerS = float64(rows) / d.Seconds()
	b.emit(row)
	return nil
}

// trainer returns a trainer for batches of rows samples, and samples.
func (b *bench) trainer(n network, rows int, pool *exec.Pool) (*train.Trainer, data.Source, error) {
	return n.trainer(train.Config{BatchSize: rows, MicroBatch: rows, Workers: pool.Workers()})
}

// trainer returns a trainer by that configuration, to which it adds what n asks for, and samples.
func (n network) trainer(cfg train.Config) (*train.Trainer, data.Source, error) {
	make := noise
	cfg.Epochs, cfg.Optimizer, cfg.WeightDecay = 1<<30, n.rule, n.decay
	if n.tokens {
		make, cfg.Objective = text, nextToken
	}
	source, err := make(max(4*cfg.BatchSize, 64), n.input)
	if err != nil {
		return nil, nil, err
	}
	t, err := train.New(n.layer, source.Spec(), cfg)
	return t, source, err
}

// Trainer returns a trainer of the workload of that name, such as mlp, and samples. cfg says
// batches, micro-batches, workers and group.
func Trainer(name string, cfg train.Config) (*train.Trainer, data.Source, error) {
	var names []string
	for _, n := range append(networks(), languageModels()...) {
		if n.name == name {
			return n.trainer(cfg)
		}
		names = append(names, n.name)
	}
	return nil, nil, suggest.Unknown("workload", name, names)
}

// steps returns what steps took, in ascending order.
func (b *bench) steps(trainer *train.Trainer, source data.Source) (times []time.Duration, err error) {
	const warm, least = 3, 3
	last, begin := time.Now(), time.Now()
	for step, err := range trainer.Steps(b.ctx, source) {
		if err != nil {
			return nil, err
		}
		now := time.Now()
		if step.Update > warm {
			times = append(times, now.Sub(last))
		} else {
			begin = now
		}
		if len(times) >= least && now.Sub(begin) >= b.Each {
			break
		}
		last = now
	}
	slices.Sort(times)
	return times, nil
}

// inferRow measures the prediction of one sample, on one core: the goroutine
// that asks.
func (b *bench) inferRow(n network) workload {
	name := "infer-" + n.name + "/1"
	return workload{name, func() error { return b.infer(name, n) }}
}

func (b *bench) infer(name string, n network) error {
	trainer, source, err := b.trainer(n, 1, b.one)
	if err != nil {
		return err
	}
	defer trainer.Close()
	model := trainer.Model()
	x := make([]float32, n.input)
	if err := source.Read([]int{0}, x, make([]float32, 1)); err != nil {
		return err
	}
	d := measure.Median(b.Each, func() {
		if _, e := model.Predict(x); e != nil {
			err = e
		}
	})
	if err != nil {
		return err
	}
	p := model.Parameters()
	b.emit(b.row(name, 1, d, kernel.Cost{Operations: 2 * p, Bytes: 4 * p}))
	return b.ctx.Err()
}

// noise returns random samples with labels in turn.
func noise(rows, features int) (data.Source, error) {
	x, labels := make([][]float32, rows), make([]int, rows)
	for i := range x {
		x[i] = make([]float32, features)
		rng.Key{Seed: 1, Stream: uint64(i)}.Uniform(x[i], 0)
		labels[i] = i % classes
	}
	names := make([]string, classes)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	return data.FromClasses(x, labels, names)
}
