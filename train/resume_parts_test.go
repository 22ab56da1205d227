package train_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"descent/nn"
	"descent/optim"
	"descent/train"
)

// TestResumeWithinParts resumes from every update and every epoch's end of runs
// whose micro-batches do not divide the batch, nor the batch the rows: the bits
// are those of the run that was never stopped.
func TestResumeWithinParts(t *testing.T) {
	source, validation := blobs(t, 53, 1), blobs(t, 20, 2)
	norm := nn.Sequential{nn.Dense{Units: 5}, nn.BatchNorm{}, nn.Dropout{Rate: 0.2}, nn.Dense{Units: 3}}
	for name, tt := range map[string]struct {
		net nn.Layer
		cfg train.Config
	}{
		"a row left over":  {norm, train.Config{BatchSize: 26}},
		"micro-batch of 7": {norm, train.Config{BatchSize: 20, MicroBatch: 7, Average: train.EMA(0.9), Lookahead: optim.NewLookahead()}},
		"batch too large":  {norm, train.Config{BatchSize: 1000, MicroBatch: 13}},
		"sharpness":        {norm, train.Config{BatchSize: 20, MicroBatch: 7, SAM: 0.05}},
		"line search":      {nn.Dense{Units: 3}, train.Config{BatchSize: train.All, MicroBatch: 7, Optimizer: optim.NewLBFGS()}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			run := func(from string) string {
				t.Helper()
				cfg := tt.cfg
				cfg.Epochs, cfg.Seed = 2, 1
				cfg.Callback = func(tr *train.Trainer, p train.Progress) error {
					if from != "" {
						return nil
					}
					return tr.SaveCheckpoint(filepath.Join(folder, fmt.Sprintf("%d %v", p.Step.Update, p.Epoch != nil)))
				}
				trainer := newTrainer(t, tt.net, source.Spec(), cfg)
				if from != "" {
					if err := trainer.Resume(from); err != nil {
						t.Fatal(err)
					}
				}
				best, err := trainer.Fit(background, source, validation)
				if err != nil {
					t.Fatal(err)
				}
				return trainer.Model().SHA256() + best.SHA256()
			}
			want := run("")
			files, err := filepath.Glob(filepath.Join(folder, "*"))
			if err != nil || len(files) < 2 {
				t.Fatalf("checkpoints %v, %v", files, err)
			}
			for _, file := range files {
				if got := run(file); got != want {
					t.Errorf("from update %s: weights %s, want %s", filepath.Base(file), got, want)
				}
			}
		})
	}
}
