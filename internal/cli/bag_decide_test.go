package cli

import (
	"encoding/csv"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"descent/internal/runs"
)

// TestBagIntervals: a bag knows from its folds how far off it is, of a mean and of
// quantiles, and so does the best of many.
func TestBagIntervals(t *testing.T) {
	path := write(t, "houses.csv", houses(400))
	for _, args := range [][]string{
		{"--bag", "4"},
		{"--bag", "4", "--folds", "2"},
		{"--bag", "3", "--loss", "quantile:0.1,0.5,0.9"},
		{"--best", "--bag", "2", "--tries", "3", "--budget", "off", "--model", "mlp:8"},
	} {
		sum, run := trained(t, append([]string{"--data", path, "--target", "price", "--epochs", "20"}, args...)...)
		covers, _ := sum["intervals"].([]any)
		if len(covers) != 1 {
			t.Fatalf("%v: intervals %v", args, sum["intervals"])
		}
		if c := covers[0].(map[string]any); c["level"] != 0.9 || !(c["covered"].(float64) > 0.75) || !(c["mean_width"].(float64) > 0) {
			t.Errorf("%v: %v", args, c)
		}
		contains(t, readFile(t, filepath.Join(run, runs.ResultFile)), "Intervals for 90 %")
		r := command(t, "predict", run, path, "--interval", "0.8").want(t, exitDone)
		contains(t, r.stdout, "prediction,lower,upper\n")
		e := evalJSON(t, run, path, "--interval", "0.5", "--part", "all")
		if c := e["intervals"].([]any)[0].(map[string]any); !(c["covered"].(float64) > 0.35 && c["covered"].(float64) < 0.85) {
			t.Errorf("%v: eval says %v", args, c)
		}
	}
	_, none := trained(t, "--data", path, "--target", "price", "--bag", "2", "--epochs", "2", "--intervals", "none")
	contains(t, command(t, "predict", none, path, "--interval", "0.9").want(t, exitUsage).stderr, "does not know how far off it is")
}

// TestBagDecides: a bag finds a temperature and thresholds out of fold, and keeps them
// in its file, also if it was stopped.
func TestBagDecides(t *testing.T) {
	path := write(t, "doubtful.csv", doubtful(600))
	args := []string{"--data", path, "--target", "kind", "--bag", "3", "--epochs", "12", "--label-smoothing", "0.3", "--costs", "fp=1,fn=9", "--seed", "3", "--metrics", "ece"}
	sum, run := trained(t, args...)
	plain, _ := trained(t, append(args, "--calibrate", "none", "--costs", "")...)
	if a, b := score(t, sum, "test", "ece"), score(t, plain, "test", "ece"); a > b/2 {
		t.Errorf("calibration error %v, without calibration %v", a, b)
	}
	if heat := score(t, sum, "calibration", "temperature"); heat >= 1 || plain["calibration"] != nil {
		t.Errorf("temperatures %v and %v", heat, plain["calibration"])
	}
	if at := score(t, sum, "thresholds", "yes"); !(at > 0 && at < 0.4) || plain["thresholds"] != nil {
		t.Errorf("thresholds %v and %v", at, plain["thresholds"])
	}
	contains(t, readFile(t, filepath.Join(run, runs.ResultFile)),
		"Calibrated out of fold: probabilities are surer", "Log loss there, of the networks that did not see a row, ",
		"found out of fold, by cost (fp=1,fn=9)", "class yes above ")
	e := evalJSON(t, run, path)
	for _, name := range []string{"loss", "accuracy", "ece"} {
		if score(t, e, "test", name) != score(t, sum, "test", name) {
			t.Errorf("eval measures %v, and the run %v", e["test"], sum["test"])
		}
	}
	whole := keptOfBag(t, run)
	out, code, stderr := interrupted(t, "network 2 of 3", args...)
	if code != 143 {
		t.Fatalf("exit %d, want 143: %s", code, stderr)
	}
	command(t, "train", "--resume", out, "--workers", "2", "--ui", "none").want(t, exitDone)
	for name, text := range keptOfBag(t, out) {
		if text != whole[name] {
			t.Errorf("stopped and resumed: %s differs", name)
		}
	}
}

// TestBagRefusesToDecide: what a bag cannot have is told before it is trained.
func TestBagRefusesToDecide(t *testing.T) {
	numbers, classes := write(t, "houses.csv", houses(100)), write(t, "flowers.csv", flowers(60))
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--data", numbers, "--target", "price", "--calibrate", "temperature"}, "the task is regression"},
		{[]string{"--data", numbers, "--target", "price", "--threshold", "f1"}, "the task is regression"},
		{[]string{"--data", classes, "--target", "kind", "--costs", "fp=1,fn=2"}, "the data has 3 classes"},
		{[]string{"--data", classes, "--target", "kind", "--threshold", "cost"}, "threshold"},
	} {
		for _, bag := range [][]string{{"--bag", "3"}, {"--best", "--tries", "1", "--budget", "off"}} {
			out := filepath.Join(t.TempDir(), "run")
			r := command(t, append(append([]string{"train", "--out", out}, bag...), tt.args...)...).want(t, exitUsage)
			contains(t, r.stderr, tt.want)
		}
	}
}

// TestBagWeights: out of fold rows count as their weights say, as elsewhere.
func TestBagWeights(t *testing.T) {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(houses(200)), "\n") {
		times := []string{"1", "3", "0"}[i%3]
		if i == 0 {
			times = "times"
		}
		fmt.Fprintf(&b, "%s,%s\n", line, times)
	}
	text := b.String()
	sum, run := trained(t, "--data", write(t, "weighted.csv", text), "--target", "price", "--weight", "times", "--bag", "4", "--folds", "2", "--epochs", "3")
	rows, err := csv.NewReader(strings.NewReader(readFile(t, filepath.Join(run, runs.FoldsFile)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(text string) float64 {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	squares, all := 0.0, 0.0
	for _, row := range rows[1:] {
		_, times, _ := strings.Cut(strings.Split(text, "\n")[int(number(row[0]))+1], ",")
		w := number(times[strings.LastIndex(times, ",")+1:])
		d := number(row[2]) - number(row[3])
		squares, all = squares+w*d*d, all+w
	}
	if got, want := score(t, sum, "validation", "mse"), squares/all; math.Abs(got-want) > 1e-4*want {
		t.Errorf("the mean squared error out of fold is %v, and of the file %v", got, want)
	}
	if sum["intervals"] == nil {
		t.Error("no intervals")
	}
}
