package runs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/train"
)

// TestLogs: what comes behind a mark goes when the logs are cut back to it.
func TestLogs(t *testing.T) {
	folder := t.TempDir()
	open := func() *Folder { return &Folder{Path: folder, logs: map[string]*LogFile{}} }
	line := func(f *Folder, name, text string) {
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
	line(f, MetricsFile, "1")
	line(f, StepsFile, "1")
	marks, err := f.Mark()
	if err != nil {
		t.Fatal(err)
	}
	line(f, MetricsFile, "2")
	line(f, ProbesFile, "2")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	f = open()
	line(f, ProbesFile, "3") // one that the mark does not know
	if err := f.Cut(marks); err != nil {
		t.Fatal(err)
	}
	line(f, MetricsFile, "4")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{MetricsFile: "1\n4\n", StepsFile: "1\n", ProbesFile: ""} {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, want %q: %v", name, got, want, err)
		}
	}
	marks[StepsFile] = 100
	f = open()
	defer f.Close()
	if err := f.Cut(marks); err == nil || !strings.Contains(err.Error(), "was changed") {
		t.Errorf("a log that is too short gave %v", err)
	}
}

// TestFullDisk makes the metrics fail to be written.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	full, err := openLogFile("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	defer full.close()
	if err := errors.Join(full.row([]string{"1"}), full.flush()); err == nil || !strings.Contains(err.Error(), "/dev/full") {
		t.Errorf("a full disk gave %v", err)
	}
}

// TestRecords: there is a row for each update, or in a long run for every k-th.
func TestRecords(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	defer f.Close()
	r, err := NewRecords(f, nil, false, 25_000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 25_000 {
		if err := r.Take(train.Progress{Step: train.Step{Update: i + 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(f.File(StepsFile))
	if n := strings.Count(string(text), "\n"); err != nil || n != 1+25_000/3 {
		t.Errorf("%d lines of 25,000 updates, want every third: %v", n, err)
	}
}

func TestProbeEvery(t *testing.T) {
	for updates, want := range map[int]int{1: 150, 9000: 150, 9001: 151, 300_000: 5000} {
		if got := ProbeEvery(updates); got != want {
			t.Errorf("of %d updates: a probe every %d, want %d", updates, got, want)
		}
	}
}

func TestDataName(t *testing.T) {
	for path, want := range map[string]string{"/x/my data.csv.gz": "my-data", "digits": "digits", "../": "--"} {
		if got := DataName(path); got != want {
			t.Errorf("%s is called %q, want %q", path, got, want)
		}
	}
}
