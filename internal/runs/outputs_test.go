package runs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
	"descent/internal/runtest"
)

// TestSpare: what a command writes takes the place of nothing that it reads, nor
// of what runs keep.
func TestSpare(t *testing.T) {
	root := t.TempDir()
	in := func(name string) string { return filepath.Join(root, name) }
	data := put(t, root, "data.csv", "x\n")
	put(t, root, "photos/cat/1.png", "")
	put(t, root, "photos/old.csv", "")
	put(t, root, "notes.csv", "")
	for name, text := range runtest.Files("0.1") {
		put(t, in("run"), name, text)
	}
	put(t, root, "sweep/plan.json", `{"kind":"sweep"}`)
	put(t, root, "own/metrics.csv", "") // no run
	if err := os.Link(data, in("hard.csv")); err != nil {
		t.Skip(err)
	}
	for _, link := range []struct{ to, name string }{{data, "soft.csv"}, {in("run/best.safetensors"), "model"}, {in("photos"), "pictures"}} {
		if err := os.Symlink(link.to, in(link.name)); err != nil {
			t.Skip(err)
		}
	}
	put(t, root, "run/best.safetensors", "")
	t.Chdir(root)
	reads := runs.Reads("data.csv", "photos", "digits", "")
	for path, want := range map[string]string{
		"data.csv": "what the command reads", "run/../data.csv": "what the command reads", data: "what the command reads",
		"soft.csv": "what the command reads", "hard.csv": "what the command reads",
		"photos/cat/1.png": "part of", "pictures/cat/1.png": "part of", "photos/new.png": "", "photos/old.csv": "", "photos/cat/new.csv": "",
		"run/best.safetensors": "that train keeps", "run/config.yaml": "that train keeps", "run/test.json": "that train keeps", "model": "that train keeps",
		"run/checkpoints/lock": "that train keeps", "run/predictions.csv": "", "sweep/trials.jsonl": "that sweep keeps", "sweep/x.csv": "",
		"notes.csv": "", "new.csv": "", "no/where.csv": "", "own/metrics.csv": "",
	} {
		err := reads.Spare(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %q", path, err, want)
		}
	}
	file, err := os.Open("notes.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := reads.And("the standard input", file).Spare("notes.csv"); err == nil || !strings.Contains(err.Error(), "standard input") {
		t.Errorf("error is %v", err)
	}
}
