package train_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"descent/data"
	"descent/internal/safetensors"
	"descent/model"
	"descent/nn"
	"descent/optim"
	"descent/schedule"
	"descent/train"
)

func TestParseInterval(t *testing.T) {
	for text, want := range map[string]train.Interval{
		"auto": {}, "500": {Updates: 500}, "2e": {Epochs: 2}, "90s": {Time: 90 * time.Second}, "1h30m": {Time: 90 * time.Minute},
	} {
		got, err := train.ParseInterval(text)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
		if back, err := train.ParseInterval(got.String()); err != nil || back != got {
			t.Errorf("%s is written %s", text, got)
		}
	}
	for _, text := range []string{"", "0", "-3", "0e", "1.5e", "e", "5 minutes", "-1s", "0s"} {
		_, err := train.ParseInterval(text)
		says(t, err, "no interval", "500", "2e", "10m")
	}
	says(t, train.Interval{Updates: 1, Epochs: 1}.Validate(), "not in more than one")
	says(t, train.Interval{Time: -1}.Validate(), "negative")
}

// names lists the files of a folder.
func names(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

// TestIntervals: checkpoints come as often as was asked for, the newest stay,
// and there is one before the first update.
func TestIntervals(t *testing.T) {
	source := blobs(t, 60, 1)
	for _, tt := range []struct {
		name  string
		every train.Interval
		keep  int
		want  string
	}{
		{"automatic", train.Interval{}, 0, "epoch-0000-batch-000000.safetensors"},
		{"updates", train.Interval{Updates: 5}, 0, "epoch-0002-batch-000003.safetensors epoch-0003-batch-000002.safetensors"},
		{"epochs", train.Interval{Epochs: 2}, 9, "epoch-0000-batch-000000.safetensors epoch-0002-batch-000000.safetensors"},
		{"time", train.Interval{Time: 1}, 1, "epoch-0003-batch-000004.safetensors"},
		{"long time", train.Interval{Time: time.Hour}, 1, "epoch-0000-batch-000000.safetensors"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "new", "folder")
			seen := ""
			cfg := train.Config{BatchSize: 10, Epochs: 4, Checkpoints: train.Checkpoints{Folder: folder, Every: tt.every, Keep: tt.keep}}
			trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), cfg)
			for step, err := range trainer.Steps(background, source) {
				if err != nil {
					t.Fatal(err)
				}
				if step.Update == 1 && names(t, folder) != "epoch-0000-batch-000000.safetensors" {
					t.Errorf("before the first update there is %q", names(t, folder))
				}
				if step.Update == 23 {
					seen = names(t, folder)
					break
				}
			}
			if seen != tt.want {
				t.Errorf("before update 23 ended there is %q, want %q", seen, tt.want)
			}
		})
	}
}

// TestStepsResume: the owner of a loop over Steps saves and resumes without
// Fit, before the first update as well as in the middle of an epoch.
func TestStepsResume(t *testing.T) {
	source := blobs(t, 66, 1)
	cfg := train.Config{BatchSize: 10, Epochs: 3, Schedule: schedule.Plateau{Factor: 0.5, Patience: 0}, Average: train.EMA(0.9)}
	net := nn.MLP([]int{6}, 3, nn.Tanh, 0.3, nil)
	observe := func(trainer *train.Trainer, step train.Step) {
		if step.Batch == step.Batches-1 {
			trainer.Observe(1)
		}
	}
	whole := newTrainer(t, net, source.Spec(), cfg)
	for step, err := range whole.Steps(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		observe(whole, step)
	}
	for _, at := range []int{0, 1, 9, 14, 20} {
		path := filepath.Join(t.TempDir(), "checkpoint")
		trainer := newTrainer(t, net, source.Spec(), cfg)
		if at == 0 {
			if err := trainer.SaveCheckpoint(path); err != nil {
				t.Fatal(err)
			}
		} else {
			for step, err := range trainer.Steps(background, source) {
				if err != nil {
					t.Fatal(err)
				}
				observe(trainer, step)
				if step.Update == at {
					if err := trainer.SaveCheckpoint(path); err != nil {
						t.Fatal(err)
					}
				}
				if step.Update == at+2 {
					break
				}
			}
		}
		resumed := newTrainer(t, net, source.Spec(), cfg)
		if err := resumed.Resume(path); err != nil {
			t.Fatal(err)
		}
		if resumed.Updates() != at {
			t.Errorf("resumed after update %d, want %d", resumed.Updates(), at)
		}
		first := at + 1
		for step, err := range resumed.Steps(background, source) {
			if err != nil {
				t.Fatal(err)
			}
			if step.Update != first {
				t.Fatalf("update %d, want %d", step.Update, first)
			}
			first++
			observe(resumed, step)
		}
		if resumed.Model().SHA256() != whole.Model().SHA256() || resumed.Rate() != whole.Rate() {
			t.Errorf("resumed after update %d: other bits", at)
		}
	}
}

