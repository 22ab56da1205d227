package cli

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"descent/internal/runs"
)

const smallSweep = `
trials: 9
epochs: 4
rungs: 2
settings:
  data: digits
  model: mlp:8
space:
  optimizer: [adam, momentum]
  learning_rate: {log: [0.001, 0.1]}
  batch: {log_int: [16, 64]}
`

// swept runs a sweep and returns its JSON and its folder.
func swept(t testing.TB, file string, args ...string) (map[string]any, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "swept")
	line := []string{"sweep", write(t, "sweep.yaml", file), "--ui", "none", "--json", "--out", out}
	return parsed(t, command(t, append(line, args...)...)), out
}

func TestSweep(t *testing.T) {
	sum, out := swept(t, smallSweep)
	rows := rowsOf(t, sum)
	best, _ := sum["best"].(map[string]any)
	if len(rows) != 9 || !reflect.DeepEqual(best, rows[0]) {
		t.Fatalf("best is %v of %d rows", best, len(rows))
	}
	lengths := map[any]int{}
	for i, row := range rows {
		lengths[row["epochs"]]++
		if i > 0 && rows[i-1]["epochs"] == row["epochs"] && rows[i-1]["validation"].(float64) < row["validation"].(float64) {
			t.Errorf("row %d is better than the one before: %v", i, rows)
		}
		settings, _ := row["settings"].(map[string]any)
		if len(settings) != 3 || settings["optimizer.name"] != "adam" && settings["optimizer.name"] != "momentum" {
			t.Errorf("row %d has the settings %v", i, settings)
		}
	}
	if rows[0]["epochs"] != 4.0 || lengths[4.0] < 3 || lengths[2.0] < 4 {
		t.Errorf("the longest runs are of %v epochs; want 3 or some more of 4, others of 2", lengths)
	}
	board, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(out, "leaderboard.csv")))).ReadAll()
	if err != nil || len(board) != 10 {
		t.Errorf("the leaderboard has %d lines, %v", len(board), err)
	}
	contains(t, read(t, filepath.Join(out, "sweep.html")), "Leaderboard", "By setting", "sweep --resume")
	again := parsed(t, command(t, "train", "--config", filepath.Join(out, runs.ConfigFile), "--ui", "none", "--json", "--out", filepath.Join(t.TempDir(), "run")))
	if got := score(t, again, "validation", "accuracy"); got != best["validation"] {
		t.Errorf("trained with config.yaml the validation accuracy is %v, it was %v", got, best["validation"])
	}
}

// TestSweepIsExact compares results with one worker and with several, and of a
// sweep that was cut off.
func TestSweepIsExact(t *testing.T) {
	whole, out := swept(t, smallSweep, "--workers", "1")
	beside, _ := swept(t, smallSweep, "--workers", "3")
	for _, sum := range []map[string]any{whole, beside} {
		timeless(sum)
		delete(sum, "config")
	}
	if !reflect.DeepEqual(whole, beside) {
		t.Errorf("with one worker %v, with three %v", whole, beside)
	}
	path := filepath.Join(out, "trials.jsonl")
	trials := read(t, path)
	for _, keep := range []int{0, len(trials) / 2, len(trials)} {
		if err := os.WriteFile(path, []byte(trials[:keep]), 0o666); err != nil {
			t.Fatal(err)
		}
		resumed := parsed(t, command(t, "sweep", "--resume", out, "--ui", "none", "--json"))
		timeless(resumed)
		delete(resumed, "config")
		if !reflect.DeepEqual(whole, resumed) {
			t.Errorf("resumed after %d bytes: %v, want %v", keep, resumed, whole)
		}
		if got, want := strings.Count(read(t, path), "\n"), strings.Count(trials, "\n"); got != want {
			t.Errorf("resumed after %d bytes: %d trials, want %d", keep, got, want)
		}
	}
}

func TestSweepSearches(t *testing.T) {
	flowers := write(t, "flowers.csv", flowers(60))
	flags := []string{"--data", flowers, "--target", "kind", "--model", "linear", "--epochs", "3"}
	grid, out := swept(t, "search: grid\nspace:\n  learning_rate: {log: [0.01, 1], points: 3}\n  optimizer: [sgd, adam]\n", flags...)
	if rows := rowsOf(t, grid); len(rows) != 6 || rows[0]["epochs"] != 3.0 || grid["runs"] != 6.0 {
		t.Errorf("a grid of 6 has %d rows and %v runs: %v", len(rows), grid["runs"], rows)
	}
	contains(t, read(t, filepath.Join(out, "leaderboard.csv")), "sgd", "adam", ",0.01,", ",0.1,", ",1,")
	file := "search: random\ntrials: 4\nseed: 1\nspace:\n  learning_rate: {log: [0.01, 1]}\n"
	one, _ := swept(t, file, flags...)
	two, _ := swept(t, strings.Replace(file, "seed: 1", "seed: 2", 1), flags...)
	if a, b := rowsOf(t, one), rowsOf(t, two); len(a) != 4 || len(b) != 4 || reflect.DeepEqual(a[0]["settings"], b[0]["settings"]) {
		t.Errorf("seeds 1 and 2 give %v and %v", a, b)
	}
	shown := command(t, append([]string{"sweep", write(t, "sweep.yaml", file), "--out", filepath.Join(t.TempDir(), "swept")}, flags...)...).want(t, exitDone)
	contains(t, shown.stdout, "validation accuracy", "learning_rate", "Best of 4 combinations in 4 runs", "train --config", "sweep --resume")
	contains(t, shown.stderr, "4 combinations of 1 setting at random", "run 4/4")
	lost := "search: grid\nspace: {learning_rate: [100000, 1000000]}\n"
	houses := write(t, "houses.csv", houses(80))
	sum, _ := swept(t, lost, "--data", houses, "--target", "price", "--model", "linear", "--optimizer", "sgd", "--epochs", "30")
	if sum["best"] != nil || rowsOf(t, sum)[0]["diverged"] != true {
		t.Errorf("where all diverge, best is %v", sum["best"])
	}
}

