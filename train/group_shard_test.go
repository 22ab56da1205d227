package train_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"descent/data"
	"descent/dist"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// wide is a network of which one weight has the elements of three tasks, the last
// shorter, one those of two, and others of one.
func wide() nn.Layer {
	return nn.Sequential{nn.Dense{Units: 301}, nn.Tanh, nn.Dense{Units: 120}, nn.BatchNorm{}, nn.ReLU, nn.Dense{Units: 140}, nn.Tanh, nn.Dense{Units: 3}}
}

// shardRuns are trainings with each rule, and with what surrounds one, whose state is spread.
func shardRuns(t *testing.T) map[string]func(*train.Config) {
	runs := map[string]func(*train.Config){
		"around": func(c *train.Config) {
			around(c)
			c.Groups[1].Match = "2.*"
		},
		"clip":             func(c *train.Config) { c.Clip = optim.Clip{Value: 0.01, Norm: 0.05} },
		"clip units":       func(c *train.Config) { c.Clip = optim.Clip{Adaptive: 0.01, Param: 0.1, Norm: 0.05} },
		"penalty, prox":    func(c *train.Config) { c.Penalty.L1, c.Penalty.L2, c.ProxL1 = 1e-4, 1e-3, 1e-3 },
		"max norm":         func(c *train.Config) { c.MaxNorm = 0.5 },
		"noise":            func(c *train.Config) { c.Noise = optim.NewNoise(0.01) },
		"lookahead":        func(c *train.Config) { c.Lookahead = optim.Lookahead{Every: 2, Alpha: 0.5} },
		"ema":              func(c *train.Config) { c.Average = train.EMA(0.9) },
		"swa":              func(c *train.Config) { c.Average = train.SWA(0.5) },
		"sam":              func(c *train.Config) { c.SAM = 0.05 },
		"frozen":           func(c *train.Config) { c.Freeze = []string{"0.*"} },
		"joint in a group": func(c *train.Config) { c.Groups = []optim.Group{{Match: "*.bias", Rule: optim.NewProdigy()}} },
		"one micro-batch":  func(c *train.Config) { c.BatchSize, c.MicroBatch = 10, 64 },
		"one, with a penalty": func(c *train.Config) {
			c.BatchSize, c.MicroBatch, c.Penalty.L2, c.Clip = 10, 64, 1e-2, optim.ClipNorm(0.1)
		},
		"one, averaged": func(c *train.Config) { c.BatchSize, c.MicroBatch, c.Average = 10, 64, train.EMA(0.5) },
	}
	for _, name := range optim.Names() {
		for _, prefix := range []string{"", "cautious-", "centralized-"} {
			if prefix != "" && (testing.Short() || name == "lbfgs") {
				continue
			}
			runs[prefix+name] = func(c *train.Config) {
				rule, err := optim.ByName(prefix + name)
				if err != nil {
					t.Fatal(err)
				}
				if c.Optimizer = rule; name == "lbfgs" {
					c.BatchSize, c.Epochs = train.All, 4
				}
			}
		}
	}
	return runs
}

func shardStart(t *testing.T, change func(*train.Config)) (nn.Layer, data.Source, train.Config) {
	cfg := train.Config{BatchSize: 10, MicroBatch: 2, Epochs: 2, Seed: 3, Workers: 1}
	change(&cfg)
	return wide(), blobs(t, 20, 1), cfg
}

