package train_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"descent/data"
	"descent/dist"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
	"descent/train"

	"descent/graph"
)

// member is what one rank of a group ends with.
type member struct {
	trainer *train.Trainer
	model   *model.Model
	err     error
}

// inGroup runs Fit on each of n members; change is told the rank.
func inGroup(t *testing.T, n int, net nn.Layer, training, validation data.Source, cfg train.Config, change func(rank int, cfg *train.Config, trainer *train.Trainer) (data.Source, context.Context)) []member {
	t.Helper()
	members := make([]member, n)
	var all sync.WaitGroup
	for rank, g := range dist.Local(n) {
		all.Go(func() {
			m, cfg, training, ctx := &members[rank], cfg, training, background
			cfg.Group, cfg.Workers = g, 1
			if change != nil {
				change(rank, &cfg, nil)
			}
			if m.trainer, m.err = train.New(net, training.Spec(), cfg); m.err != nil {
				g.Abort(m.err)
				return
			}
			defer m.trainer.Close()
			if change != nil {
				if s, c := change(rank, &cfg, m.trainer); s != nil {
					training, ctx = s, c
				}
			}
			m.model, m.err = m.trainer.Fit(ctx, training, validation)
		})
	}
	ended := make(chan struct{}, 1)
	go func() { all.Wait(); ended <- struct{}{} }()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute):
		t.Fatal("a member hangs")
	}
	return members
}

// groupRun is a training whose bits do not depend on who shares it.
type groupRun struct {
	name   string
	images bool
	change func(*train.Config)
}

func groupRuns(t *testing.T) []groupRun {
	return []groupRun{
		{"dense, adam, clip", false, func(c *train.Config) { c.Clip = optim.ClipNorm(0.5) }},
		{"uneven parts", false, func(c *train.Config) { c.BatchSize, c.MicroBatch = 23, 3 }},
		{"muon", false, func(c *train.Config) { c.Optimizer = optim.NewMuon() }},
		{"around", false, func(c *train.Config) { around(c) }},
		{"sam", false, func(c *train.Config) { c.SAM = 0.05 }},
		{"sam, one micro-batch", false, func(c *train.Config) { c.SAM, c.MicroBatch = 0.05, 64 }},
		{"lbfgs", false, func(c *train.Config) { c.Optimizer, c.BatchSize, c.Epochs = optim.NewLBFGS(), train.All, 5 }},
		{"average, patience", false, func(c *train.Config) { c.Average, c.Patience = train.EMA(0.9), 1 }},
		{"images, batch normalization, dropout", true, func(c *train.Config) {}},
		{"images, a row left over", true, func(c *train.Config) { c.MicroBatch = 13 }},
		{"images, augmented, muon", true, func(c *train.Config) {
			c.Augment, c.Optimizer = augment(t, "crop:1,flip,mixup:0.4"), optim.NewMuon()
		}},
	}
}

func (r groupRun) start(t *testing.T) (nn.Layer, data.Source, data.Source, train.Config) {
	// 66 rows in batches of 20 leave 6 over, fewer micro-batches than ranks.
	net, training, validation, cfg := broken{r.name, r.images, func(*train.Config) {}}.start(t, 1)
	cfg.BatchSize, cfg.MicroBatch, cfg.Epochs = 20, 3, 2
	if r.images {
		cfg.BatchSize, cfg.MicroBatch = 40, 6
	}
	if r.name == "lbfgs" {
		net = nn.MLP([]int{8}, 3, nn.Tanh, 0, nil)
	}
	r.change(&cfg)
	return net, training, validation, cfg
}

// TestGroup: training in a group of any size ends, on every member, in the
// bits, scores and last step of a trainer alone.
func TestGroup(t *testing.T) {
	for _, r := range groupRuns(t) {
		t.Run(r.name, func(t *testing.T) {
			net, training, validation, cfg := r.start(t)
			trace := func(c *train.Config) *string {
				var text string
				c.Callback = func(_ *train.Trainer, p train.Progress) error {
					p.Step.Probe = nil
					text += fmt.Sprintln(p.Step)
					if p.Epoch != nil {
						text += fmt.Sprintln(p.Epoch.TrainLoss, p.Epoch.Score, p.Epoch.Best)
					}
					return nil
				}
				return &text
			}
			alone := cfg
			want := trace(&alone)
			trainer := newTrainer(t, net, training.Spec(), alone)
			m, err := trainer.Fit(background, training, validation)
			if err != nil {
				t.Fatal(err)
			}
			hash, last := m.SHA256(), trainer.Model().SHA256()
			sizes := []int{1, 2, 3, 4, 8}
			if testing.Short() {
				sizes = []int{4}
			}
			for _, n := range sizes {
				traces := make([]*string, n)
				for rank, m := range inGroup(t, n, net, training, validation, cfg, func(rank int, c *train.Config, made *train.Trainer) (data.Source, context.Context) {
					if made == nil {
						traces[rank] = trace(c)
					}
					return nil, nil
				}) {
					switch {
					case m.err != nil:
						t.Fatalf("rank %d of %d: %v", rank, n, m.err)
					case m.model.SHA256() != hash || m.trainer.Model().SHA256() != last:
						t.Errorf("rank %d of %d ends in other weights than a trainer alone", rank, n)
					case *traces[rank] != *want:
						t.Errorf("rank %d of %d says\n%sand alone it is\n%s", rank, n, *traces[rank], *want)
					}
				}
			}
		})
	}
}

