package train

import (
	"context"
	"sync"
	"testing"

	"descent/dist"
)

// TestGroupByLength: batches of sequences of like length are those of a trainer alone in a
// group of any size, though micro-batches of one batch have other lengths.
func TestGroupByLength(t *testing.T) {
	parts := lineParts(t)
	spec := parts.Train.Spec()
	for name, net := range sequenceNetworks(spec) {
		run := func(g dist.Group) (string, float64, error) {
			cfg := Config{Group: g, Order: ByLength, Seed: 2, BatchSize: 24, MicroBatch: 4, Epochs: 2, Workers: 1}
			tr, err := New(net, spec, cfg)
			if err != nil {
				return "", 0, err
			}
			defer tr.Close()
			score := 0.0
			tr.cfg.Callback = func(_ *Trainer, p Progress) error {
				if p.Epoch != nil {
					score = p.Epoch.Score
				}
				return nil
			}
			_, err = tr.Fit(context.Background(), parts.Train, parts.Validation)
			return tr.Model().SHA256(), score, err
		}
		want, score, err := run(nil)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 4; n++ {
			var all sync.WaitGroup
			for rank, g := range dist.Local(n) {
				all.Go(func() {
					got, at, err := run(g)
					if err != nil {
						g.Abort(err)
					}
					if err != nil || got != want || at != score {
						t.Errorf("%s: rank %d of %d ends in other weights or another score: %v, want %v; error %v", name, rank, n, at, score, err)
					}
				})
			}
			all.Wait()
		}
	}
}
