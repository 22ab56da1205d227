package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"descent/internal/files"
	"descent/internal/runs"
)

// compared runs compare with small settings and returns its JSON and its folder.
func compared(t testing.TB, args ...string) (map[string]any, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "compared")
	line := []string{"compare", "--model", "mlp:8", "--epochs", "2", "--seeds", "2", "--ui", "none", "--json", "--out", out}
	return parsed(t, command(t, append(line, args...)...)), out
}

func first[T, U any](v T, _ U) T { return v }

func parsed(t testing.TB, r result) map[string]any {
	t.Helper()
	r.want(t, exitDone)
	var sum map[string]any
	if err := json.Unmarshal([]byte(r.stdout), &sum); err != nil {
		t.Fatalf("stdout is no JSON object: %v\n%s", err, r.stdout)
	}
	return sum
}

// timeless removes what may differ between equal comparisons.
func timeless(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range []string{"seconds", "seconds_to_target", "folder", "page"} {
			delete(v, key)
		}
		for _, w := range v {
			timeless(w)
		}
	case []any:
		for _, w := range v {
			timeless(w)
		}
	}
	return v
}

func rowsOf(t testing.TB, sum map[string]any) []map[string]any {
	t.Helper()
	var rows []map[string]any
	list, _ := sum["rows"].([]any)
	for _, row := range list {
		m, _ := row.(map[string]any)
		rows = append(rows, m)
	}
	if len(rows) == 0 {
		t.Fatalf("there are no rows in %v", sum)
	}
	return rows
}