// TestGroupResumes: a group that is stopped goes on with another number of members, or as one
// trainer, to the same bits.
func TestGroupResumes(t *testing.T) {
	for _, r := range groupRuns(t)[8:] {
		net, training, validation, cfg := r.start(t)
		m, err := newTrainer(t, net, training.Spec(), cfg).Fit(background, training, validation)
		if err != nil {
			t.Fatal(err)
		}
		want := m.SHA256()
		for _, sizes := range [][2]int{{3, 2}, {2, 4}, {1, 3}} {
			folder := filepath.Join(t.TempDir(), "checkpoints")
			cfg := cfg
			cfg.Checkpoints.Folder = folder
			ctx, cancel := context.WithCancel(background)
			for rank, m := range inGroup(t, sizes[0], net, training, validation, cfg, func(rank int, c *train.Config, made *train.Trainer) (data.Source, context.Context) {
				if made == nil && rank == sizes[0]-1 { // another than the one that writes
					c.Callback = func(_ *train.Trainer, p train.Progress) error {
						if p.Step.Update == 3 {
							cancel()
						}
						return nil
					}
				}
				if made == nil {
					return nil, nil
				}
				if rank == sizes[0]-1 {
					return training, ctx
				}
				return training, background
			}) {
				if rank == sizes[0]-1 && !errors.Is(m.err, context.Canceled) || !errors.Is(m.err, train.ErrInterrupted) || errors.Is(m.err, dist.ErrAborted) {
					t.Fatalf("rank %d: error %v", rank, m.err)
				}
				if m.trainer.Updates() != 3 {
					t.Fatalf("rank %d leaves after %d updates", rank, m.trainer.Updates())
				}
			}
			for rank, m := range inGroup(t, sizes[1], net, training, validation, cfg, func(_ int, _ *train.Config, made *train.Trainer) (data.Source, context.Context) {
				if made != nil {
					if err := made.Resume(folder); err != nil {
						t.Error(err)
					}
					if made.Updates() != 3 {
						t.Errorf("resumed after %d updates", made.Updates())
					}
				}
				return nil, nil
			}) {
				if m.err != nil || m.model.SHA256() != want {
					t.Errorf("%s: rank %d of %d after %d: other weights, error %v", r.name, rank, sizes[1], sizes[0], m.err)
				}
			}
		}
	}
}

// TestGroupAgrees: members that do not train the same say in what they differ.
func TestGroupAgrees(t *testing.T) {
	net, training, validation, cfg := groupRuns(t)[0].start(t)
	for want, change := range map[string]func(c *train.Config) data.Source{
		"Seed is 3 on rank 0, and 4 on rank 1":       func(c *train.Config) data.Source { c.Seed = 4; return training },
		"MicroBatch is 3 on rank 0, and 4 on rank 1": func(c *train.Config) data.Source { c.MicroBatch = 4; return training },
		"the training set is":                        func(*train.Config) data.Source { return blobs(t, 66, 9) },
		"the checksum of the weights is": func(c *train.Config) data.Source {
			c.From = newTrainer(t, net, training.Spec(), train.Config{Seed: 9}).Model()
			return training
		},
	} {
		for _, m := range inGroup(t, 3, net, training, validation, cfg, func(rank int, c *train.Config, made *train.Trainer) (data.Source, context.Context) {
			if rank != 1 {
				return nil, nil
			}
			s := change(c)
			if made == nil {
				return nil, nil
			}
			return s, background
		}) {
			says(t, m.err, want)
		}
	}
}

// failing is a set that fails at a read.
type failing struct {
	data.Source
	reads *int
}