func TestSweepRefuses(t *testing.T) {
	full := filepath.Dir(write(t, "something", "x"))
	good := write(t, "good.yaml", smallSweep)
	t.Chdir(t.TempDir())
	for _, row := range []struct {
		file string
		args string
		code int
		want []string
	}{
		{"", "", exitUsage, []string{"empty"}},
		{"trials: 3\n", "", exitUsage, []string{"no space"}},
		{"space: [a]\n", "", exitUsage, []string{":1:", "space"}},
		{"space:\n  learning_rat: [1]\n", "", exitUsage, []string{":2:", `did you mean "learning_rate"`}},
		{"space:\n  seed: [1, 2]\n", "", exitUsage, []string{":2:", "seed cannot be varied"}},
		{"space:\n  data: [a, b]\n", "", exitUsage, []string{"same rows"}},
		{"space:\n  dropout: {lin: [0, 1]}\n", "", exitUsage, []string{`unknown range "lin"`}},
		{"space:\n  dropout: {uniform: [0.5, 0]}\n", "", exitUsage, []string{":2:", "must be larger"}},
		{"space:\n  learning_rate: {log: [0, 1]}\n", "", exitUsage, []string{"above 0"}},
		{"space:\n  learning_rate: {log: [0.1]}\n", "", exitUsage, []string{"want a list"}},
		{"space:\n  learning_rate: {log: [0.1, 1], uniform: [0, 1]}\n", "", exitUsage, []string{"want a list"}},
		{"space:\n  batch: {int: [1.5, 3]}\n", "", exitUsage, []string{"whole numbers"}},
		{"space:\n  patience: {uniform: [1, 3]}\n", "", exitUsage, []string{"patience", "whole"}},
		{"space:\n  dropout: [0, 0]\n", "", exitUsage, []string{"stands twice"}},
		{"space:\n  dropout: 0.3\n", "", exitUsage, []string{"list of values"}},
		{"space:\n  dropout: [0]\n  dropout: [1]\n", "", exitUsage, []string{"stands twice"}},
		{"space:\n  dropout: [0, 2]\n", "", exitUsage, []string{"trial", "dropout 2", "[0, 1)"}},
		{"space:\n  dropout: [0]\ntrails: 3\n", "", exitUsage, []string{":3:", `did you mean "trials"`}},
		{"space:\n  dropout: [0]\ntrials: many\n", "", exitUsage, []string{":3:", "many"}},
		{"space:\n  dropout: [0]\ntrials: 1000000\n", "", exitUsage, []string{"at most 10000"}},
		{"space:\n  dropout: [0]\nfactor: 1\n", "", exitUsage, []string{"factor"}},
		{"space:\n  dropout: [0]\nsearch: asah\n", "", exitUsage, []string{`did you mean "asha"`}},
		{"space:\n  dropout: [0]\nmetric: acuracy\n", "", exitUsage, []string{`did you mean "accuracy"`}},
		{"metric: loss\nspace:\n  label_smoothing: [0, 0.2]\n", "", exitUsage, []string{"label smoothing 0.2 in trial", "metric: accuracy"}},
		{"metric: loss\nspace:\n  class_weights: [none, balanced]\n", "", exitUsage, []string{"class weights balanced in trial"}},
		{"space:\n  dropout: [0]\nsettings:\n  epochs: many\n", "", exitUsage, []string{":4:", "many"}},
		{"search: grid\nspace:\n  dropout: {uniform: [0, 0.5]}\n", "", exitUsage, []string{"a grid needs points"}},
		{"space:\n  optimizer: [sgd]\n  optimizer.beta1: [0.5]\n", "", exitUsage, []string{"trial 0", "beta1"}},
		{smallSweep, "--split 80/0/20", exitUsage, []string{"validation part"}},
		{smallSweep, "--out " + full, exitFailed, []string{"not empty"}},
	} {
		line := append([]string{"sweep", write(t, "sweep.yaml", row.file)}, strings.Fields(row.args)...)
		r := command(t, line...)
		if r.code != row.code {
			t.Errorf("%q %s: exit %d, want %d", row.file, row.args, r.code, row.code)
		}
		contains(t, r.stderr, row.want...)
	}
	for _, row := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, "FILE.yaml, or --resume"},
		{[]string{good, "--resume", full}, exitUsage, "FILE.yaml, or --resume"},
		{[]string{"--resume", full}, exitFailed, "no folder of sweep"},
		{[]string{filepath.Join(full, "none.yaml")}, exitFailed, "none.yaml"},
	} {
		r := command(t, append([]string{"sweep"}, row.args...)...).want(t, row.code)
		contains(t, r.stderr, row.want)
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("what was refused left %v, %v", left, err)
	}
}
