package train

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestDue: an automatic interval is a hundred times what the last checkpoint
// cost, and 10 seconds at least.
func TestDue(t *testing.T) {
	for _, tt := range []struct {
		every Interval
		cost  time.Duration
		since time.Duration
		want  bool
	}{
		{Interval{}, 0, 0, false},
		{Interval{}, 0, 10 * time.Second, true},
		{Interval{}, time.Minute, 95 * time.Minute, false},
		{Interval{}, time.Minute, 100 * time.Minute, true},
		{Interval{Time: time.Hour}, 100 * time.Hour, 55 * time.Minute, false},
		{Interval{Time: time.Hour}, 100 * time.Hour, time.Hour, true},
	} {
		tr := &Trainer{cfg: Config{Checkpoints: Checkpoints{Folder: "x", Every: tt.every}}}
		tr.keeper = keeper{saved: time.Now().Add(-tt.since), cost: tt.cost}
		if got := tr.due(); got != tt.want {
			t.Errorf("%v after the last, which cost %v, every %v: due is %v", tt.since, tt.cost, tt.every, got)
		}
		tr.cfg.Checkpoints.Folder = ""
		if tr.due() {
			t.Error("a checkpoint is due although there is no folder")
		}
	}
}

// TestRemoveUnfinished: only a checkpoint on its way to its name is removed.
func TestRemoveUnfinished(t *testing.T) {
	folder := t.TempDir()
	names := []string{
		"epoch-0001-batch-000002.safetensors.0123abcd.tmp",
		"epoch-0001-batch-000002.safetensors",
		"epoch-0001-batch-000002.safetensors.0123abcd.tmp.mine",
		"notes.safetensors.old.tmp",
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	kept := filepath.Join(folder, "epoch-0001-batch-000003.safetensors.0123abcd.tmp") // a folder
	if err := os.Mkdir(kept, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := removeUnfinished(folder); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(names) { // one is gone, the folder stays
		t.Errorf("left are %v", entries)
	}
}