func (f failing) Read(rows []int, x, y []float32) error {
	if *f.reads--; *f.reads < 0 {
		return errors.New("the disk is gone")
	}
	return f.Source.Read(rows, x, y)
}

// TestGroupFails: what goes wrong on one member ends training on all, and none hangs.
func TestGroupFails(t *testing.T) {
	net, training, validation, cfg := groupRuns(t)[0].start(t)
	for name, tt := range map[string]struct {
		at     func(c *train.Config) error // of rank 1, after its third update
		self   string
		others string
	}{
		"callback": {func(*train.Config) error { return errors.New("full") }, "full", "by rank 1: full"},
		"stop":     {func(*train.Config) error { return train.ErrStop }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			members := inGroup(t, 4, net, training, validation, cfg, func(rank int, c *train.Config, made *train.Trainer) (data.Source, context.Context) {
				if rank == 1 && made == nil {
					c.Callback = func(_ *train.Trainer, p train.Progress) error {
						if p.Step.Update == 3 {
							return tt.at(c)
						}
						return nil
					}
				}
				return nil, nil
			})
			for rank, m := range members {
				want := tt.others
				if rank == 1 {
					want = tt.self
				}
				if want == "" {
					if m.err != nil || m.trainer.Updates() != 3 || m.model.SHA256() != members[0].model.SHA256() {
						t.Errorf("rank %d: %d updates, error %v", rank, m.trainer.Updates(), m.err)
					}
					continue
				}
				says(t, m.err, want)
			}
		})
	}
	t.Run("reading", func(t *testing.T) {
		for rank, m := range inGroup(t, 3, net, training, validation, cfg, func(rank int, _ *train.Config, made *train.Trainer) (data.Source, context.Context) {
			if rank == 2 && made != nil {
				reads := 6 // some are for the hash
				return failing{training, &reads}, background
			}
			return nil, nil
		}) {
			says(t, m.err, "the disk is gone")
			if rank != 2 && !errors.Is(m.err, dist.ErrAborted) {
				t.Errorf("rank %d: error %v", rank, m.err)
			}
		}
	})
	t.Run("leaving", func(t *testing.T) {
		var all sync.WaitGroup
		errs := make([]error, 3)
		for rank, g := range dist.Local(3) {
			all.Go(func() {
				cfg := cfg
				cfg.Group, cfg.Workers = g, 1
				trainer := newTrainer(t, net, training.Spec(), cfg)
				for step, err := range trainer.Steps(background, training) {
					if errs[rank] = err; err != nil || rank == 2 && step.Update == 3 {
						break
					}
				}
			})
		}
		all.Wait()
		if errs[2] != nil || !errors.Is(errs[0], train.ErrLeft) || !errors.Is(errs[1], train.ErrLeft) {
			t.Errorf("errors %v", errs)
		}
	})
}

// poison has one row whose features make the loss of its micro-batch infinite.
type poison struct {
	data.Source
	row int
}

func (p poison) Read(rows []int, x, y []float32) error {
	if err := p.Source.Read(rows, x, y); err != nil {
		return err
	}
	size := len(x) / len(rows)
	for i, row := range rows {
		if row == p.row {
			for j := range size {
				x[i*size+j] = 1e38
			}
		}
	}
	return nil
}

// TestGroupDiverges: a loss that is not finite on one rank is met by all alike, in each way.
func TestGroupDiverges(t *testing.T) {
	net, training, validation, cfg := groupRuns(t)[0].start(t)
	net = nn.MLP([]int{8}, 3, nn.ReLU, 0, nil)
	bad := poison{training, 17}
	t.Run("stop", func(t *testing.T) {
		for _, m := range inGroup(t, 3, net, bad, validation, cfg, nil) {
			if !errors.Is(m.err, train.ErrDiverged) {
				t.Errorf("error %v", m.err)
			}
		}
	})
	for _, way := range []train.Nonfinite{train.Skip, train.Rewind} {
		t.Run(way.String(), func(t *testing.T) {
			cfg := cfg
			cfg.OnNonfinite = way
			end := func(m *model.Model, err error) string {
				if err != nil {
					return fmt.Sprint(errors.Is(err, train.ErrDiverged))
				}
				return m.SHA256()
			}
			cfg.Checkpoints.Folder = filepath.Join(t.TempDir(), "alone")
			alone := newTrainer(t, net, training.Spec(), cfg)
			want := end(alone.Fit(background, bad, validation))
			last := alone.Model().SHA256()
			cfg.Checkpoints.Folder = filepath.Join(t.TempDir(), "group")
			for rank, m := range inGroup(t, 4, net, bad, validation, cfg, nil) {
				if got := end(m.model, m.err); got != want || m.trainer.Model().SHA256() != last {
					t.Errorf("rank %d: %s, alone %s; %v", rank, got, want, m.err)
				}
			}
		})
	}
}