// TestShards: members that share the state of training end in the bits of one alone, with
// every rule.
func TestShards(t *testing.T) {
	for name, change := range shardRuns(t) {
		t.Run(name, func(t *testing.T) {
			net, training, cfg := shardStart(t, change)
			run := func(c train.Config, g dist.Group) (string, error) {
				var trace strings.Builder
				c.Group = g
				c.Callback = func(_ *train.Trainer, p train.Progress) error {
					_, err := fmt.Fprintln(&trace, p.Step)
					return err
				}
				trainer, err := train.New(net, training.Spec(), c)
				if err != nil {
					return "", err
				}
				defer trainer.Close()
				m, err := trainer.Fit(background, training, training)
				if err != nil {
					return "", err
				}
				return fmt.Sprintln(m.SHA256(), trainer.Model().SHA256()) + trace.String(), nil
			}
			want, err := run(cfg, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{1, 2, 3} {
				var all sync.WaitGroup
				for rank, g := range dist.Local(n) {
					all.Go(func() {
						got, err := run(cfg, g)
						if err != nil {
							g.Abort(err)
						}
						if err != nil || got != want {
							t.Errorf("rank %d of %d: error %v,\n%s, and alone it is\n%s", rank, n, err, got, want)
						}
					})
				}
				all.Wait()
			}
		})
	}
}

// TestShardedCheckpoint: the checkpoint of members that share the state is, to the byte, that of
// one alone; it is written by rank 0, and any number of members goes on from it.
func TestShardedCheckpoint(t *testing.T) {
	for name, change := range shardRuns(t) {
		if strings.Contains(name, "-") && name != "schedule-free-adamw" || testing.Short() && len(name) > 5 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			net, training, cfg := shardStart(t, change)
			folder := t.TempDir()
			// walk trains until the update after which it saves, or to the end.
			walk := func(g dist.Group, resume, save string) (string, error) {
				c := cfg
				c.Group = g
				trainer, err := train.New(net, training.Spec(), c)
				if err == nil && resume != "" {
					err = trainer.Resume(resume)
				}
				if err != nil {
					return "", err
				}
				defer trainer.Close()
				for step, err := range trainer.Steps(background, training) {
					if err != nil {
						return "", err
					}
					if save != "" && step.Update == 2 {
						return "", trainer.SaveCheckpoint(save)
					}
				}
				return trainer.Model().SHA256(), nil
			}
			alone := filepath.Join(folder, "alone")
			if _, err := walk(nil, "", alone); err != nil {
				t.Fatal(err)
			}
			want, err := walk(nil, "", "")
			if err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(alone)
			if err != nil {
				t.Fatal(err)
			}
			group := func(n int, f func(rank int, g dist.Group) error) {
				t.Helper()
				var all sync.WaitGroup
				for rank, g := range dist.Local(n) {
					all.Go(func() {
						if err := f(rank, g); err != nil && !errors.Is(err, train.ErrLeft) {
							g.Abort(err)
							t.Errorf("rank %d of %d: %v", rank, n, err)
						}
					})
				}
				all.Wait()
			}
			for _, n := range []int{2, 3} {
				saved := filepath.Join(folder, fmt.Sprint(n))
				group(n, func(rank int, g dist.Group) error {
					_, err := walk(g, "", saved)
					return err
				})
				if got, err := os.ReadFile(saved); err != nil || !bytes.Equal(got, content) {
					t.Errorf("the checkpoint of %d members differs from that of one, error %v", n, err)
				}
				group(5-n, func(rank int, g dist.Group) error {
					got, err := walk(g, saved, "")
					if err == nil && got != want {
						err = errors.New("other weights")
					}
					return err
				})
			}
			if got, err := walk(nil, filepath.Join(folder, "3"), ""); err != nil || got != want {
				t.Errorf("alone it goes on to other weights, error %v", err)
			}
		})
	}
}

// TestShardsAllocate: what members that share the state exchange in an update allocates nothing.
func TestShardsAllocate(t *testing.T) {
	source := blobs(t, 16*120, 1)
	cfg := train.Config{BatchSize: 16, MicroBatch: 4, Epochs: 1, Workers: 1, Average: train.EMA(0.9), Clip: optim.ClipNorm(1)}
	alone := allocations(t, newTrainer(t, wide(), source.Spec(), cfg), source, 20, 100)
	var together uint64
	var all sync.WaitGroup
	for rank, g := range dist.Local(2) {
		cfg := cfg
		cfg.Group = g
		trainer := newTrainer(t, wide(), source.Spec(), cfg)
		all.Go(func() {
			if rank == 0 {
				together = allocations(t, trainer, source, 20, 100)
				return
			}
			for _, err := range trainer.Steps(background, source) {
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if together > 2*alone+80 { // the runtime has some of its own
		t.Errorf("%d allocations in 80 updates of two members, and %d of one without a group", together, alone)
	}
	t.Logf("%d allocations, and %d alone", together, alone)
}

// TestShardedCheckpointFails: a checkpoint that rank 0 cannot write is an error there, and all
// go on to the same weights.
func TestShardedCheckpointFails(t *testing.T) {
	net, training, cfg := shardStart(t, func(*train.Config) {})
	alone := newTrainer(t, net, training.Spec(), cfg)
	if _, err := alone.Fit(background, training, nil); err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(t.TempDir(), "nowhere", "checkpoint")
	for rank, m := range inGroup(t, 3, net, training, nil, cfg, func(rank int, c *train.Config, made *train.Trainer) (data.Source, context.Context) {
		if made == nil {
			c.Callback = func(made *train.Trainer, p train.Progress) error {
				if err := made.SaveCheckpoint(nowhere); (err != nil) != (rank == 0) {
					return fmt.Errorf("rank %d saves with the error %v", rank, err)
				}
				return nil
			}
		}
		return nil, nil
	}) {
		if m.err != nil || m.model.SHA256() != alone.Model().SHA256() {
			t.Errorf("rank %d: other weights, error %v", rank, m.err)
		}
	}
}
