package train_test

import (
	"bytes"
	"slices"
	"testing"

	"descent/internal/kernel/isa"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// TestTables trains what tables are made of: encodings in front of an ensemble in
// one network. Whole runs end in the same bits for any number of workers and any
// instruction set, on whole batches and in parts; and what was learned is in the
// file.
func TestTables(t *testing.T) {
	parts := digits(t)
	edges := slices.Repeat([][]float64{{0, 0.25, 0.5, 0.75, 1}}, 8)
	net := nn.Sequential{
		nn.Flatten{},
		nn.Concat{
			nn.Sequential{nn.Select{Columns: []int{9, 10, 12, 20, 19, 18, 43, 44}}, nn.PiecewiseLinear{Edges: edges, Apart: true}, nn.DenseEach{Units: 3, Activation: nn.ReLU}, nn.Flatten{}},
			nn.Sequential{nn.Select{Columns: []int{26, 27, 28}}, nn.SmoothClip{}, nn.Periodic{Sigma: 1}},
			nn.Identity{},
		},
		nn.Scale{}, nn.TabM(4, []int{48, 32}, 10, nn.SiLU, 0.1, nn.Classes),
	}
	run := func(workers, batch, micro int) *model.Model {
		t.Helper()
		trainer := newTrainer(t, net, parts.Train.Spec(), train.Config{BatchSize: batch, MicroBatch: micro, Epochs: 3, Seed: 1, Workers: workers})
		m, err := trainer.Fit(background, parts.Train, parts.Validation)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, micro := range []int{50, 20} {
		m := run(1, 50, micro)
		for _, tier := range isa.Tiers() {
			restore := isa.Use(tier)
			if got := run(3, 50, micro); got.SHA256() != m.SHA256() {
				t.Errorf("%v, 3 workers, parts of %d rows: other weights", tier, micro)
			}
			restore()
		}
		report, err := m.Evaluate(background, parts.Validation)
		if err != nil {
			t.Fatal(err)
		}
		if report.Score("accuracy") < 0.75 {
			t.Errorf("accuracy %v after 3 epochs; the loss is not that of members, or their gradient is wrong", report.Score("accuracy"))
		}
		var file bytes.Buffer
		if err := m.Write(&file); err != nil {
			t.Fatal(err)
		}
		again, err := model.Read(file.Bytes())
		if err != nil || again.SHA256() != m.SHA256() {
			t.Errorf("the model read again: %v", err)
		}
	}
}