// TestGroupRewinds: a group goes back and on with a smaller rate as a trainer alone does.
func TestGroupRewinds(t *testing.T) {
	source, _, _ := line(t, 64, 5)
	net := nn.MLP([]int{4}, 1, nn.ReLU, 0, nil)
	config := func() train.Config {
		return train.Config{
			Optimizer: optim.SGD{}, LearningRate: 4, BatchSize: 8, MicroBatch: 2, Epochs: 12, Seed: 1, OnNonfinite: train.Rewind,
			Checkpoints: train.Checkpoints{Folder: filepath.Join(t.TempDir(), "checkpoints"), Every: train.Interval{Updates: 3}},
		}
	}
	alone := newTrainer(t, net, source.Spec(), config())
	m, err := alone.Fit(background, source, nil)
	if err != nil || alone.Rate() == 4 {
		t.Fatalf("rate %v, error %v; want a smaller rate", alone.Rate(), err)
	}
	for rank, got := range inGroup(t, 3, net, source, nil, config(), nil) {
		if got.err != nil || got.trainer.Rate() != alone.Rate() || got.model.SHA256() != m.SHA256() {
			t.Errorf("rank %d: rate %v, want %v; error %v", rank, got.trainer.Rate(), alone.Rate(), got.err)
		}
	}
}

// TestGroupMicroBatch: unless it is given, the size of a micro-batch follows from the
// batch alone, and groups of any size train the same.
func TestGroupMicroBatch(t *testing.T) {
	net, training, validation, cfg := groupRuns(t)[0].start(t)
	for batch, want := range map[int]int{4: 8, 32: 8, 200: 13, 1 << 20: 1024, train.All: 1024} {
		trainer := newTrainer(t, net, training.Spec(), train.Config{Group: dist.Local(1)[0], BatchSize: batch})
		if got := trainer.Config().MicroBatch; got != want {
			t.Errorf("batches of %d: micro-batches of %d rows, want %d", batch, got, want)
		}
	}
	cfg.MicroBatch = 0
	hashes := map[string]bool{}
	for n := 1; n <= 3; n++ {
		for _, m := range inGroup(t, n, net, training, validation, cfg, nil) {
			if m.err != nil {
				t.Fatal(m.err)
			}
			hashes[m.model.SHA256()] = true
		}
	}
	if len(hashes) != 1 {
		t.Errorf("%d different models", len(hashes))
	}
}

// TestGroupAllocates: what a group exchanges in an update allocates nothing.
func TestGroupAllocates(t *testing.T) {
	source := blobs(t, 16*120, 1)
	net := nn.Sequential{nn.Dense{Units: 16}, nn.BatchNorm{}, nn.ReLU, nn.Dense{Units: 3}}
	count := func(g dist.Group) uint64 {
		trainer := newTrainer(t, net, source.Spec(), train.Config{Group: g, BatchSize: 16, MicroBatch: 4, Epochs: 1})
		return allocations(t, trainer, source, 20, 100)
	}
	if alone, one := count(nil), count(dist.Local(1)[0]); one > alone+40 { // the runtime has some of its own
		t.Errorf("%d allocations in 80 updates, and %d without a group", one, alone)
	}
}

// ownBuffer is a layer that sets a buffer in a way of its own.
type ownBuffer struct{ reads bool }

func (b ownBuffer) Forward(c *nn.Context, x graph.Tensor) graph.Tensor {
	most := c.Buffer("most", initial.Zeros{})
	if b.reads {
		c.SetRunning(most, 0.5, x.Mean())
		return x.Add(most)
	}
	c.SetBuffer(most, x.Mean())
	return x
}

// TestGroupRefuses: buffers of which a member cannot take part in are errors.
func TestGroupRefuses(t *testing.T) {
	_, training, validation, cfg := groupRuns(t)[0].start(t)
	for reads, want := range map[bool]string{false: "buffer 0.ownbuffer.most is set by Context.SetBuffer", true: "buffer 0.ownbuffer.most changes with each micro-batch"} {
		net := nn.Sequential{ownBuffer{reads}, nn.Dense{Units: 3}}
		for _, m := range inGroup(t, 2, net, training, validation, cfg, nil) {
			says(t, m.err, want)
		}
	}
}