// saved returns a trainer after one epoch, and the file of its checkpoint.
func saved(t *testing.T) (*train.Trainer, data.Source, string) {
	t.Helper()
	source := blobs(t, 60, 1)
	trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{BatchSize: 10, Epochs: 1})
	if _, err := trainer.Fit(background, source, source); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "checkpoint.safetensors")
	if err := trainer.SaveCheckpoint(path); err != nil {
		t.Fatal(err)
	}
	return trainer, source, path
}

// TestResumeErrors names what does not fit; the trainer is as it was.
func TestResumeErrors(t *testing.T) {
	trainer, source, path := saved(t)
	file := filepath.Join(t.TempDir(), "model")
	if err := trainer.Model().Save(file); err != nil {
		t.Fatal(err)
	}
	change := func(f func(meta map[string]any)) string {
		file, err := safetensors.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var meta map[string]any
		if err := json.Unmarshal([]byte(file.Meta["descent_checkpoint"]), &meta); err != nil {
			t.Fatal(err)
		}
		f(meta)
		text, err := json.Marshal(meta)
		if err != nil {
			t.Fatal(err)
		}
		file.Meta["descent_checkpoint"] = string(text)
		changed := filepath.Join(t.TempDir(), "changed")
		if err := safetensors.WriteFile(changed, file.Meta, file.Tensors); err != nil {
			t.Fatal(err)
		}
		return changed
	}
	usual := train.Config{BatchSize: 10, Epochs: 1}
	for _, tt := range []struct {
		name string
		path string
		net  nn.Layer
		cfg  train.Config
		says []string
	}{
		{"no file", path + "x", nn.Dense{Units: 3}, usual, []string{"checkpoint.safetensorsx"}},
		{"empty folder", t.TempDir(), nn.Dense{Units: 3}, usual, []string{"holds no checkpoint"}},
		{"model", file, nn.Dense{Units: 3}, usual, []string{"is a model", "Config.From"}},
		{"newer", change(func(m map[string]any) { m["format"] = 99 }), nn.Dense{Units: 3}, usual, []string{"format 99", "1 to 2", "newer build"}},
		{"damaged", change(func(m map[string]any) { m["beside"] = "x" }), nn.Dense{Units: 3}, usual, []string{"damaged", "checksum"}},
		{"other rate", path, nn.Dense{Units: 3}, train.Config{BatchSize: 10, Epochs: 1, LearningRate: 0.5}, []string{"LearningRate is 0.001 in the checkpoint, and 0.5 here"}},
		{"other rule", path, nn.Dense{Units: 3}, train.Config{BatchSize: 10, Epochs: 1, Optimizer: optim.NewLion()}, []string{"Optimizer", "optim.Adam{", "optim.Lion{"}},
		{"other network", path, nn.Sequential{nn.Dense{Units: 3, NoBias: true}}, usual, []string{"Network", "NoBias: true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other := newTrainer(t, tt.net, source.Spec(), tt.cfg)
			before := other.Model().SHA256()
			says(t, other.Resume(tt.path), tt.says...)
			if other.Updates() != 0 || other.Model().SHA256() != before {
				t.Error("the trainer has changed")
			}
		})
	}
	other := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), usual)
	if err := other.Resume(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap ErrNotExist", err)
	}
	if err := other.Resume(path); err != nil {
		t.Fatal(err)
	}
	_, err := other.Fit(background, blobs(t, 61, 1), nil)
	says(t, err, "61 rows", "had 60")
	if _, err := model.Load(path); err == nil {
		t.Error("a checkpoint was loaded as a model")
	}
	folder := train.Config{OnNonfinite: train.Rewind}
	_, err = train.New(nn.Dense{Units: 3}, source.Spec(), folder)
	says(t, err, "Checkpoints.Folder")
}

