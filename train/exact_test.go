package train_test

import (
	"fmt"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// exactly trains twice over the digits with all that could depend on the
// order of work, and returns the hash of the weights.
func exactly(t *testing.T, parts data.Parts, change func(*train.Config)) string {
	t.Helper()
	cfg := train.Config{
		Optimizer: optim.NewAdamW(), Penalty: loss.Penalty{L1: 1e-5, L2: 1e-4}, Clip: optim.ClipNorm(1),
		BatchSize: 50, Epochs: 2, Seed: 1, Workers: 1,
	}
	if change != nil {
		change(&cfg)
	}
	net := nn.MLP([]int{80, 24}, 10, nn.GELU, 0.2, nil)
	trainer := newTrainer(t, net, parts.Train.Spec(), cfg)
	model, err := trainer.Fit(background, parts.Train, parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	return model.SHA256()
}

// TestSeeds: each seed changes what it is for, and nothing else.
func TestSeeds(t *testing.T) {
	parts := digits(t)
	one := exactly(t, parts, nil)
	if again := exactly(t, parts, nil); again != one {
		t.Error("the same run ends in other weights")
	}
	if other := exactly(t, parts, func(c *train.Config) { c.Seed = 2 }); other == one {
		t.Error("another seed ends in the same weights")
	}
	// The split is drawn by its own seed.
	hash := func(seed uint64) string {
		parts, err := data.Split(data.Digits(), data.SplitConfig{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		h, err := data.Hash(parts.Test)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if first, again := hash(0), hash(0); first != again || first == hash(1) {
		t.Error("the split does not follow from its own seed")
	}
	// Initial weights follow from the seed, not from the data or the batch.
	first := func(seed uint64, batch int) string {
		return newTrainer(t, nn.MLP([]int{5}, 10, nn.ReLU, 0, nil), parts.Train.Spec(),
			train.Config{Seed: seed, BatchSize: batch}).Model().SHA256()
	}
	if first(1, 10) != first(1, 20) || first(1, 10) == first(2, 10) {
		t.Error("initial weights do not follow from the seed")
	}
}

// TestSeedOfEachPart: with the same initial weights, the seed still changes
// the order of rows, and with a fixed order the dropout.
func TestSeedOfEachPart(t *testing.T) {
	source := blobs(t, 60, 1)
	for _, tt := range []struct {
		name    string
		dropout float64
		batch   int
		differ  bool
	}{
		{"order", 0, 10, true},
		{"dropout", 0.5, train.All, true},
		{"neither", 0, train.All, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			net := nn.MLP([]int{8}, 3, nn.ReLU, tt.dropout, nil)
			start := newTrainer(t, net, source.Spec(), train.Config{}).Model()
			run := func(seed uint64) string {
				trainer := newTrainer(t, net, source.Spec(), train.Config{From: start, Seed: seed, BatchSize: tt.batch, Epochs: 2})
				steps(t, trainer, source)
				return trainer.Model().SHA256()
			}
			if differ := run(1) != run(2); differ != tt.differ {
				t.Errorf("two seeds differ: %v, want %v", differ, tt.differ)
			}
		})
	}
}

// TestOrderOfEpochs: an epoch has each row once, and epochs differ.
func TestOrderOfEpochs(t *testing.T) {
	source := &recorder{Source: blobs(t, 20, 1)}
	trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{BatchSize: 6, Epochs: 3, Seed: 4})
	steps(t, trainer, source)
	if len(source.rows) != 60 {
		t.Fatalf("%d rows read, want 60", len(source.rows))
	}
	seen := map[string]bool{}
	for epoch := range 3 {
		order := source.rows[20*epoch : 20*epoch+20]
		count := map[int]int{}
		for _, r := range order {
			count[r]++
		}
		if len(count) != 20 {
			t.Errorf("epoch %d reads %d of 20 rows", epoch, len(count))
		}
		if want := data.Order(20, 4, epoch); fmt.Sprint(order) != fmt.Sprint(want) {
			t.Errorf("epoch %d reads %v, want %v", epoch, order, want)
		}
		seen[fmt.Sprint(order)] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d different orders in 3 epochs", len(seen))
	}
}

// recorder remembers which rows were read. Rows are read by one goroutine at
// a time, which has ended when the epoch has.
type recorder struct {
	data.Source
	rows []int
}

func (r *recorder) Read(rows []int, x, y []float32) error {
	r.rows = append(r.rows, rows...)
	return r.Source.Read(rows, x, y)
}
