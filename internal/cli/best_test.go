package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
)

// smallTable is a table of few rows that networks learn in a moment.
func smallTable(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.csv")
	text := "a,b,y\n"
	for i := range 150 {
		a, b := float64(i*i%17)/8-1, float64(i*7%23)/11-1
		text += fmt.Sprintf("%.4f,%.4f,%.4f\n", a, b, a*a-b+float64(i%5)/20)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// searched are the arguments of a search on that table.
func searched(path string) []string {
	return []string{"train", "--data", path, "--target", "y", "--best", "--model", "mlp:16", "--bag", "2", "--epochs", "2", "--batch", "32"}
}

func readJSONFile[T any](t testing.TB, path string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(readFile(t, path)), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestBestRepeats checks that a search is a function of its settings and of how many
// candidates were tried: with other workers, stopped and resumed, and from the
// settings that it leaves.
func TestBestRepeats(t *testing.T) {
	path := smallTable(t)
	whole := filepath.Join(t.TempDir(), "run")
	line := append(searched(path), "--tries", "7", "--budget", "off", "--ui", "none")
	r := command(t, append(line, "--workers", "1", "--json", "--out", whole)...).want(t, exitDone)
	var sum runs.Summary
	if err := json.Unmarshal([]byte(r.stdout), &sum); err != nil {
		t.Fatal(err)
	}
	if sum.Tried != 7 || sum.Members < 2 || sum.Status != "done" || sum.Test["r2"] == nil || sum.Validation["r2"] == nil {
		t.Errorf("summary %+v", sum)
	}
	list := readJSONFile[[]runs.Candidate](t, filepath.Join(whole, runs.CandidatesFile))
	weights, around, baseline := 0.0, 0, 0
	for i, c := range list {
		if c.Number == 0 && c.Settings == "baseline" && *c.Loss > 0.9 && *c.Loss < 1.2 { // of the mean, in standard deviations
			baseline++
		}
		weights += c.Weight
		if c.Around > 0 {
			around++
		}
		if i > 0 && c.Loss != nil && *c.Loss < *list[i-1].Loss {
			t.Errorf("candidate %d stands below one of a greater loss", c.Number)
		}
	}
	if len(list) != 8 || baseline != 1 || weights < 0.999 || weights > 1.001 || around == 0 {
		t.Errorf("%d candidates of weight %v, %d around others", len(list), weights, around)
	}
	if best := sum.Validation["loss"].(float64); best > *list[0].Loss {
		t.Errorf("the ensemble loses %v on the folds, and the best candidate %v", best, *list[0].Loss)
	}
	kept := func(out string) (all string) {
		for _, name := range []string{runs.BestFile, runs.FoldsFile, runs.TestFile} {
			all += readFile(t, filepath.Join(out, name))
		}
		return all
	}
	want := kept(whole)
	contains(t, readFile(t, filepath.Join(whole, runs.ReportFile)), "Candidates", "7 candidates")
	again := filepath.Join(t.TempDir(), "again")
	command(t, "train", "--config", filepath.Join(whole, runs.ConfigFile), "--ui", "none", "--out", again).want(t, exitDone)
	if kept(again) != want {
		t.Error("the settings that a search leaves make another model")
	}
	for _, at := range []string{"candidate 1", "candidate 5"} {
		out, code, stderr := interrupted(t, at, append(searched(path)[1:], "--tries", "7", "--budget", "off")...)
		if code != 143 {
			t.Fatalf("exit %d, want 143: %s", code, stderr)
		}
		contains(t, stderr, "descent: interrupted; the best of ", "--resume "+out)
		contains(t, command(t, "predict", out, path).want(t, exitDone).stdout, "prediction")
		command(t, "train", "--resume", out, "--ui", "none").want(t, exitDone)
		if kept(out) != want {
			t.Errorf("stopped at %q: another model", at)
		}
		if entries, _ := filepath.Glob(filepath.Join(out, "candidate-*")); len(entries) > 0 {
			t.Errorf("what was tried is still there: %v", entries)
		}
	}
}

// TestBestWithinBudget checks that a search ends with its time, with a model.
func TestBestWithinBudget(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	line := []string{"train", "--data", smallTable(t), "--target", "y", "--best", "--budget", "1ms", "--ui", "none", "--out", out}
	r := command(t, line...).want(t, exitDone)
	contains(t, r.stdout, "Kept 5 networks, of 1 candidate", "together")
	contains(t, readFile(t, filepath.Join(out, runs.ConfigFile)), "tries: 1", "budget: off")
}

// TestBestKeepsWhatIsGiven checks that a setting that is given is not varied.
func TestBestKeepsWhatIsGiven(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	command(t, append(searched(smallTable(t)), "--lr", "0.003", "--tries", "5", "--budget", "off", "--ui", "none", "--out", out)...).want(t, exitDone)
	for _, c := range readJSONFile[[]runs.Candidate](t, filepath.Join(out, runs.CandidatesFile)) {
		if strings.Contains(c.Settings, "mlp") || strings.Contains(c.Settings, "rate") {
			t.Errorf("candidate %d has %s", c.Number, c.Settings)
		}
	}
	for _, args := range [][]string{{"--budget", "soon"}, {"--tries", "-1"}, {"--validation", "digits"}} {
		r := command(t, append(searched(smallTable(t)), append(args, "--out", filepath.Join(t.TempDir(), "run"))...)...)
		if r.code != exitUsage {
			t.Errorf("%v: exit %d: %s", args, r.code, r.stderr)
		}
	}
}