// TestEveryByteCounts: no change of a byte passes for a good checkpoint, and
// no part of one does.
func TestEveryByteCounts(t *testing.T) {
	trainer, source, path := saved(t)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := trainer.Model().SHA256()
	other := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), train.Config{BatchSize: 10, Epochs: 1})
	try := func(what string, at int, b []byte) {
		damaged := filepath.Join(t.TempDir(), "damaged")
		if err := os.WriteFile(damaged, b, 0o666); err != nil {
			t.Fatal(err)
		}
		// A space more or less in the header changes nothing.
		if err := other.Resume(damaged); err == nil && other.Model().SHA256() != want {
			t.Errorf("%s %d of %d was not noticed", what, at, len(text))
		}
	}
	for at := 0; at < len(text); at += 13 {
		b := bytes.Clone(text)
		b[at] ^= 0x10
		try("a change of byte", at, b)
		try("the end after byte", at, text[:at])
	}
}

// TestUnwritableFolder: a checkpoint that cannot be written does not end the
// training or change it, but the first one does.
func TestUnwritableFolder(t *testing.T) {
	source := blobs(t, 60, 1)
	fit := func(folder string, spoil func()) (string, string, error) {
		var notices strings.Builder
		cfg := train.Config{
			BatchSize: 10, Epochs: 3, Checkpoints: train.Checkpoints{Folder: folder, Every: train.Interval{Updates: 2}},
			Logger: slog.New(slog.NewTextHandler(&notices, nil)),
			Callback: told(func(p train.Progress) {
				if p.Step.Update == 5 {
					spoil()
				}
			}),
		}
		trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), cfg)
		m, err := trainer.Fit(background, source, nil)
		if err != nil {
			return "", "", err
		}
		return m.SHA256(), notices.String(), nil
	}
	want, _, err := fit("", func() {})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "checkpoints")
	away := folder + "-away"
	got, notices, err := fit(folder, func() {
		if err := errors.Join(os.Rename(folder, away), os.WriteFile(folder, nil, 0o666)); err != nil {
			t.Fatal(err)
		}
	})
	if err != nil || got != want {
		t.Errorf("weights %s, %v; want %s", got, err, want)
	}
	if !strings.Contains(notices, "no checkpoint could be saved") {
		t.Errorf("the notices are %s", notices)
	}
	if names(t, away) != "epoch-0000-batch-000002.safetensors epoch-0000-batch-000004.safetensors" {
		t.Errorf("the checkpoints from before are %s", names(t, away))
	}
	if _, _, err := fit(folder, func() {}); err == nil {
		t.Error("training began although it could never be resumed")
	}
}

// TestSecondTraining: a training refuses the checkpoints of another, and one
// that begins an epoch anew drops those from behind its start.
func TestSecondTraining(t *testing.T) {
	source := blobs(t, 60, 1)
	cfg := train.Config{BatchSize: 10, Epochs: 3, Checkpoints: train.Checkpoints{Folder: t.TempDir(), Every: train.Interval{Updates: 2}}}
	trainer := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), cfg)
	for step, err := range trainer.Steps(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		if step.Update == 11 {
			break
		}
	}
	if got := names(t, cfg.Checkpoints.Folder); got != "epoch-0001-batch-000002.safetensors epoch-0001-batch-000004.safetensors" {
		t.Errorf("after update 11 there is %s", got)
	}
	for step, err := range trainer.Steps(background, source) {
		if err != nil {
			t.Fatal(err)
		}
		if step.Update != 12 || step.Epoch != 1 || step.Batch != 0 {
			t.Errorf("goes on with %+v", step)
		}
		break
	}
	if got := names(t, cfg.Checkpoints.Folder); got != "epoch-0001-batch-000000.safetensors" {
		t.Errorf("after the new start of the epoch there is %s", got)
	}
	other := newTrainer(t, nn.Dense{Units: 3}, source.Spec(), cfg)
	_, err := other.Fit(background, source, nil)
	says(t, err, "another training", "Resume")
	if err := other.Resume(cfg.Checkpoints.Folder); err != nil || other.Updates() != 11 {
		t.Errorf("resumed after update %d, %v; want 11", other.Updates(), err)
	}
}

