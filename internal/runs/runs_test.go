package runs_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"descent/internal/report"
	"descent/internal/runs"
	"descent/internal/runtest"
)

func TestRead(t *testing.T) {
	r, err := runs.Read(runtest.Folder(t, "a", runtest.Files("0.1")))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"data": "digits", "target": "a,b", "optimizer.beta1": "0.9", "status": "done", "test.accuracy": "0.7", "name": "a"} {
		if got, ok := r.Value(key); !ok || got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if _, ok := r.Value("nothing"); ok {
		t.Error("there is a value called nothing")
	}
	if got := r.Metrics.Column("val_loss"); !slices.Equal(got, report.Numbers{2.25, 1.75}) {
		t.Errorf("val_loss is %v", got)
	}
	if got := r.Steps.Column("grad_norm"); r.Steps.Rows() != 2 || got[0] != 4 || !math.IsNaN(got[1]) {
		t.Errorf("the line that is not whole was read, or a missing value was not: %v", got)
	}
	if len(r.Probes) != 1 || r.Probes[0].Params[0].GradNorm != 0.5 || r.Probes[0].Params[0].Counts[1] != 2 {
		t.Errorf("probes are %+v", r.Probes)
	}
}

func TestUnfinishedRun(t *testing.T) {
	f := runtest.Files("0.1")
	for _, name := range []string{"summary.json", "test.json", "steps.csv", "probes.jsonl"} {
		delete(f, name)
	}
	f["metrics.csv"] = "epoch,step"
	r, err := runs.Read(runtest.Folder(t, "a", f))
	if err != nil {
		t.Fatal(err)
	}
	if r.Status() != "unfinished" || r.Metrics.Rows() != 0 {
		t.Errorf("status %q, %d rows", r.Status(), r.Metrics.Rows())
	}
}

func TestFoldersThatAreNoRuns(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"no metrics.csv":           func(f map[string]string) { delete(f, "metrics.csv") },
		"metrics.csv:3":            func(f map[string]string) { f["metrics.csv"] = "epoch,step\n1,10\n2,many\n" },
		"probes.jsonl:1":           func(f map[string]string) { f["probes.jsonl"] = "{\n" },
		"summary.json":             func(f map[string]string) { f["summary.json"] = "[" },
		"config.yaml: yaml: line ": func(f map[string]string) { f["config.yaml"] = "a: [\nb: {" },
	} {
		f := runtest.Files("0.1")
		change(f)
		_, err := runs.Read(runtest.Folder(t, "a", f))
		want := strings.TrimPrefix(name, "no ")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}
