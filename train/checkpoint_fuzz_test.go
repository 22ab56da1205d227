package train

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"descent/data"
	"descent/internal/safetensors"
	"descent/model"
	"descent/nn"
	"descent/schedule"
)

// FuzzCheckpoint resumes from checkpoints whose checksum is right and whose
// state says anything: that is refused, or training goes on.
func FuzzCheckpoint(f *testing.F) {
	x, labels := make([][]float32, 6), make([]int, 6)
	for i := range x {
		x[i], labels[i] = []float32{float32(i), 1}, i%2
	}
	source, err := data.FromClasses(x, labels, []string{"a", "b"})
	if err != nil {
		f.Fatal(err)
	}
	cfg := Config{BatchSize: 2, Epochs: 3, Workers: 1, Schedule: schedule.NewPlateau()}
	begin := func(t testing.TB) *Trainer {
		trainer, err := New(nn.Dense{Units: 2}, source.Spec(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return trainer
	}
	trainer := begin(f)
	defer trainer.Close()
	for step, err := range trainer.Steps(context.Background(), source) {
		if err != nil {
			f.Fatal(err)
		}
		if step.Update == 4 {
			break
		}
	}
	state, err := json.Marshal(trainer.saved())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state)
	f.Add([]byte(`{"epoch":-1,"batch":-1,"rows":-1,"updates":-1,"first":-1,"loss_sum":"NaN","best":"+Inf","last":{}}`))
	f.Fuzz(func(t *testing.T, state []byte) {
		trainer := begin(t)
		defer trainer.Close()
		if !json.Valid(state) || !utf8.Valid(state) {
			return
		}
		text, err := json.Marshal(map[string]any{
			"format": CheckpointFormat, "version": model.Version(), "config": trainer.settings, "state": json.RawMessage(state),
		})
		if err != nil {
			t.Fatal(err)
		}
		tensors := trainer.tensors(trainer.store, nil)
		path := filepath.Join(t.TempDir(), "checkpoint.safetensors")
		meta := map[string]string{checkpointKey: string(text), checksumKey: checksum(text, tensors)}
		if err := safetensors.WriteFile(path, meta, tensors); err != nil {
			t.Fatal(err)
		}
		if trainer.Resume(path) != nil {
			return
		}
		made := 0
		for _, err := range trainer.Steps(context.Background(), source) {
			if made++; err != nil || made == 5 {
				break
			}
		}
	})
}
