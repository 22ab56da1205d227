package runs_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
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
	for name, text := range files("0.1") {
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

// TestWriteFileRemovesLeft: what a process left that was killed while it wrote the
// same file goes; what one still writes, and what others wrote, stays.
func TestWriteFileRemovesLeft(t *testing.T) {
	root := t.TempDir()
	left := put(t, root, "out.csv.0123abcd.tmp", "half")
	others := []string{put(t, root, "other.csv.0123abcd.tmp", ""), put(t, root, "out.csv.tmp", ""), put(t, root, "out.csv.0123abcd.tmp.bak", "")}
	busy, err := runs.Lock(put(t, root, "out.csv.0badcafe.tmp", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	if err := runs.WriteFile(filepath.Join(root, "out.csv"), func(w io.Writer) error { _, err := io.WriteString(w, "whole"); return err }); err != nil {
		t.Fatal(err)
	}
	if exists(left) {
		t.Error("what was left is still there")
	}
	for _, path := range append(others, busy.Name()) {
		if !exists(path) {
			t.Errorf("%s is gone", path)
		}
	}
}

// TestWriteToNoFile: a device is written to, and stays one.
func TestWriteToNoFile(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	if err := runs.WriteFile("/dev/full", func(w io.Writer) error { _, err := io.WriteString(w, "text"); return err }); err == nil {
		t.Error("a full device took what was written")
	}
	if info, err := os.Lstat("/dev/full"); err != nil || info.Mode().IsRegular() {
		t.Errorf("/dev/full is %v, %v", info.Mode(), err)
	}
}
