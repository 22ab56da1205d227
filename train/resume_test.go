package train_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync/atomic"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// broken is a case of a training that is stopped and goes on.
type broken struct {
	name   string
	images bool // train on digits, with convolution, batch normalization and dropout
	change func(*train.Config)
}

// brokenRuns are one of every rule, every schedule, and all else that training
// remembers anything for.
func brokenRuns(t *testing.T) []broken {
	var list []broken
	add := func(name string, change func(*train.Config)) {
		list = append(list, broken{name: name, change: change})
	}
	for _, name := range optim.Names() {
		rule, err := optim.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		add("rule "+name, func(c *train.Config) { c.Optimizer = rule })
	}
	for _, text := range []string{
		"constant", "coslog4", "flat-cosine", "step:every=5,factor=0.5", "exp:every=5,factor=0.9", "cosine", "plateau:factor=0.5,patience=0",
		"warmup:steps=7,then=cosine", "multistep:at=5/9,factor=0.1", "poly:power=2", "invsqrt:steps=4", "restarts:steps=5",
		"onecycle", "wsd:decay=5", "cyclic:up=3,floor=0.1", "sequence:steps=8,first=(constant),then=cosine",
		"product:a=(cosine),b=(plateau:factor=0.5,patience=0)", "warmup:steps=3,then=plateau:factor=0.5,patience=0",
	} {
		s, err := schedule.Parse(text, schedule.Units{StepsPerEpoch: 7, TotalSteps: 28})
		if err != nil {
			t.Fatal(err)
		}
		add("schedule "+text, func(c *train.Config) { c.Schedule = s })
	}
	add("ema", func(c *train.Config) { c.Average = train.EMA(0.9) })
	add("swa", func(c *train.Config) { c.Average = train.SWA(0.25) })
	add("clip, penalty, decay", func(c *train.Config) {
		c.Clip, c.Penalty, c.WeightDecay, c.ProxL1 = optim.ClipNorm(0.5), loss.Penalty{L1: 1e-3, L2: 1e-3}, 1e-2, 1e-3
	})
	add("frozen", func(c *train.Config) { c.Freeze = []string{"1.*"} })
	add("patience", func(c *train.Config) { c.Patience, c.MinDelta = 1, 0.05 })
	add("in order", func(c *train.Config) { c.Order = train.InOrder })
	add("in order, in parts", func(c *train.Config) { c.Order, c.MicroBatch = train.InOrder, 5 })
	add("batch of all", func(c *train.Config) { c.BatchSize, c.Epochs = train.All, 15 })
	add("accumulated", func(c *train.Config) { c.BatchSize, c.MicroBatch, c.Epochs = train.All, 10, 15 })
	add("accumulated mini-batches", func(c *train.Config) { c.BatchSize, c.MicroBatch = 20, 6 })
	add("around", around)
	add("around, accumulated", func(c *train.Config) { around(c); c.BatchSize, c.MicroBatch = 20, 6 })
	add("noise, each batch in two plans", func(c *train.Config) { c.Noise, c.BatchSize, c.MicroBatch, c.Epochs = optim.NewNoise(0.1), 50, 40, 10 })
	add("sam", func(c *train.Config) { c.SAM = 0.1 })
	add("sam, around, accumulated", func(c *train.Config) {
		around(c)
		c.SAM, c.BatchSize, c.MicroBatch = 0.1, 20, 6
	})
	for kind := range optim.DecayKinds() {
		add("weight decay "+optim.DecayKind(kind).String(), func(c *train.Config) { c.WeightDecay, c.DecayKind = 0.1, optim.DecayKind(kind) })
	}
	image := func(name string, change func(*train.Config)) {
		list = append(list, broken{name, true, change})
	}
	image("crop, flip, mixup", func(c *train.Config) { c.Augment = augment(t, "crop:1,flip,mixup:0.4") })
	falling := map[string]schedule.Schedule{"dropout": schedule.FlatCosine{Steps: 20, Flat: 0.2}}
	image("falling dropout", func(c *train.Config) { c.Schedules = falling })
	image("falling dropout, accumulated", func(c *train.Config) { c.Schedules, c.BatchSize, c.MicroBatch = falling, 20, 6 })
	add("decay by group", func(c *train.Config) {
		c.Optimizer = optim.NewAdamW()
		c.Groups = []optim.Group{{Match: "*.bias", RateFactor: 0.1, WeightDecay: new(0.1), Schedules: map[string]schedule.Schedule{"weight_decay": schedule.FlatCosine{Steps: 20}}}}
	})
	image("cutmix, accumulated", func(c *train.Config) {
		c.Augment, c.MicroBatch = augment(t, "rotate:10,cutmix:1"), 20
	})
	return list
}

