package train_test

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/dist"
	"descent/optim"
	"descent/train"
)

// adding is a member that adds up by itself, in the order of the ranks.
type adding struct {
	dist.Group
	calls *int
}

func (a adding) AllReduce(values []float32) error {
	*a.calls++
	all, err := dist.Gather(a.Group, bytesOf(values))
	if err != nil {
		return err
	}
	clear(values)
	for _, part := range all {
		for i := range values {
			values[i] += math.Float32frombits(uint32(part[4*i]) | uint32(part[4*i+1])<<8 | uint32(part[4*i+2])<<16 | uint32(part[4*i+3])<<24)
		}
	}
	return nil
}

func bytesOf(values []float32) (b []byte) {
	for _, v := range values {
		u := math.Float32bits(v)
		b = append(b, byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
	}
	return b
}

// TestFast: the fast reduction trains, near the exact one, to the same weights on all members, also by
// a group that adds up itself; it says what it is, and a run does not change its reduction.
func TestFast(t *testing.T) {
	for name, change := range map[string]func(*train.Config){
		"adam":    func(c *train.Config) {},
		"prodigy": func(c *train.Config) { c.Optimizer = optim.NewProdigy() },
		"sam":     func(c *train.Config) { c.SAM, c.Optimizer = 0.05, optim.NewMuon() },
	} {
		for _, adds := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				net, training, cfg := shardStart(t, change)
				cfg.BatchSize = 20 // in runs of four, three and three
				exact := newTrainer(t, net, training.Spec(), cfg)
				if _, err := exact.Fit(background, training, nil); err != nil {
					t.Fatal(err)
				}
				want := exact.Model().Store()
				cfg.Reduce = train.Fast
				var said strings.Builder
				calls := 0
				members := inGroup(t, 3, net, training, nil, cfg, func(rank int, c *train.Config, made *train.Trainer) (s data.Source, ctx context.Context) {
					if made == nil && rank == 0 {
						c.Logger = slog.New(slog.NewTextHandler(&said, nil))
					}
					if made == nil && adds {
						c.Group = adding{c.Group, new(int)}
						if rank == 1 {
							c.Group = adding{c.Group.(adding).Group, &calls}
						}
					}
					return nil, nil
				})
				for rank, m := range members {
					if m.err != nil {
						t.Fatal(m.err)
					}
					if m.model.SHA256() != members[0].model.SHA256() {
						t.Errorf("rank %d has other weights than rank 0", rank)
					}
				}
				if adds != (calls > 0) {
					t.Errorf("the group was asked %d times to add up", calls)
				}
				if !strings.Contains(said.String(), "depend on the number of ranks") {
					t.Errorf("what it says is %q", said.String())
				}
				got, differs := members[0].model.Store(), false
				for _, name := range got.Names() {
					far := 0.0
					for i, x := range got.Value(name) {
						far = max(far, math.Abs(float64(x-want.Value(name)[i])))
					}
					if differs = differs || far > 0; !(far < 3e-3) { // measured, doubled: of a bias before a normalization, whose gradient is rounding alone
						t.Errorf("%s is off by %v", name, far)
					}
				}
				if !differs {
					t.Error("the weights are those of the exact reduction: the test says nothing")
				}
			})
		}
	}
	net, training, cfg := shardStart(t, func(*train.Config) {})
	path := t.TempDir() + "/checkpoint"
	if err := newTrainer(t, net, training.Spec(), cfg).SaveCheckpoint(path); err != nil {
		t.Fatal(err)
	}
	cfg.Reduce = train.Fast
	says(t, newTrainer(t, net, training.Spec(), cfg).Resume(path), "Reduce is 0 in the checkpoint, and 1 here")
	cfg.Reduce = 7
	_, err := train.New(net, training.Spec(), cfg)
	says(t, err, "reduction is 7")
	if _, err := train.ParseReduction("quick"); err == nil || !slices.Contains(train.Reductions(), "fast") {
		t.Errorf("quick is read as a reduction with the error %v, of %v", err, train.Reductions())
	}
}
