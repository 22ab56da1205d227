package runs_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/internal/runs"
	"descent/internal/runtest"
)

// put makes a file below folder, and the folders that it lies in.
func put(t testing.TB, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func exists(path string) bool { _, err := os.Lstat(path); return err == nil }

// TestRemoveLeavesWhatIsOfOthers: a run folder is removed with what a run writes,
// and stays with anything else, which the error names.
func TestRemoveLeavesWhatIsOfOthers(t *testing.T) {
	for name, own := range map[string]bool{
		"best.safetensors":              true,
		"last.safetensors.0123abcd.tmp": true,
		"report.html":                   true,
		"events.out.tfevents.1700000000.000000001.descent": true,
		"checkpoints/lock": true,
		"checkpoints/epoch-0001-batch-000002.safetensors":                true,
		"checkpoints/epoch-0001-batch-000002.safetensors.damaged":        true,
		"checkpoints/epoch-10001-batch-1000002.safetensors.0badcafe.tmp": true,
		"of-my-own.safetensors":                                          false,
		"notes.0123abcd.tmp":                                             false,
		"report.html.tmp":                                                false,
		"metrics.csv.bak":                                                false,
		"checkpoints/notes.txt":                                          false,
		"checkpoints/epoch-1.safetensors":                                false,
		"checkpoints/old/lock":                                           false,
		"figures/loss.svg":                                               false,
		".hidden":                                                        false,
	} {
		run := runtest.Folder(t, "run", runtest.Files("0.1"))
		path := put(t, run, filepath.FromSlash(name), "mine")
		err := runs.Remove(run)
		switch {
		case own && (err != nil || exists(run)):
			t.Errorf("%s: the run stays: %v", name, err)
		case !own && (err == nil || !strings.Contains(err.Error(), strings.SplitN(name, "/old", 2)[0]) && !strings.Contains(err.Error(), "figures")):
			t.Errorf("%s: error is %v", name, err)
		case !own && (!exists(path) || !exists(filepath.Join(run, "config.yaml"))):
			t.Errorf("%s: something was removed", name)
		}
	}
}

// TestFinishedLeavesWhatIsOfOthers: with the checkpoints goes nothing else.
func TestFinishedLeavesWhatIsOfOthers(t *testing.T) {
	f := &runs.Folder{Path: t.TempDir()}
	if err := f.Take(); err != nil {
		t.Fatal(err)
	}
	mine := put(t, f.Path, "checkpoints/notes.txt", "mine")
	put(t, f.Path, "checkpoints/epoch-0001-batch-000002.safetensors", "")
	stays, err := f.Finished()
	if err != nil || !slices.Equal(stays, []string{mine}) {
		t.Errorf("%v stay: %v", stays, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(mine)); err != nil || len(entries) != 1 {
		t.Errorf("the checkpoints are %v: %v", entries, err)
	}
}

// TestUnfinished: left-over files of a run are removed, those of others stay.
func TestUnfinished(t *testing.T) {
	f := &runs.Folder{Path: t.TempDir()}
	for name, stays := range map[string]bool{
		"report.html.0123abcd.tmp": false, "trials.jsonl.0123abcd.tmp": false, "checkpoints/lock": true,
		"checkpoints/epoch-0001-batch-000002.safetensors.0123abcd.tmp": false,
		"thesis.0123abcd.tmp": true, "report.html.tmp": true, "checkpoints/x.0123abcd.tmp": true,
	} {
		path := put(t, f.Path, name, "")
		if err := f.RemoveUnfinished(); err != nil {
			t.Fatal(err)
		}
		if exists(path) != stays {
			t.Errorf("%s is there: %v", name, !stays)
		}
	}
}

// TestLinks: a run does not go on by way of links, which lead elsewhere.
func TestLinks(t *testing.T) {
	for _, name := range []string{"config.yaml", "metrics.csv", "steps.csv", "probes.jsonl", "best.safetensors", "last.safetensors", "summary.json", "checkpoints", "checkpoints/lock", "checkpoints/epoch-0001-batch-000002.safetensors"} {
		run := runtest.Folder(t, "run", runtest.Files("0.1"))
		put(t, run, "checkpoints/lock", "")
		elsewhere := t.TempDir()
		victim := put(t, elsewhere, "victim", "data: digits\n")
		if name == "checkpoints" {
			victim = elsewhere
		}
		path := filepath.Join(run, name)
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(victim, path); err != nil {
			t.Skip(err)
		}
		if _, err := runs.Open(run); err == nil || !strings.Contains(err.Error(), path+" is a link") {
			t.Errorf("%s: error is %v", name, err)
		}
		if err := runs.Remove(run); err == nil || !strings.Contains(err.Error(), "a link") {
			t.Errorf("%s: error of removing is %v", name, err)
		}
	}
}

// TestHardLinks: a log under two names would change under both.
func TestHardLinks(t *testing.T) {
	run := runtest.Folder(t, "run", runtest.Files("0.1"))
	put(t, run, "checkpoints/lock", "")
	other := filepath.Join(t.TempDir(), "steps.csv")
	if err := os.Link(filepath.Join(run, "steps.csv"), other); err != nil {
		t.Skip(err)
	}
	f, err := runs.Open(run)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Cut(nil); err == nil || !strings.Contains(err.Error(), "steps.csv") {
		t.Errorf("error is %v", err)
	}
	if text, err := os.ReadFile(other); err != nil || string(text) != runtest.Files("0.1")["steps.csv"] {
		t.Errorf("it changed: %q, %v", text, err)
	}
}

// TestCutNamesLogsOnly: a mark from elsewhere names no other file.
func TestCutNamesLogsOnly(t *testing.T) {
	root := t.TempDir()
	victim := put(t, root, "victim", "mine")
	for name, size := range map[string]int64{
		"../victim": 0, victim: 0, "config.yaml": 0, "checkpoints/lock": 0, "": 0, ".": 0, "new.csv": 0, "metrics.csv": -1,
	} {
		run := runtest.Folder(t, "run", runtest.Files("0.1"))
		f := &runs.Folder{Path: run}
		if err := f.Cut(map[string]int64{name: size, "steps.csv": 0}); err == nil || !strings.Contains(err.Error(), "metrics.csv") {
			t.Errorf("%q: error is %v", name, err)
		}
		if text, err := os.ReadFile(filepath.Join(run, "steps.csv")); err != nil || string(text) != runtest.Files("0.1")["steps.csv"] {
			t.Errorf("%q: a log was cut: %q, %v", name, text, err)
		}
		f.Close()
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "mine" {
		t.Errorf("it was cut: %q, %v", text, err)
	}
}

// TestGone: a folder that was removed, or another in its place, is noticed.
func TestGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	f := &runs.Folder{Path: path}
	if err := f.Take(); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Here(); err != nil {
		t.Error(err)
	}
	if err := os.Rename(path, path+"2"); err != nil {
		t.Skip(err) // not while a file is open
	}
	for range 2 {
		if err := f.Here(); err == nil || !strings.Contains(err.Error(), path+" is gone") {
			t.Errorf("error is %v", err)
		}
		put(t, path, "checkpoints/lock", "") // of another run
	}
}

// TestWriteTakesPlacesOfPlainFiles: what a folder holds under the name of a file
// never leads a writer elsewhere.
func TestWriteTakesPlacesOfPlainFiles(t *testing.T) {
	f := &runs.Folder{Path: t.TempDir()}
	elsewhere := put(t, t.TempDir(), "file", "theirs")
	if err := os.Symlink(elsewhere, f.File("link")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(os.DevNull, f.File("device")); err != nil {
		t.Fatal(err)
	}
	put(t, f.Path, "folder/x", "")
	for _, name := range []string{"link", "device", "folder"} {
		err := f.Write(name, func(io.Writer) error { t.Errorf("%s is written", name); return nil })
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	put(t, f.Path, "plain", "old")
	if err := f.Write("plain", func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Error(err)
	}
}

// TestLogsFromElsewhere: a log takes no more memory than what it says is worth.
func TestLogsFromElsewhere(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"ragged":    {"epoch,step\n1,2\n3\n", "steps.csv:3: 1 columns"},
		"no number": {"epoch,step\n1,x\n", `steps.csv:2: step is "x"`},
		"wide":      {strings.Repeat("a,", 1000) + "a\n", "1001 columns"},
		"long":      {"epoch\n" + strings.Repeat("1", 5<<20) + "\n", "steps.csv:2: the line is too long"},
		"zeros":     {"epoch\n1\n" + strings.Repeat("\x00", 5<<20), "too long"},
		"unended":   {"epoch,step\n1,2\n3,", ""},
		"returns":   {"epoch,step\r\n1,2\r\n", ""},
	} {
		run := runtest.Folder(t, "run", runtest.Files("0.1"))
		put(t, run, runs.StepsFile, tt.text)
		r, err := runs.Read(run)
		switch {
		case tt.want == "" && (err != nil || r.Steps.Rows() != 1):
			t.Errorf("%s: %v", name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: error is %v, want %q in it", name, err, tt.want)
		}
	}
}