// around turns on all that can be around a rule.
func around(c *train.Config) {
	c.Clip, c.Noise = optim.Clip{Value: 2, Adaptive: 0.5, Param: 1, Norm: 0.5}, optim.NewNoise(0.01)
	c.WeightDecay, c.DecayKind, c.ProxL1, c.MaxNorm = 0.1, optim.Cautiously, 1e-3, 2
	c.Lookahead = optim.Lookahead{Every: 3, Alpha: 0.5}
	c.Groups = []optim.Group{
		{Match: "*.bias", WeightDecay: new(0.01), RateFactor: 2},
		{Match: "1.*", Rule: optim.NewMomentum()},
		{Match: "*", Adaptive: new(0.0)},
	}
	c.Schedules = map[string]schedule.Schedule{
		"momentum": schedule.NewDip(28), "beta1": schedule.Cosine{Steps: 28, Floor: 0.5}, "weight_decay": schedule.Step{Every: 5, Factor: 0.5},
	}
}

func augment(t *testing.T, text string) data.Augment {
	a, err := data.ParseAugment(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// start returns the network, the sets and the configuration of a case.
func (b broken) start(t *testing.T, workers int) (nn.Layer, data.Source, data.Source, train.Config) {
	cfg := train.Config{BatchSize: 10, Epochs: 4, Seed: 3, Workers: workers}
	net := nn.MLP([]int{8}, 3, nn.Tanh, 0.2, nil)
	training, validation := blobs(t, 66, 1), blobs(t, 30, 2)
	if b.images {
		net = nn.Sequential{
			nn.Conv2D{Filters: 4, Kernel: nn.Square(3)},
			nn.BatchNorm{},
			nn.ReLU,
			nn.Flatten{},
			nn.Dropout{Rate: 0.3},
			nn.Dense{Units: 10},
		}
		parts := digits(t)
		training, validation = first(parts.Train, 130), first(parts.Validation, 50)
		cfg.BatchSize, cfg.Epochs = 40, 4
	}
	b.change(&cfg)
	if _, ok := cfg.Optimizer.(optim.LineSearchRule); ok {
		net = nn.MLP([]int{8}, 3, nn.Tanh, 0, nil)
		cfg.BatchSize, cfg.MicroBatch, cfg.Epochs = train.All, 40, 15
	}
	return net, training, validation, cfg
}

func first(s data.Source, n int) data.Source {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return data.Subset(s, rows)
}

// TestResume: a training that stops after a random update, and goes on in
// another trainer with another number of workers, reports the same updates and
// epochs and ends in the same bits as one that does not stop.
func TestResume(t *testing.T) {
	for _, tt := range brokenRuns(t) {
		t.Run(tt.name, func(t *testing.T) {
			run := func(workers, stop int, resume string) (*model.Model, string, string) {
				net, training, validation, cfg := tt.start(t, workers)
				ctx, cancel := context.WithCancel(background)
				defer cancel()
				log := ""
				cfg.Callback = told(func(p train.Progress) {
					log += fmt.Sprintln(p.Step)
					if e := p.Epoch; e != nil {
						log += fmt.Sprintln(e.Validation.Loss, e.Validation.Score("f1"), e.Score, e.TrainLoss, e.Best)
					}
					if p.Step.Update == stop {
						cancel()
					}
				})
				if stop > 0 {
					cfg.Checkpoints.Folder = t.TempDir()
				}
				trainer := newTrainer(t, net, training.Spec(), cfg)
				if resume != "" {
					if err := trainer.Resume(resume); err != nil {
						t.Fatal(err)
					}
				}
				model, err := trainer.Fit(ctx, training, validation)
				if err != nil && (stop == 0 || !errors.Is(err, context.Canceled)) {
					t.Fatal(err)
				}
				return model, log + trainer.Model().SHA256(), cfg.Checkpoints.Folder
			}
			want, wantLog, _ := run(1, 0, "")
			hash := fnv.New32()
			hash.Write([]byte(tt.name))
			total := int(hash.Sum32() % 1000)
			for i, stop := range []int{1 + total%14, 7} {
				_, log, folder := run(2, stop, "")
				model, rest, _ := run(1+i, 0, folder)
				if model.SHA256() != want.SHA256() {
					t.Errorf("stopped after update %d: weights %s, want %s", stop, model.SHA256(), want.SHA256())
				}
				if log = log[:len(log)-64] + rest; log != wantLog {
					t.Errorf("stopped after update %d: reports\n%s\nwant\n%s", stop, log, wantLog)
				}
			}
		})
	}
}

// counted is a set that calls a function at a read.
type counted struct {
	data.Source
	left *atomic.Int32
	then func()
}

func (c counted) Read(rows []int, x, y []float32) error {
	if c.left.Add(-1) == 0 {
		c.then()
	}
	return c.Source.Read(rows, x, y)
}

// TestResumeInsideUpdate stops trainings in the middle of an update that is
// made in parts: it is given up, and leaves no trace.
func TestResumeInsideUpdate(t *testing.T) {
	all := func(c *train.Config) { c.BatchSize, c.MicroBatch, c.Epochs = train.All, 5, 4 }
	for _, tt := range []broken{
		{"accumulated", false, all},
		{"around, sam", false, func(c *train.Config) { around(c); all(c); c.SAM = 0.1 }},
		{"images", true, func(c *train.Config) { all(c); c.MicroBatch, c.Augment = 10, augment(t, "crop:1,mixup:0.4") }},
		{"lbfgs", false, func(c *train.Config) { c.Optimizer, c.LearningRate = optim.NewLBFGS(), 50 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := func(reads int, folder string, resume bool) (string, int, int) {
				net, training, _, cfg := tt.start(t, 2)
				cfg.MicroBatch = min(cfg.MicroBatch, 10)
				ctx, cancel := context.WithCancel(background)
				defer cancel()
				var left atomic.Int32
				left.Store(int32(reads))
				cfg.Checkpoints.Folder = folder
				trainer := newTrainer(t, net, training.Spec(), cfg)
				if resume {
					if err := trainer.Resume(folder); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := trainer.Fit(ctx, counted{training, &left, cancel}, nil); err != nil && ctx.Err() == nil {
					t.Fatal(err)
				}
				return trainer.Model().SHA256(), trainer.Updates(), int(-left.Load())
			}
			want, updates, reads := run(0, "", false)
			for _, at := range []int{2, reads / 3, reads/2 + 3, reads*3/4 + 1} {
				folder := t.TempDir()
				_, made, _ := run(at, folder, false)
				if made >= updates {
					t.Fatalf("stopped at read %d of %d, after the last update", at, reads)
				}
				if got, _, _ := run(0, folder, true); got != want {
					t.Errorf("stopped at read %d of %d, after update %d of %d: weights %s, want %s", at, reads, made, updates, got, want)
				}
			}
		})
	}
}
