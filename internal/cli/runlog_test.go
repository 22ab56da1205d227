package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"descent/train"
)

// TestLogs: what comes behind a mark goes when the logs are cut back to it.
func TestLogs(t *testing.T) {
	folder := t.TempDir()
	open := func() *runFolder { return &runFolder{path: folder, logs: map[string]*runLog{}} }
	line := func(f *runFolder, name, text string) {
		t.Helper()
		l, err := f.log(name)
		if err == nil {
			_, err = fmt.Fprintln(l, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f := open()
	line(f, "a", "1")
	line(f, "b", "1")
	marks, err := f.mark()
	if err != nil {
		t.Fatal(err)
	}
	line(f, "a", "2")
	line(f, "c", "2")
	if err := f.close(); err != nil {
		t.Fatal(err)
	}

	f = open()
	line(f, "c", "3") // one that the mark does not know
	if err := f.cut(marks); err != nil {
		t.Fatal(err)
	}
	line(f, "a", "4")
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "1\n4\n", "b": "1\n", "c": ""} {
		if got := readFile(t, filepath.Join(folder, name)); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	marks["b"] = 100
	f = open()
	defer f.close()
	if err := f.cut(marks); err == nil || !strings.Contains(err.Error(), "was changed") {
		t.Errorf("a log that is too short gave %v", err)
	}
}

// TestSteps: there is a row for each update, or in a long run for every k-th.
func TestSteps(t *testing.T) {
	_, out := trained(t)
	lines := strings.Split(strings.TrimSpace(readFile(t, filepath.Join(out, stepsFile))), "\n")
	if len(lines) != 1+2*40 || lines[0] != "step,epoch,loss,penalty,lr,grad_norm,clip" {
		t.Fatalf("%d lines, the first %s", len(lines), lines[0])
	}
	if !strings.HasPrefix(lines[41], "41,2,") || strings.Count(lines[41], ",") != 6 {
		t.Errorf("row 41 is %s", lines[41])
	}

	f := &runFolder{path: t.TempDir(), logs: map[string]*runLog{}}
	defer f.close()
	r, err := newRecords(f, nil, false, 25_000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 25_000 {
		if err := r.take(train.Progress{Step: train.Step{Update: i + 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.flush(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(readFile(t, f.file(stepsFile)), "\n"); n != 1+25_000/3 {
		t.Errorf("%d lines of 25,000 updates, want every third", n)
	}
}