// TestFirstFormat opens a checkpoint and a model of the first format, which
// TestWriteFirstFormat wrote once.
func TestFirstFormat(t *testing.T) {
	source := blobs(t, 60, 1)
	trainer, validation := firstFormat(t, source)
	if err := trainer.Resume(filepath.Join("testdata", "checkpoint-1.safetensors")); err != nil {
		t.Fatal(err)
	}
	if trainer.Updates() != 15 || trainer.Best() == nil {
		t.Errorf("%d updates, want 15, and best model %v", trainer.Updates(), trainer.Best())
	}
	if _, err := trainer.Fit(background, source, validation); err != nil {
		t.Fatal(err)
	}
	if trainer.Updates() != 24 {
		t.Errorf("%d updates, want 24", trainer.Updates())
	}
	m, err := model.Load(filepath.Join("testdata", "model-1.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	const sum = "013f9ac436899b3a12e8e577c0eb753c1e0f9ce80fe8e4ca811c3698be5c5e99"
	if m.SHA256() != sum {
		t.Errorf("weights %s, want %s", m.SHA256(), sum)
	}
	if _, err := m.Evaluate(background, source); err != nil {
		t.Fatal(err)
	}
}

// TestFirstFormatInParts: a run of the first format, whose updates are made in
// micro-batches, goes on by the random numbers and sums of that format, also
// when it is resumed again; what is begun now does not.
func TestFirstFormatInParts(t *testing.T) {
	const want = "f7a70de475de0bbfe232fded655db0ac311646b22c10a22b89fdaea7c8d5705e"
	source := blobs(t, 105, 1)
	run := func(from string, at int, to string) string {
		t.Helper()
		var trainer *train.Trainer
		cfg := train.Config{BatchSize: 50, MicroBatch: 8, Epochs: 6, Seed: 1}
		cfg.Callback = func(_ *train.Trainer, p train.Progress) error {
			if p.Step.Update == at {
				return trainer.SaveCheckpoint(to)
			}
			return nil
		}
		trainer = newTrainer(t, nn.MLP([]int{4}, 3, nn.ReLU, 0.1, nil), source.Spec(), cfg)
		if from != "" {
			if err := trainer.Resume(from); err != nil {
				t.Fatal(err)
			}
		}
		m, err := trainer.Fit(background, source, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m.SHA256()
	}
	later := filepath.Join(t.TempDir(), "later")
	if got := run(filepath.Join("testdata", "checkpoint-1-parts.safetensors"), 11, later); got != want {
		t.Errorf("weights %s, want %s", got, want)
	}
	if got := run(later, 0, ""); got != want {
		t.Errorf("resumed again: weights %s, want %s", got, want)
	}
	if got := run("", 5, later); got == want {
		t.Error("a run of now has the sums of the first format")
	} else if again := run(later, 0, ""); again != got {
		t.Errorf("resumed: weights %s, want %s", again, got)
	}
}

// firstFormat returns the trainer of those files, and its validation set.
func firstFormat(t *testing.T, source data.Source) (*train.Trainer, data.Source) {
	var trainer *train.Trainer
	trainer = newTrainer(t, nn.MLP([]int{4}, 3, nn.ReLU, 0.1, nil), source.Spec(), train.Config{
		Optimizer: optim.NewAdamW(), Schedule: schedule.Plateau{Factor: 0.5}, Average: train.EMA(0.9), Clip: optim.ClipNorm(1),
		BatchSize: 10, Epochs: 4, Patience: 3, Seed: 1,
		Callback: told(func(p train.Progress) {
			if p.Step.Update == 15 && os.Getenv("DESCENT_WRITE_FIRST_FORMAT") != "" {
				err := errors.Join(
					trainer.SaveCheckpoint(filepath.Join("testdata", "checkpoint-1.safetensors")),
					trainer.Model().Save(filepath.Join("testdata", "model-1.safetensors")))
				if err != nil {
					t.Error(err)
				}
			}
		}),
	})
	return trainer, blobs(t, 30, 2)
}

// TestWriteFirstFormat writes the files of TestFirstFormat. They are not to be
// written again: that would be no test of old files any more.
func TestWriteFirstFormat(t *testing.T) {
	if os.Getenv("DESCENT_WRITE_FIRST_FORMAT") == "" {
		t.Skip("the files are there")
	}
	source := blobs(t, 60, 1)
	trainer, validation := firstFormat(t, source)
	if _, err := trainer.Fit(background, source, validation); err != nil {
		t.Fatal(err)
	}
}