func TestComparePrintsOneJSONObject(t *testing.T) {
	sum, out := compared(t, "--optimizers", "sgd,adam")
	rows := rowsOf(t, sum)
	if len(rows) != 2 || sum["best"] != rows[0]["optimizer"] {
		t.Fatalf("best is %v of %v", sum["best"], rows)
	}
	for _, row := range rows {
		for _, part := range []string{"validation", "test"} {
			mean, low, high := score(t, row, part, "mean"), score(t, row, part, "low"), score(t, row, part, "high")
			if !(low <= mean && mean <= high) || mean < 0.3 || mean > 1 {
				t.Errorf("%v: %s accuracy %v from %v to %v", row["optimizer"], part, mean, low, high)
			}
		}
		if rate, _ := row["lr"].(float64); rate <= 0 || row["diverged"] != 0.0 {
			t.Errorf("%v: rate %v, %v diverged", row["optimizer"], row["lr"], row["diverged"])
		}
		// 9 rates in an epoch, 4 in two, and perhaps some beyond the grid
		if rates, _ := row["rates"].([]any); len(rates) < 13 {
			t.Errorf("%v: %d trials of rates, want 13 or more", row["optimizer"], len(rates))
		}
	}
	if score(t, rows[0], "validation", "mean") < score(t, rows[1], "validation", "mean") {
		t.Errorf("the first row is not the best: %v", rows)
	}
	for _, name := range []string{"plan.json", "settings.yaml", "trials.jsonl", "compare.json", "compare.html", runs.ConfigFile} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sum["page"] != filepath.Join(out, "compare.html") {
		t.Errorf("page is %v", sum["page"])
	}
	// The best settings are those of the best row's first run.
	again := parsed(t, command(t, "train", "--config", filepath.Join(out, runs.ConfigFile), "--ui", "none", "--json", "--out", filepath.Join(t.TempDir(), "run")))
	type outcome struct {
		Phase, Name string
		Seed        uint64
		Test        map[string]float64
	}
	var best outcome
	for line := range strings.Lines(read(t, filepath.Join(out, "trials.jsonl"))) {
		var o outcome
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		if o.Phase == "seed" && o.Seed == 1 && o.Name == sum["best"] {
			best = o
		}
	}
	if got, want := score(t, again, "test", "accuracy"), best.Test["accuracy"]; got != want || want == 0 {
		t.Errorf("trained with config.yaml the test accuracy is %v, it was %v", got, want)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCompareIsExact compares results with one worker and with several, and of
// a comparison that was cut off in the middle of a line.
func TestCompareIsExact(t *testing.T) {
	whole, out := compared(t, "--optimizers", "momentum,adam", "--workers", "1")
	beside, _ := compared(t, "--optimizers", "momentum,adam", "--workers", "3")
	if a, b := timeless(whole), timeless(beside); !reflect.DeepEqual(a, b) {
		t.Errorf("with one worker %v, with three %v", a, b)
	}
	trials := read(t, filepath.Join(out, "trials.jsonl"))
	for _, keep := range []int{0, len(trials) / 2, len(trials)} {
		if err := os.WriteFile(filepath.Join(out, "trials.jsonl"), []byte(trials[:keep]), 0o666); err != nil {
			t.Fatal(err)
		}
		resumed := parsed(t, command(t, "compare", "--resume", out, "--ui", "none", "--json"))
		if a, b := timeless(whole), timeless(resumed); !reflect.DeepEqual(a, b) {
			t.Errorf("resumed after %d bytes: %v, want %v", keep, b, a)
		}
		if got, want := strings.Count(read(t, filepath.Join(out, "trials.jsonl")), "\n"), strings.Count(trials, "\n"); got != want {
			t.Errorf("resumed after %d bytes: %d trials, want %d", keep, got, want)
		}
	}
}

func TestCompareInterrupted(t *testing.T) {
	out := filepath.Join(t.TempDir(), "compared")
	ctx, stop := context.WithCancel(context.Background())
	var stderr bytes.Buffer
	code := Run(ctx, []string{"compare", "--model", "mlp:8", "--epochs", "2", "--out", out, "--ui", "plain"}, strings.NewReader(""), io.Discard,
		writerFunc(func(text []byte) (int, error) {
			if strings.Contains(string(text), "run  3/") {
				stop()
			}
			return stderr.Write(text)
		}))
	if code != exitInterrupted {
		t.Errorf("exit %d, want %d", code, exitInterrupted)
	}
	contains(t, stderr.String(), "interrupted", "compare --resume "+out)
	if n := strings.Count(read(t, filepath.Join(out, "trials.jsonl")), "\n"); n < 3 || n > 30 {
		t.Errorf("%d trials are kept", n)
	}
	if _, err := os.Stat(filepath.Join(out, "compare.json")); err == nil {
		t.Error("an interrupted comparison has a compare.json")
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }

func TestCompareVaries(t *testing.T) {
	same := rowsOf(t, first(compared(t, "--vary", "init=he,he-normal,xavier", "--lr", "0.01")))
	means := map[any]any{}
	for _, row := range same {
		means[row["settings"].(map[string]any)["init"]] = row["validation"]
	}
	if !reflect.DeepEqual(means["he"], means["he-normal"]) || reflect.DeepEqual(means["he"], means["xavier"]) {
		t.Errorf("by initializer: %v", means)
	}
	sum, out := compared(t, "--vary", "batch=16,all", "--vary", `schedule=constant,"step:every=1e,factor=0.5"`, "--lr", "0.01")
	rows := rowsOf(t, sum)
	if len(rows) != 4 {
		t.Fatalf("%d rows, want 4", len(rows))
	}
	for _, row := range rows {
		settings, _ := row["settings"].(map[string]any)
		if row["optimizer"] != "adam" || row["lr"] != 0.01 || len(settings) != 2 || row["rates"] != nil {
			t.Errorf("row %v", row)
		}
	}
	if rows[0]["name"] != sum["best"] || rows[0]["settings"].(map[string]any)["batch"] != "16" {
		t.Errorf("best is %v", sum["best"])
	}
	if n := strings.Count(read(t, filepath.Join(out, "trials.jsonl")), "\n"); n != 4*2 {
		t.Errorf("%d trials, want 8", n)
	}
	contains(t, read(t, filepath.Join(out, "compare.html")), "step:every=1e,factor=0.5", "compare --resume")
}

// TestCompareAlso asks for single settings beside the combinations, one with a
// rate of its own, and for the same of them when a comparison goes on.
func TestCompareAlso(t *testing.T) {
	sum, out := compared(t, "--optimizers", "sgd,adam", "--also", "optimizer=adam,average=ema:0.9",
		"--also", `optimizer=sgd,learning_rate=0.02,"schedule=step:every=1e,factor=0.5"`)
	var names []string
	for _, row := range rowsOf(t, sum) {
		names = append(names, row["name"].(string))
		if row["name"] == "sgd learning_rate=0.02 schedule=step:every=1e,factor=0.5" && (row["lr"] != 0.02 || row["rates"] != nil) {
			t.Errorf("a rate that was given is searched: %v", row)
		}
	}
	slices.Sort(names)
	want := []string{"adam", "adam average=ema:0.9", "sgd", "sgd learning_rate=0.02 schedule=step:every=1e,factor=0.5"}
	if !slices.Equal(names, want) {
		t.Errorf("compared are %q, want %q", names, want)
	}
	again := command(t, "compare", "--resume", out, "--json").want(t, exitDone)
	contains(t, again.stdout, `"adam average=ema:0.9"`)
}

func TestCompareOfWhatDiverges(t *testing.T) {
	houses := write(t, "houses.csv", houses(80))
	r := command(t, "compare", "--data", houses, "--target", "price", "--optimizers", "sgd,adam", "--vary", "learning_rate=0.01,1e6",
		"--model", "linear", "--epochs", "30", "--seeds", "2", "--out", filepath.Join(t.TempDir(), "compared")).want(t, exitDone)
	contains(t, strings.Join(strings.Fields(r.stdout), " "), "validation r2", "2 of 2", "Diverged: sgd learning_rate=1e6 (2 of 2 runs)")
	r = command(t, "compare", "--data", houses, "--target", "price", "--optimizer", "sgd", "--vary", "learning_rate=1e5,1e6",
		"--model", "linear", "--epochs", "30", "--seeds", "2", "--out", filepath.Join(t.TempDir(), "compared"), "--json").want(t, exitDone)
	contains(t, r.stdout, `"best": ""`, "Every run of every setting diverged", `"mean": null`)
}

func TestCompareRefuses(t *testing.T) {
	full := filepath.Dir(write(t, "something", "x"))
	other := filepath.Dir(write(t, "plan.json", `{"kind": "sweep"}`))
	flowers := write(t, "flowers.csv", flowers(60))
	_, begun := compared(t, "--data", flowers, "--target", "kind", "--optimizers", "sgd", "--lr", "0.01")
	for _, row := range []struct {
		line string
		code int
		want []string
	}{
		{"--optimizers sgd,adm", exitUsage, []string{"--optimizers", `did you mean "adam"`}},
		{"--optimizers sgd,sgd", exitUsage, []string{"sgd stands twice"}},
		{"--optimizers sgd --optimizer adam", exitUsage, []string{"give one"}},
		{"--vary inti=zeros", exitUsage, []string{"--vary", `did you mean "init"`}},
		{"--vary init=he-norml", exitUsage, []string{`did you mean "he-normal"`}},
		{"--vary batch", exitUsage, []string{"batch=1,32,all"}},
		{"--vary batch=", exitUsage, []string{"no values"}},
		{"--vary batch=3,3", exitUsage, []string{"stands twice"}},
		{"--vary dropout=0,x", exitUsage, []string{"dropout", "number"}},
		{"--vary seed=1,2", exitUsage, []string{"seed cannot be varied", "same seeds"}},
		{"--vary split=70/10/20,80/10/10", exitUsage, []string{"split cannot be varied", "same rows"}},
		{"--vary batch=1 --vary batch=2", exitUsage, []string{"batch stands twice"}},
		{"--optimizers all --vary batch=1,2,3,4,5,6", exitUsage, []string{"too many", "sweep"}},
		{"--also optimizer", exitUsage, []string{"--also", "optimizer=adamw,average=ema:0.998"}},
		{"--also optimizer=adm", exitUsage, []string{`did you mean "adam"`}},
		{"--also batch=8,batch=16", exitUsage, []string{"--also", "batch stands twice"}},
		{"--also batch=8,seed=1", exitUsage, []string{"seed cannot be varied"}},
		{"--also batch=8 --also batch=8", exitUsage, []string{"batch=8 is compared twice"}},
		{"--optimizers sgd,adam --also optimizer=adam", exitUsage, []string{"adam is compared twice"}},
		{"--seeds 1", exitUsage, []string{"--seeds", "2"}},
		{"--metric acuracy", exitUsage, []string{"--metric", `did you mean "accuracy"`}},
		{"--metric r2", exitUsage, []string{"r2"}},
		{"--reach high", exitUsage, []string{"--reach", "number"}},
		{"--budget 10s --epochs 3", exitUsage, []string{"give one"}},
		{"--budget 50ms", exitUsage, []string{"too small", "at least that"}},
		{"--budget -1s", exitUsage, []string{"--budget"}},
		{"--split 80/0/20", exitUsage, []string{"validation part", "--split 70/10/20"}},
		{"--out " + full, exitFailed, []string{"not empty", "--out"}},
		{"--resume " + full, exitFailed, []string{"no folder of compare"}},
		{"--resume " + other, exitFailed, []string{"of sweep, not of compare"}},
		{"--resume " + begun + " --seeds 3", exitUsage, []string{"leave out --seeds"}},
		{"--ui loud", exitUsage, []string{"display"}},
	} {
		r := command(t, append([]string{"compare"}, strings.Fields(row.line)...)...)
		if r.code != row.code {
			t.Errorf("%s: exit %d, want %d", row.line, r.code, row.code)
		}
		contains(t, r.stderr, row.want...)
	}
	lock, err := files.Lock(filepath.Join(begun, "trials.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	r := command(t, "compare", "--resume", begun).want(t, exitFailed)
	contains(t, r.stderr, "another process", "trials.jsonl")
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(flowers, []byte(strings.Replace(read(t, flowers), "red", "blue", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	r = command(t, "compare", "--resume", begun).want(t, exitFailed)
	contains(t, r.stderr, "not the one that", "SHA-256")
}
